/**
 * UDP (RFC 768) and UDP-Lite (RFC 3828) and their sockets (Linux: {@code udp_rcv}, {@code
 * udp_sendmsg}): non-blocking, with packet information.
 *
 * <pre>
 *   Transports -> UdpEngine.check (lengths, coverage, checksum) -> UdpEngine.receive
 *       unicast            -> the socket that fits best (compute_score), or one of a reuse-port group
 *       group or broadcast -> every socket that fits and whose filter allows the source
 *     -> UdpHandler.onDatagram during the call, or the socket's ReceiveBuffer
 *   UdpSocket.sendTo -> SocketOutput.resolve -> datagram and checksum -> SocketOutput.send
 *   IcmpInput -> UdpEngine.icmpError -> UdpHandler.onError
 * </pre>
 *
 * <p>One {@link dev.patchbay.stack.udp.UdpEngine} per protocol: UDP-Lite's ports are its own. An
 * option of IP goes to {@link dev.patchbay.stack.ip.IpSocketOptions}, one of UDP into the socket.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.udp;
