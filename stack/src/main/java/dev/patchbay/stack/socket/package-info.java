/**
 * The socket layer: Linux's system calls of sockets as methods, with its errors, options and
 * readiness, above the engines of TCP and UDP.
 *
 * <h2>The way of a call</h2>
 *
 * <pre>
 *   SocketLayer.socket        SocketFamily by number -> InetFamily: type and protocol -> a Socket
 *   Socket.connect, sendmsg   StreamSocket (StreamEnd, StreamOpening)
 *                                          -> TcpEngine.connect, TcpSocket.write
 *                             DatagramSocket -> InetDatagram -> UdpSocket.sendTo
 *                             UnixSocket     -> the peer's queue (socketpair)
 *                             RawInetSocket, PingInetSocket (IpDatagram) -> raw, ping (ip.IpSocket)
 *                             FrameSocket -> raw.PacketSocket
 *   Socket.setsockopt         SocketLevel (SOL_SOCKET) | TcpLevel | IpLevel (SOL_IP, IPPROTO_IPV6)
 *                             | OptionHook: MulticastLevel, RawLevel, UdpLiteLevel
 * </pre>
 *
 * <h2>The way of a packet to whoever waits</h2>
 *
 * <pre>
 *   TcpEngine (end of the turn) -> StreamSocket.onReadable … |
 *   UdpEngine (input)           -> ReceiveBuffer, errors     | -> Socket.wake -> Waiter.wake
 *     -> Epoll.Registration: into the list of what is ready; Epoll.onReady at the end of the turn
 * </pre>
 *
 * <h2>Conventions</h2>
 *
 * <ul>
 *   <li>A result from 0 on or a negative {@link dev.patchbay.stack.socket.Errno}; nothing is thrown
 *       and, once warm, nothing is allocated by send and receive. {@link
 *       dev.patchbay.stack.socket.SocketAddress} and {@link dev.patchbay.stack.socket.Message} are
 *       filled in place and used again.
 *   <li>No call blocks. Whoever blocks (the API for virtual threads) waits by a {@link
 *       dev.patchbay.stack.socket.Waiter} and asks {@link dev.patchbay.stack.socket.Socket#poll}
 *       again.
 *   <li>{@code socket} and {@code accept} return null where they fail; {@link
 *       dev.patchbay.stack.socket.SocketLayer#errno} says why.
 *   <li>An option's value is the bytes that Linux has in memory, so that wrong lengths fail as
 *       there and structures need no types of their own; control data of messages is in fields.
 *   <li>All methods on the loop.
 * </ul>
 *
 * <h2>Where to add</h2>
 *
 * <ul>
 *   <li>A type or protocol of IP: a subclass of {@link dev.patchbay.stack.socket.InetDatagram} (or
 *       {@link dev.patchbay.stack.socket.InetSocket}) and a line {@code layer.inet().register(type,
 *       protocol, Maker)}.
 *   <li>A family: {@link dev.patchbay.stack.socket.SocketLayer#register}.
 *   <li>Options of several types (multicast): an {@link dev.patchbay.stack.socket.OptionHook}.
 * </ul>
 *
 * <h2>Not as Linux</h2>
 *
 * <ul>
 *   <li>{@code MSG_OOB} is of TCP's streams alone; {@code MSG_MORE} is refused for datagrams,
 *       unknown flags with {@code EINVAL} (Linux passes over many), {@code MSG_DONTROUTE}, {@code
 *       MSG_CONFIRM} and {@code MSG_EOR} among them.
 *   <li>Streams take {@code PMTUDISC_WANT} and {@code PMTUDISC_DO} alone, datagrams no {@code
 *       IP_BIND_ADDRESS_NO_PORT}: {@code EOPNOTSUPP}. What {@link
 *       dev.patchbay.stack.tcp.TcpInfoStruct} does not have of {@code TCP_INFO} is 0.
 *   <li>{@code SO_TIMESTAMP} and its kin are of datagrams, raw and packet sockets ({@code
 *       ENOPROTOOPT} of streams and {@code AF_UNIX}) and not told with the error queue.
 *   <li>{@code SO_BINDTOIFINDEX} of a device that is not there is {@code ENODEV}.
 *   <li>{@code SO_MAX_PACING_RATE} is TCP's alone ({@code ENOPROTOOPT} elsewhere), and below 100
 *       bytes a second {@code EINVAL}.
 *   <li>At most 64 errors wait in an error queue.
 *   <li>With {@code TCP_DEFER_ACCEPT} the handshake ends as ever; only {@code accept} waits for
 *       data, or for the time to pass.
 *   <li>{@code AF_UNIX} exists by {@code socketpair} alone.
 *   <li>The protocol of an {@code AF_PACKET} socket is a number in host order, also in {@code
 *       socket}.
 *   <li>Our buffers begin at 64 KiB for sending (Linux: 16) and tell their size at {@code
 *       SO_SNDBUF} and {@code SO_RCVBUF} as set, not as auto-tuning has grown them.
 * </ul>
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.socket;
