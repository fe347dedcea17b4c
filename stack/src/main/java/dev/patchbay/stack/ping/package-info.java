/**
 * Ping sockets (Linux: {@code ping.c}; {@code socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)}): echo
 * requests without the rights that raw sockets need. The "port" is the identifier of the echo.
 *
 * <pre>
 *   PingSocket.sendTo (type and code checked, identifier and checksum filled in) -> SocketOutput
 *   IcmpInput, echo reply -> PingEngine.receive -> the socket of that identifier
 *   IcmpInput, error about an echo request -> PingEngine.icmpError
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.ping;
