package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.raw.PacketSocket;
import org.jspecify.annotations.Nullable;

/** A socket of {@code AF_PACKET} ({@code packet_proto}, packet(7)). */
final class FrameSocket extends Socket implements DatagramListener {
  static final int PACKET_STATISTICS = 6;
  static final int PACKET_IGNORE_OUTGOING = 23;

  private static final int RECEIVE =
      MessageFlags.MSG_PEEK | MessageFlags.MSG_DONTWAIT | MessageFlags.MSG_TRUNC;

  private final PacketSocket frames;
  private byte[] gathered = {};

  FrameSocket(SocketLayer layer, int type, int protocol) {
    super(layer, AddressFamily.AF_PACKET, type, protocol);
    frames = layer.stack().packets().open(type == SocketType.SOCK_RAW, protocol, this);
    frames.receiveBuffer().limit(receiveBufferSize());
  }

  @Override
  public void onReadable() {
    wake(PollEvents.READABLE);
  }

  @Override
  public void onFailure(int errno) {
    wake(PollEvents.POLLERR);
  }

  private int pending() {
    int errno = frames.takeError();
    return errno != 0 ? errno : takeError();
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (address.family != AddressFamily.AF_PACKET) {
      return -Errno.EINVAL;
    }
    NetDevice device = address.scope == 0 ? null : SocketLevel.device(this, address.scope);
    if (address.scope != 0 && device == null) {
      return -Errno.ENODEV;
    }
    return frames.bind(address.protocol, device);
  }

  @Override
  public int connect(SocketAddress address) {
    return isClosed() ? -Errno.EBADF : -Errno.EOPNOTSUPP;
  }

  @Override
  public int sendmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.MSG_DONTWAIT) != 0) {
      return -Errno.EINVAL;
    }
    int errno = pending();
    if (errno != 0) {
      return -errno;
    }
    SocketAddress to = m.name;
    if (to != null && to.family != AddressFamily.AF_PACKET) {
      return -Errno.EINVAL;
    }
    NetDevice by = frames.device();
    if (to != null) {
      by = SocketLevel.device(this, to.scope);
      if (by == null) {
        return -Errno.ENXIO;
      }
    }
    byte[] data = gathered;
    int off = 0;
    if (m.count() == 1) {
      data = m.array(0);
      off = m.offset(0);
    } else {
      if (data.length < m.total()) {
        data = new byte[m.total()];
        gathered = data;
      }
      m.gather(data, 0);
    }
    int type = to == null || to.protocol == 0 ? frames.protocol() : to.protocol;
    return frames.send(data, off, m.total(), by, type, to == null ? 0 : to.hardwareAddress);
  }

  @Override
  public int recvmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~RECEIVE) != 0) {
      return -Errno.EINVAL;
    }
    m.flags = 0;
    m.control = 0;
    int errno = pending();
    if (errno != 0) {
      return -errno;
    }
    boolean peek = (flags & MessageFlags.MSG_PEEK) != 0;
    Packet packet = peek ? frames.receiveBuffer().peek() : frames.receiveBuffer().poll();
    if (packet == null) {
      return -Errno.EAGAIN;
    }
    int length = packet.length();
    int n = m.scatter(0, packet.data, packet.head, length);
    m.flags = n < length ? MessageFlags.MSG_TRUNC : 0;
    SocketAddress name = m.name;
    if (name != null) {
      fill(name, packet.device, PacketSocket.etherType(packet));
      name.packetType = packet.packetType;
      name.hardwareAddress = PacketSocket.source(packet);
    }
    options.stamp(m, packet, layer().stack().loop());
    if (!peek) {
      packet.release();
    }
    return (flags & MessageFlags.MSG_TRUNC) != 0 ? length : n;
  }

  private static void fill(SocketAddress out, @Nullable NetDevice device, int protocol) {
    out.clear();
    out.family = AddressFamily.AF_PACKET;
    out.protocol = protocol;
    if (device != null) {
      out.scope = device.index();
      out.hardwareType = PacketSocket.hardwareType(device);
      out.hardwareLength = device.isEthernet() ? 6 : 0;
      out.hardwareAddress = device.mac();
    }
  }

  @Override
  protected int shutDown(int how) {
    return -Errno.EOPNOTSUPP;
  }

  @Override
  protected void release() {
    frames.close();
  }

  @Override
  public int getsockname(SocketAddress out) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    fill(out, frames.device(), frames.protocol());
    return 0;
  }

  @Override
  public int getpeername(SocketAddress out) {
    return isClosed() ? -Errno.EBADF : -Errno.EOPNOTSUPP;
  }

  @Override
  public int poll() {
    if (isClosed()) {
      return PollEvents.POLLHUP;
    }
    int errno = frames.takeError();
    if (errno != 0) {
      error(errno);
    }
    return PollEvents.WRITABLE
        | PollEvents.POLLWRBAND
        | (error() != 0 ? PollEvents.POLLERR : 0)
        | (frames.receiveBuffer().isEmpty() ? 0 : PollEvents.READABLE);
  }

  @Override
  protected int optionChanged(int name) {
    frames.receiveBuffer().limit(receiveBufferSize());
    frames.mark = mark();
    frames.priority = options.priority;
    return 0;
  }

  @Override
  protected int setOption(int level, int name, byte[] value, int length) {
    if (level != SocketOptions.SOL_PACKET || name != PACKET_IGNORE_OUTGOING) {
      return -Errno.ENOPROTOOPT;
    }
    int v = length < 4 ? -1 : OptionValue.int32(value, 0);
    if (v < 0 || v > 1) {
      return -Errno.EINVAL;
    }
    frames.ignoreOutgoing = v != 0;
    return 0;
  }

  @Override
  protected int getOption(int level, int name, byte[] value, int length) {
    if (level != SocketOptions.SOL_PACKET) {
      return -Errno.ENOPROTOOPT;
    }
    return switch (name) {
      case PACKET_IGNORE_OUTGOING -> OptionValue.put(value, length, frames.ignoreOutgoing);
      case PACKET_STATISTICS -> {
        int n = OptionValue.put(value, length, (int) frames.takePackets());
        int drops = (int) frames.takeDrops();
        yield length >= 8 ? n + OptionValue.putAt(value, 4, length - 4, drops) : n;
      }
      default -> -Errno.ENOPROTOOPT;
    };
  }
}
