/**
 * The DHCPv6 server of one device (RFC 8415, options of RFC 3646): addresses, or other information
 * alone.
 *
 * <pre>
 *   UdpSocket port 547, ff02::1:2 -> Dhcp6Service.onDatagram -> Dhcp6Message.parse
 *      -> Dhcp6Server.handle -> Lease6Table (who has what) -> Dhcp6Message.emit -> UdpSocket
 * </pre>
 *
 * <p>{@link dev.patchbay.backend.dhcp6.Dhcp6Server} is logic alone: no socket, no file, a clock
 * from outside. Leases are kept in the file of those of DHCPv4. A further option of the answers
 * goes into {@code Dhcp6Server.configure}.
 *
 * <p>What differs from the RFC: relays are not served, prefixes are not delegated (a client that
 * asks for one is told so), a RENEW of an address that is free makes its record anew (a lost lease
 * file hurts nobody), and no reconfiguration is sent.
 */
@NullMarked
package dev.patchbay.backend.dhcp6;

import org.jspecify.annotations.NullMarked;
