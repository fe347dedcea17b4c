/**
 * The daemon itself: what puts loop, stack, plugs, uplink and services together, and takes them
 * apart again.
 *
 * <pre>
 *   DaemonMain (process: lock, signals, ready line; CommandTree) -> Daemon (one instance, on its loop)
 *     -> Network (namespace as a guest finds it: br0, host0, addresses, routes)
 *     -> Ports (attachments: one PortDevice and one Plug each)
 *     -> Services (DHCP, RA, DNS)   -> Outside (uplink, forwards)   -> Guests (who is where)
 * </pre>
 *
 * <p>A new service is a field of Services; a new kind of attachment is a Plug, not a change here.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.backend.daemon;
