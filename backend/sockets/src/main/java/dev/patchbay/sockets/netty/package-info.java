/**
 * A Netty transport over the sockets of the virtual network: any Netty server or client runs inside
 * of it. {@link dev.patchbay.sockets.netty.NettySockets} is the way in.
 *
 * <h2>The way of a byte in</h2>
 *
 * <pre>
 *   TcpEngine | UdpEngine (input) -> Socket.wake -> AbstractStackChannel.Readiness -> ReadyList
 *   end of the turn: ReadyList.serve -> AbstractStackChannel.ready: asks Socket.poll
 *     -> StackSocketChannel.readReady: packets' arrays -> ByteBuf, the one copy
 *     -> ChannelPipeline.fireChannelRead -> handlers
 *   accept, errors, the end of connect: the same way
 * </pre>
 *
 * <h2>The way of a byte out</h2>
 *
 * <pre>
 *   Channel.writeAndFlush -> handlers -> ChannelOutboundBuffer -> StackSocketChannel.doWrite
 *     -> StreamSocket.send: ByteBuf -> chunks of the send buffer, the one copy
 *   the buffer is full: writeBlocked, until Socket.wake tells that it is writable
 *   end of the turn: TcpEngine makes segments of all that was written in it
 * </pre>
 *
 * <h2>Threads</h2>
 *
 * <p>Channels live on the network's own loop, on which Netty runs their handlers too; nothing
 * crosses threads. So a handler that blocks or computes for long stops cables, timers and all other
 * sockets. Its work goes to another thread, best a virtual one, which writes its answer to the
 * channel as with any of Netty's transports. In one turn of the loop handlers get 2 ms, unless one
 * of them takes longer by itself; the channels that are left are served after the cables had their
 * turn.
 *
 * <p>What touches the network begins with {@link dev.patchbay.backend.loop.NettyLoop#enter}: Netty
 * calls a transport at any time of its loop, also between turns. Making a channel, and options, may
 * be asked of any thread and wait for the loop there ({@code NettySockets.call}).
 *
 * <h2>Where to add</h2>
 *
 * <ul>
 *   <li>An option: a line in {@code StackOptions}, its name, where Netty has none, in {@link
 *       dev.patchbay.sockets.netty.StackChannelOption}.
 *   <li>A kind of channel (raw, packet): a subclass of {@code AbstractStackChannel}; it gives
 *       {@code readReady}, {@code doWrite} and a configuration.
 * </ul>
 *
 * <h2>Not as Netty's own transports</h2>
 *
 * <ul>
 *   <li>Channels are made by factories ({@code channelFactory(…)}), since a class alone ({@code
 *       channel(Class)}) knows no network.
 *   <li>{@code FileRegion} is refused: there is no descriptor to send a file by. {@code
 *       ChunkedWriteHandler} does it.
 *   <li>A reset is told where {@code AUTO_READ} is off too, once nothing is left to read.
 *   <li>Empty datagrams are sent.
 *   <li>{@code SO_LINGER} above 0 does not wait: no close ever does.
 *   <li>The end of the loop closes all channels; their peers hear nothing, for the network has
 *       ended with it. Who wants to take leave closes channels first.
 *   <li>{@code setPerformancePreferences} throws, which elsewhere does nothing.
 *   <li>Datagrams that lie outside of the heap or in pieces are gathered before they are sent: a
 *       second copy. Those that are received come in heap buffers.
 *   <li>Names are resolved by whatever resolver the bootstrap has, by default the host's. One that
 *       asks inside the network is {@code DnsAddressResolverGroup} (netty-resolver-dns) with {@code
 *       datagramChannels()}.
 *   <li>Interfaces of the virtual network have names alone, for Java's {@code NetworkInterface} are
 *       the host's: scopes of addresses and devices of groups go by name.
 * </ul>
 */
@NullMarked
package dev.patchbay.sockets.netty;

import org.jspecify.annotations.NullMarked;
