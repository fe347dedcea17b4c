/**
 * VXLAN (RFC 7348; Linux: {@code drivers/net/vxlan}): Ethernet frames in UDP datagrams of the host,
 * so that one network spans machines.
 *
 * <pre>
 *   VxlanDevice.transmit -> send -> VxlanFdb.find (the address, else 00:00:00:00:00:00)
 *     -> each finished frame behind the 8 bytes of header -> VxlanTransport.send (a socket of the host)
 *   VxlanTransport.Receiver -> VxlanSocket.received (flags, network) -> VxlanDevice.receiveDatagram
 *     -> learns who is behind which host -> NetDevice.receive
 * </pre>
 *
 * <p>What carries the datagrams is not here: the daemon gives a {@link
 * dev.patchbay.stack.vxlan.VxlanTransport} per address and port ({@code link.HostLinks}), shared by
 * all devices of it in all namespaces ({@link dev.patchbay.stack.vxlan.VxlanNet}). A new option of
 * a device is a field there and a word in {@code admin.ip.VxlanType}.
 */
@NullMarked
package dev.patchbay.stack.vxlan;

import org.jspecify.annotations.NullMarked;
