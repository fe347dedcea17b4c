package dev.patchbay.stack.raw;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Tap;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import org.jspecify.annotations.Nullable;

/**
 * A packet socket (packet(7)); all calls on the loop. One of all protocols sees what comes in
 * before a bridge has it, and what goes out; one of a single protocol sees what comes in and is not
 * bridged away.
 */
public final class PacketSocket {
  /** {@code ETH_P_ALL}. */
  public static final int ALL = 3;

  /** Kinds of frames ({@code sll_pkttype}). */
  public static final int HOST = 0;

  public static final int BROADCAST = 1;
  public static final int MULTICAST = 2;
  public static final int OTHERHOST = 3;
  public static final int OUTGOING = 4;

  private static final int VLAN_TAG = 4;

  private final NetworkStack stack;
  private final PacketEngine engine;
  private final boolean withHeader;
  private final ReceiveBuffer buffer;
  private final DatagramListener listener;
  private final Tap tap = this::seen;
  private int protocol;
  private @Nullable NetDevice device;
  private boolean gone;
  private int error;
  private long packets;
  private long dropsBefore;

  /** {@code SO_MARK} of what is sent. */
  public int mark;

  /** {@code SO_PRIORITY} of what is sent. */
  public int priority;

  /** {@code PACKET_IGNORE_OUTGOING}. */
  public boolean ignoreOutgoing;

  PacketSocket(
      NetworkStack stack, PacketEngine engine, boolean withHeader, DatagramListener listener) {
    this.stack = stack;
    this.engine = engine;
    this.withHeader = withHeader;
    this.listener = listener;
    buffer = new ReceiveBuffer(stack.datagramMemory(), stack.loop(), listener::onReadable);
  }

  /** Whether its frames have their link header (SOCK_RAW). */
  public boolean hasHeader() {
    return withHeader;
  }

  /** EtherType, {@link #ALL} or 0. */
  public int protocol() {
    return protocol;
  }

  /** Whether frames come to it ({@code po->running}). */
  public boolean isRunning() {
    return protocol != 0 && !gone && (device == null || device.isUp());
  }

  /** The only device, or null for all. */
  public @Nullable NetDevice device() {
    return device;
  }

  /**
   * What it has received. Of each packet, {@code device} is where it was seen, {@code packetType}
   * one of the kinds; {@link #etherType} and {@link #source} tell the rest of a {@code
   * sockaddr_ll}.
   */
  public ReceiveBuffer receiveBuffer() {
    return buffer;
  }

  /** The error that waits ({@code SO_ERROR}), positive, 0 for none; it is cleared. */
  public int takeError() {
    int waiting = error;
    error = 0;
    return waiting;
  }

  /** Frames seen since the last call, those dropped included ({@code PACKET_STATISTICS}). */
  public long takePackets() {
    long count = packets;
    packets = 0;
    return count;
  }

  /** Frames dropped since the last call ({@code PACKET_STATISTICS}). */
  public long takeDrops() {
    long count = buffer.drops() - dropsBefore;
    dropsBefore = buffer.drops();
    return count;
  }

  /**
   * Binds it ({@code packet_bind}).
   *
   * @param ofProtocol EtherType, {@link #ALL}, or 0 to keep the one it has
   * @param only the device, or null for all
   * @return 0, or negative ENODEV where it is not of this namespace
   */
  public int bind(int ofProtocol, @Nullable NetDevice only) {
    if (only != null && !stack.devices().contains(only)) {
      return -Errno.ENODEV;
    }
    listen(ofProtocol == 0 ? protocol : ofProtocol, only);
    if (only != null && !only.isUp()) {
      fail();
    }
    return 0;
  }

  void listen(int ofProtocol, @Nullable NetDevice only) {
    for (NetDevice each : stack.devices()) {
      unhook(each);
    }
    protocol = ofProtocol;
    device = only;
    gone = false;
    for (NetDevice each : stack.devices()) {
      deviceAdded(each);
    }
  }

  void deviceAdded(NetDevice added) {
    if (gone || protocol == 0 || device != null && !device.equals(added)) {
      return;
    }
    if (protocol == ALL) {
      added.addTap(tap);
    } else {
      added.addProtocolTap(tap);
    }
  }

  private void unhook(NetDevice from) {
    from.removeTap(tap);
    from.removeProtocolTap(tap);
  }

  /** {@code packet_notifier}. */
  void deviceDown(NetDevice down) {
    if (down.equals(device)) {
      fail();
    }
  }

  private void fail() {
    error = Errno.ENETDOWN;
    listener.onFailure(error);
  }

