package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketOptions;
import dev.patchbay.stack.socket.SocketType;
import dev.patchbay.stack.wire.Addresses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PreferHeapByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.StringUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket of the virtual network. Made by {@link NettySockets#datagramChannels}. It takes
 * {@link DatagramPacket}, other {@link AddressedEnvelope}s of {@link ByteBuf}, and, connected,
 * {@link ByteBuf}; empty ones are sent too. What it reads are {@link DatagramPacket}s, which are
 * cut where the receive buffer is shorter (2048 bytes unless set otherwise).
 */
public final class StackDatagramChannel extends AbstractStackChannel implements DatagramChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);
  private static final int MAX_DATAGRAM = 0xffff;

  private final StackDatagramChannelConfig config;
  private final MulticastGroups groups = new MulticastGroups(this);
  private final Message incoming = new Message();
  private final SocketAddress sender = new SocketAddress();

  /** For what lies outside of the heap or in several pieces. */
  private byte[] gathered = {};

  private @Nullable ByteBufAllocator allocator;
  private @Nullable ByteBufAllocator heapAllocator;
  private volatile boolean connected;

  StackDatagramChannel(NettySockets sockets, int family) {
    super(sockets, null, sockets.socket(family, SocketType.SOCK_DGRAM));
    config = new StackDatagramChannelConfig(this);
  }

  @Override
  public StackDatagramChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public boolean isActive() {
    return isOpen() && (active || config.isActiveOnRegistration() && isRegistered());
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  MulticastGroups groups() {
    return groups;
  }

  @Override
  protected void doBind(java.net.SocketAddress address) throws Exception {
    super.doBind(address);
    active = true;
  }

  @Override
  void hasConnected() {
    super.hasConnected();
    connected = true;
  }

  /** Forgets the peer; a channel that was bound goes on without. */
  @Override
  protected void doDisconnect() throws SocketException {
    sockets.loop().enter();
    scratch.clear();
    int result = socket.connect(scratch);
    if (result < 0) {
      throw SocketErrors.datagram(result);
    }
    connected = false;
    learnAddresses();
    active = localAddress() != null;
  }

  @Override
  protected void doClose() {
    super.doClose();
    connected = false;
  }

  // ---- writing

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf) {
      return message;
    }
    if (message instanceof AddressedEnvelope<?, ?> envelope
        && envelope.content() instanceof ByteBuf) {
      java.net.SocketAddress to = envelope.recipient();
      if (to instanceof InetSocketAddress inet && inet.isUnresolved()) {
        throw new UnresolvedAddressException();
      }
      if (to == null || to instanceof InetSocketAddress) {
        return message;
      }
    }
    throw new UnsupportedOperationException(
        "unsupported message type: "
            + StringUtil.simpleClassName(message)
            + " (expected: DatagramPacket, AddressedEnvelope<ByteBuf, InetSocketAddress>,"
            + " ByteBuf)");
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    sockets.loop().enter();
    int left = maxMessagesPerWrite();
    for (Object message = in.current(); message != null; message = in.current()) {
      if (left-- <= 0) {
        writeInNextRound();
        return;
      }
      Exception failure = transmit(message);
      if (failure == null) {
        in.remove();
      } else {
        // the next one may go to somebody else
        in.remove(failure);
      }
    }
    if (localAddress() == null) {
      learnAddresses();
    }
  }

  /** Null, or why this one could not be sent: also an address of another family. */
  private @Nullable Exception transmit(Object message) {
    ByteBuf data;
    SocketAddress to = null;
    try {
      if (message instanceof AddressedEnvelope<?, ?> envelope) {
        data = (ByteBuf) envelope.content();
        java.net.SocketAddress recipient = envelope.recipient();
        to = recipient == null ? null : fill(scratch, recipient);
      } else {
        data = (ByteBuf) message;
      }
    } catch (SocketException | UnsupportedAddressTypeException e) {
      return e;
    }
    int n = data.readableBytes() > MAX_DATAGRAM ? -Errno.EMSGSIZE : send(data, to);
    return n < 0 ? SocketErrors.datagram(n) : null;
  }

  private int send(ByteBuf data, @Nullable SocketAddress to) {
    int length = data.readableBytes();
    if (data.hasArray()) {
      int at = data.arrayOffset() + data.readerIndex();
      return socket.sendto(data.array(), at, length, 0, to);
    }
    if (gathered.length < length) {
      gathered = new byte[Math.max(length, 2 * gathered.length)];
    }
    data.getBytes(data.readerIndex(), gathered, 0, length);
    return socket.sendto(gathered, 0, length, 0, to);
  }

  // ---- reading

  /** Datagrams are received into the heap, where they need no second copy. */
  private ByteBufAllocator heapAllocator() {
    ByteBufAllocator wanted = config.getAllocator();
    ByteBufAllocator heap = heapAllocator;
    if (heap == null || !wanted.equals(allocator)) {
      allocator = wanted;
      heap = new PreferHeapByteBufAllocator(wanted);
      heapAllocator = heap;
    }
    return heap;
  }

  @Override
  void readReady() {
    ChannelPipeline pipeline = pipeline();
    RecvByteBufAllocator.ExtendedHandle handle = unsafe().recvBufAllocHandle();
    handle.reset(config);
    int n;
    do {
      ByteBuf buffer = handle.allocate(heapAllocator());
      handle.attemptedBytesRead(buffer.writableBytes());
      n = receive(buffer);
      handle.lastBytesRead(n);
      if (n < 0) {
        buffer.release();
        break;
      }
      handle.incMessagesRead(1);
      readPending = false;
      pipeline.fireChannelRead(new DatagramPacket(buffer, recipient(), InetAddresses.of(sender)));
      // that a datagram does not fill its buffer says nothing of the next one
    } while (isOpen() && handle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
    handle.readComplete();
    pipeline.fireChannelReadComplete();
    if (n < 0 && n != -Errno.EAGAIN && isOpen()) {
      pipeline.fireExceptionCaught(SocketErrors.datagram(n));
    }
  }

  private int receive(ByteBuf to) {
    int room = to.writableBytes();
    int at = to.writerIndex();
    boolean inPlace = to.hasArray();
    if (!inPlace && gathered.length < room) {
      gathered = new byte[room];
    }
    incoming.buffer(inPlace ? to.array() : gathered, inPlace ? to.arrayOffset() + at : 0, room);
    incoming.name(sender);
    int n = socket.recvmsg(incoming, 0);
    if (n > 0 && inPlace) {
      to.writerIndex(at + n);
    } else if (n > 0) {
      to.writeBytes(gathered, 0, n);
    }
    return n;
  }

  private @Nullable InetSocketAddress recipient() {
    InetSocketAddress local = localAddress();
    if ((incoming.control & Message.CONTROL_PKTINFO) == 0 || local == null) {
      return local;
    }
    boolean link = Addresses.isLinkLocal(incoming.localHi, incoming.localLo);
    InetAddress address =
        InetAddresses.of(incoming.localHi, incoming.localLo, link ? incoming.interfaceIndex : 0);
    return new InetSocketAddress(address, local.getPort());
  }

  // ---- groups

  private ChannelFuture change(
      int option,
      InetAddress group,
      @Nullable String device,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      change0(option, group, device, source, promise);
    } else {
      eventLoop().execute(() -> change0(option, group, device, source, promise));
    }
    return promise;
  }

  private void change0(
      int option,
      InetAddress group,
      @Nullable String device,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    sockets.loop().enter();
    try {
      groups.change(option, group, device, source);
      promise.setSuccess();
    } catch (SocketException e) {
      promise.setFailure(e);
    }
  }

  private static @Nullable String name(@Nullable NetworkInterface of) {
    return of == null ? null : of.getName();
  }

  /**
   * Joins a group by a device of the virtual network.
   *
   * @param device its name; null: the one to send by, else the one of the channel's address, else
   *     as routes say
   * @param source the only sender wanted; null: all
   */
  public ChannelFuture joinGroup(
      InetAddress group,
      @Nullable String device,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    int option =
        source == null ? SocketOptions.MCAST_JOIN_GROUP : SocketOptions.MCAST_JOIN_SOURCE_GROUP;
    return change(option, group, device, source, promise);
  }

  /** Leaves a group; as {@link #joinGroup(InetAddress, String, InetAddress, ChannelPromise)}. */
  public ChannelFuture leaveGroup(
      InetAddress group,
      @Nullable String device,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    int option =
        source == null ? SocketOptions.MCAST_LEAVE_GROUP : SocketOptions.MCAST_LEAVE_SOURCE_GROUP;
    return change(option, group, device, source, promise);
  }

  /** Blocks a sender of a group that was joined without source. */
  public ChannelFuture block(
      InetAddress group, @Nullable String device, InetAddress source, ChannelPromise promise) {
    return change(SocketOptions.MCAST_BLOCK_SOURCE, group, device, source, promise);
  }

  @Override
  public ChannelFuture joinGroup(InetAddress group) {
    return joinGroup(group, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
    return joinGroup(group, (String) null, null, promise);
  }

  @Override
  public ChannelFuture joinGroup(InetSocketAddress group, @Nullable NetworkInterface by) {
    return joinGroup(group, by, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(
      InetSocketAddress group, @Nullable NetworkInterface by, ChannelPromise promise) {
    return joinGroup(group.getAddress(), name(by), null, promise);
  }

  @Override
  public ChannelFuture joinGroup(
      InetAddress group, @Nullable NetworkInterface by, @Nullable InetAddress source) {
    return joinGroup(group, by, source, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(
      InetAddress group,
      @Nullable NetworkInterface by,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    return joinGroup(group, name(by), source, promise);
  }

  @Override
  public ChannelFuture leaveGroup(InetAddress group) {
    return leaveGroup(group, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
    return leaveGroup(group, (String) null, null, promise);
  }

  @Override
  public ChannelFuture leaveGroup(InetSocketAddress group, @Nullable NetworkInterface by) {
    return leaveGroup(group, by, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(
      InetSocketAddress group, @Nullable NetworkInterface by, ChannelPromise promise) {
    return leaveGroup(group.getAddress(), name(by), null, promise);
  }

  @Override
  public ChannelFuture leaveGroup(
      InetAddress group, @Nullable NetworkInterface by, @Nullable InetAddress source) {
    return leaveGroup(group, by, source, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(
      InetAddress group,
      @Nullable NetworkInterface by,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    return leaveGroup(group, name(by), source, promise);
  }

  @Override
  public ChannelFuture block(InetAddress group, @Nullable NetworkInterface by, InetAddress source) {
    return block(group, by, source, newPromise());
  }

  @Override
  public ChannelFuture block(
      InetAddress group,
      @Nullable NetworkInterface by,
      InetAddress source,
      ChannelPromise promise) {
    return block(group, name(by), source, promise);
  }

  @Override
  public ChannelFuture block(InetAddress group, InetAddress source) {
    return block(group, source, newPromise());
  }

  @Override
  public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
    return block(group, (String) null, source, promise);
  }
}