  void deviceRemoved(NetDevice removed) {
    unhook(removed);
    if (removed.equals(device)) {
      gone = true;
      device = null;
      fail();
    }
  }

  private void seen(NetDevice where, Packet packet, boolean outgoing) {
    if (outgoing && (ignoreOutgoing || this.equals(engine.sending))) {
      return;
    }
    boolean linked = where.isEthernet();
    int header = linked ? Ethernet.LENGTH : 0;
    if (packet.tail - packet.head < header) {
      return;
    }
    int type = linked ? Bytes.u16(packet.data, packet.head + 12) : ipType(packet);
    if (protocol != ALL && protocol != type) {
      return;
    }
    packets++;
    if (!buffer.admits()) {
      return;
    }
    Packet twin = packet.copy();
    if (twin == null) {
      return;
    }
    twin.device = where;
    twin.l2 = linked ? twin.head : -1;
    twin.l3 = twin.head + header;
    twin.packetType = kind(where, twin, outgoing);
    twin.protocol = type;
    if (!withHeader) {
      twin.head = twin.l3;
    }
    if (buffer.offer(twin) != ReceiveBuffer.Result.TAKEN) {
      twin.drop(DropReason.SOCKET_RCVBUFF);
    }
  }

  private static int ipType(Packet packet) {
    boolean six = packet.head < packet.tail && packet.data[packet.head] >>> 4 == 6;
    return six ? EtherType.IPV6 : EtherType.IPV4;
  }

  private static int kind(NetDevice where, Packet frame, boolean outgoing) {
    if (outgoing) {
      return OUTGOING;
    }
    if (frame.l2 < 0) {
      return HOST;
    }
    if (VlanTag.id(frame) != 0) {
      return OTHERHOST; // of a VLAN that nobody here has
    }
    long to = frame.ethernet().destination();
    if (Addresses.isGroupMac(to)) {
      return to == Addresses.MAC_BROADCAST ? BROADCAST : MULTICAST;
    }
    return to == where.mac() ? HOST : OTHERHOST;
  }

  /** The EtherType of a packet from {@link #receiveBuffer} ({@code sll_protocol}). */
  public static int etherType(Packet packet) {
    return packet.protocol;
  }

  /** The Ethernet source of a packet from {@link #receiveBuffer}, 0 without ({@code sll_addr}). */
  public static long source(Packet packet) {
    return packet.l2 < 0 ? 0 : packet.ethernet().source();
  }

  /** {@code sll_hatype}: ARPHRD_ETHER, ARPHRD_LOOPBACK or ARPHRD_NONE. */
  public static int hardwareType(NetDevice of) {
    return switch (of.kind()) {
      case ETHER -> 1;
      case LOOPBACK -> 772;
      case NONE -> 0xfffe;
    };
  }

  /**
   * Sends a frame ({@code packet_snd}).
   *
   * @param by the device; null for the one it is bound to
   * @param type EtherType (SOCK_DGRAM)
   * @param to Ethernet destination (SOCK_DGRAM)
   * @return {@code len}, or negative: ENXIO without device, ENETDOWN, EINVAL (shorter than the link
   *     header), EMSGSIZE, ENOBUFS
   */
  public int send(byte[] data, int off, int len, @Nullable NetDevice by, int type, long to) {
    NetDevice out = by != null ? by : device;
    if (out == null) {
      return -Errno.ENXIO;
    }
    if (!out.isUp()) {
      return -Errno.ENETDOWN;
    }
    int link = out.isEthernet() ? Ethernet.LENGTH : 0;
    int given = withHeader ? link : 0;
    if (len < given || len - given == 0 && link == 0) {
      return -Errno.EINVAL;
    }
    boolean tagged =
        given > 0 && Bytes.u16(data, off + 12) == EtherType.VLAN && len >= given + VLAN_TAG;
    if (len - given > out.mtu() + (tagged ? VLAN_TAG : 0)) {
      return -Errno.EMSGSIZE;
    }
    Packet packet = stack.pool().acquire(len + link);
    if (packet == null) {
      return -Errno.ENOBUFS;
    }
    System.arraycopy(data, off, packet.data, packet.append(len), len);
    if (!withHeader && link > 0) {
      packet.push(link);
      packet.l2 = packet.head;
      packet.ethernet().destination(to).source(out.mac()).type(type);
    }
    packet.l2 = link == 0 ? -1 : packet.head;
    packet.l3 = packet.head + link;
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    packet.mark = mark;
    packet.priority = priority;
    engine.sending = this;
    out.transmit(packet);
    engine.sending = null;
    return len;
  }

  /** Closes it; it cannot be used again. */
  public void close() {
    listen(0, null);
    engine.close(this);
    buffer.close();
  }
}
