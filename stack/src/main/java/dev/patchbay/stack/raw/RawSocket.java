package dev.patchbay.stack.raw;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.ip.IpSocket;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.ip.SocketOutput;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/** A raw socket of IPv4 or IPv6; all calls on the loop. */
public final class RawSocket extends IpSocket {
  private static final int MAX_LENGTH = 65535;

  private final RawEngine engine;
  private final int protocol;
  private final int[] icmp6Filter = new int[8];
  private int checksumOffset;

  /** {@code ICMP_FILTER}: bit n set keeps messages of type n away (IPv4, types up to 31). */
  public int icmpFilter;

  /** {@code IP_HDRINCL}, {@code IPV6_HDRINCL}: the user writes the IP header. */
  public boolean headerIncluded;

  RawSocket(
      NetworkStack stack, RawEngine engine, boolean v4, int protocol, DatagramListener listener) {
    super(stack, v4, listener);
    this.engine = engine;
    this.protocol = protocol;
    headerIncluded = protocol == IpProtocol.RAW;
    checksumOffset = !v4 && protocol == IpProtocol.ICMPV6 ? 2 : -1;
  }

  /** Protocol or next-header number. */
  public int protocol() {
    return protocol;
  }

  /** Where the checksum is that is filled in and verified ({@code IPV6_CHECKSUM}); -1 nowhere. */
  public int checksumOffset() {
    return checksumOffset;
  }

  /**
   * Sets it.
   *
   * @param offset bytes from the end of the headers; negative switches it off
   * @return 0, or negative EINVAL: odd, or a socket of ICMPv6, whose place is fixed (RFC 3542
   *     section 3.1); ENOPROTOOPT over IPv4
   */
  public int checksumOffset(int offset) {
    if (v4) {
      return -Errno.ENOPROTOOPT;
    }
    if (protocol == IpProtocol.ICMPV6 || offset > 0 && (offset & 1) != 0) {
      return -Errno.EINVAL;
    }
    checksumOffset = Math.max(offset, -1);
    return 0;
  }

  /** {@code ICMP6_FILTER}: keeps messages of a type away or lets them through (RFC 3542, 3.2). */
  public void blockIcmp6(int type, boolean block) {
    int bit = 1 << (type & 31);
    icmp6Filter[type >>> 5] = icmp6Filter[type >>> 5] & ~bit | (block ? bit : 0);
  }

  /** Whether {@link #blockIcmp6} keeps a type away. */
  public boolean isIcmp6Blocked(int type) {
    return (icmp6Filter[type >>> 5] >>> (type & 31) & 1) != 0;
  }

  /**
   * Takes only what comes to an address, and sends from it ({@code raw_bind}).
   *
   * @return 0, or negative EADDRNOTAVAIL
   */
  public int bind(long hi, long lo) {
    boolean special =
        Addresses.isAny(hi, lo) || Addresses.isMulticast(hi, lo) || stack.isBroadcast(hi, lo);
    if (!special && !options.freebind && !stack.mayBind(hi, lo)) {
      return -Errno.EADDRNOTAVAIL;
    }
    localHi = hi;
    localLo = lo;
    return 0;
  }

  /** Takes only what comes from a peer. Errors as of {@link SocketOutput#resolve}. */
  public int connect(long hi, long lo) {
    int failed = resolve(0, 0, hi, lo, null);
    if (failed != 0) {
      return failed;
    }
    if (Addresses.isAny(localHi, localLo)) {
      localHi = flow.srcHi;
      localLo = flow.srcLo;
    }
    remoteHi = flow.dstHi;
    remoteLo = flow.dstLo;
    connected = true;
    return 0;
  }

  /** Takes from all again. */
  public void disconnect() {
    forgetPeer();
  }

  /** {@code raw_v4_match}, {@code ip_mc_sf_allow}, {@code icmp_filter}. */
  boolean fits(Packet packet) {
    long srcHi = packet.sourceHi();
    long srcLo = packet.sourceLo();
    long dstHi = packet.destinationHi();
    long dstLo = packet.destinationLo();
    NetDevice device = options.device;
    boolean any = Addresses.isAny(localHi, localLo);
    if (device != null && !device.equals(packet.device)
        || !any && (localLo != dstLo || localHi != dstHi)
        || connected && (remoteLo != srcLo || remoteHi != srcHi)) {
      return false;
    }
    if (Addresses.isMulticast(dstHi, dstLo)) {
      boolean all = v4 ? options.multicastAll : options.multicastAll6;
      return memberships.allows(dstHi, dstLo, srcHi, srcLo, packet.device, all);
    }
    return true;
  }

  private boolean isFiltered(Packet packet) {
    if (packet.l4 >= packet.tail) {
      return protocol == IpProtocol.ICMP && v4 || protocol == IpProtocol.ICMPV6 && !v4;
    }
    int type = Bytes.u8(packet.data, packet.l4);
    if (v4) {
      return protocol == IpProtocol.ICMP && type < 32 && (icmpFilter >>> type & 1) != 0;
    }
    return protocol == IpProtocol.ICMPV6 && isIcmp6Blocked(type);
  }

  private boolean isChecksumWrong(Packet packet) {
    if (checksumOffset < 0 || packet.checksumState != Packet.CHECKSUM_NONE) {
      return false;
    }
    int length = packet.tail - packet.l4;
    Ipv6 ip = packet.ipv6();
    long sum =
        InternetChecksum.sum(packet.data, packet.l4, length)
            + InternetChecksum.pseudo6(
                ip.sourceHi(),
                ip.sourceLo(),
                ip.destinationHi(),
                ip.destinationLo(),
                protocol,
                length);
    return InternetChecksum.fold(sum) != 0xffff;
  }

  /** Queues a copy of what it fits ({@code raw_rcv}, {@code rawv6_rcv}). */
  void receive(Packet packet) {
    if (isFiltered(packet) || isChecksumWrong(packet) || !buffer.admits()) {
      return;
    }
    int head = packet.head;
    packet.head = v4 ? packet.l3 : Math.min(packet.l3, packet.head);
    Packet twin = packet.copy();
    packet.head = head;
    if (twin == null) {
      return;
    }
    if (!v4) {
      twin.head = twin.l4;
    }
    if (buffer.offer(twin) != ReceiveBuffer.Result.TAKEN) {
      twin.drop(DropReason.SOCKET_RCVBUFF);
    }
  }

  void icmpError(IcmpError about) {
    boolean mine =
        (Addresses.isAny(localHi, localLo) || localLo == about.srcLo && localHi == about.srcHi)
            && (!connected || remoteLo == about.dstLo && remoteHi == about.dstHi);
    boolean asked = options.receiveErrors(v4);
    if (!mine || !asked && !connected || about.isSourceQuench()) {
      return;
    }
    boolean fatal = about.isFatal();
    if (about.isTooBig()) {
      stack.socketOutput().paths().learn(about.dstHi, about.dstLo, about.mtu(), v4);
      fatal = options.mtuDiscover(v4) != IpSocketOptions.PMTUDISC_DONT;
    }
    if (asked || fatal) {
      failed(about);
    }
  }

  private int resolve(long srcHi, long srcLo, long dstHi, long dstLo, @Nullable NetDevice by) {
    boolean own =
        Addresses.isAny(srcHi, srcLo)
            && !Addresses.isMulticast(localHi, localLo)
            && !stack.isBroadcast(localHi, localLo);
    flow.protocol = protocol;
    return stack
        .socketOutput()
        .resolve(flow, options, own ? localHi : srcHi, own ? localLo : srcLo, dstHi, dstLo, by);
  }

  /**
   * Sends a packet ({@code raw_sendmsg}, {@code rawv6_sendmsg}).
   *
   * @param srcHi source; (0, 0) is the one it is bound to, else routing chooses
   * @param by leave by this device, or null
   * @return {@code len}, or negative: EMSGSIZE, EINVAL (a header or checksum that does not fit, a
   *     source that is not ours), EACCES, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENOBUFS
   */
  @Override
  public int sendTo(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      @Nullable NetDevice by) {
    if (len > MAX_LENGTH - (headerIncluded || !v4 ? 0 : Ipv4.LENGTH)) {
      return -Errno.EMSGSIZE;
    }
    int failed = resolve(srcHi, srcLo, dstHi, dstLo, by);
    if (failed != 0) {
      return failed;
    }
    failed = headerIncluded ? sendWhole(data, off, len) : sendPayload(data, off, len);
    return failed == 0 ? len : failed;
  }

  private int sendPayload(byte[] data, int off, int len) {
    if (checksumOffset >= 0 && checksumOffset >= len - 1) {
      return -Errno.EINVAL;
    }
    Packet packet = stack.pool().acquire(len);
    if (packet == null) {
      return -Errno.ENOBUFS;
    }
    packet.l4 = packet.append(len);
    System.arraycopy(data, off, packet.data, packet.l4, len);
    packet.protocol = protocol;
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    if (checksumOffset >= 0) {
      fillChecksum(packet, len);
    }
    int type = len > 0 ? Bytes.u8(packet.data, packet.l4) : -1;
    int failed = stack.socketOutput().send(packet, flow, options);
    if (failed == 0) {
      countIcmp(protocol, type);
    }
    return failed;
  }

  private void fillChecksum(Packet packet, int len) {
    int at = packet.l4 + checksumOffset;
    Bytes.put16(packet.data, at, 0);
    long sum =
        InternetChecksum.sum(packet.data, packet.l4, len)
            + InternetChecksum.pseudo6(
                flow.srcHi, flow.srcLo, flow.dstHi, flow.dstLo, protocol, len);
    int value =
        protocol == IpProtocol.UDP ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum);
    Bytes.put16(packet.data, at, value);
  }

  private void countIcmp(int sent, int type) {
    if (type >= 0 && sent == (v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6)) {
      IpCounters counters = stack.counters(v4);
      counters.icmpOutMsgs++;
      counters.icmpOutTypes[type]++;
    }
  }

  /** {@code raw_send_hdrinc}: what the user may leave at 0 is filled in; nothing is cut. */
  private int sendWhole(byte[] data, int off, int len) {
    int mtu = SocketOutput.mtu(flow, IpSocketOptions.PMTUDISC_PROBE);
    if (len > mtu) {
      return -Errno.EMSGSIZE;
    }
    int header = v4 ? Ipv4.LENGTH : Ipv6.LENGTH;
    if (len < header || v4 && (data[off] & 15) << 2 > len) {
      return -Errno.EINVAL;
    }
    Packet packet = stack.pool().acquire(len);
    if (packet == null) {
      return -Errno.ENOBUFS;
    }
    packet.l3 = packet.append(len);
    System.arraycopy(data, off, packet.data, packet.l3, len);
    packet.mark = options.mark;
    packet.priority = options.priority;
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    if (!isHeaderUsable(packet)) {
      packet.release();
      return -Errno.EINVAL;
    }
    if (v4) {
      fillHeader4(packet, len);
    } else {
      packet.protocol = packet.ipv6().nextHeader();
      packet.l4 = packet.l3 + Ipv6.LENGTH;
    }
    int type = packet.l4 < packet.tail ? Bytes.u8(packet.data, packet.l4) : -1;
    countIcmp(packet.protocol, type);
    boolean loop = v4 ? options.multicastLoop : options.multicastLoop6;
    return stack.socketOutput().transmit(packet, flow, loop, mtu);
  }

  /** What nothing behind us could read is not sent: a wrong version, a header that is too short. */
  private boolean isHeaderUsable(Packet packet) {
    int first = Bytes.u8(packet.data, packet.l3);
    return v4 ? first >>> 4 == 4 && (first & 15) >= 5 : first >>> 4 == 6;
  }

  private void fillHeader4(Packet packet, int len) {
    Ipv4 ip = packet.ipv4();
    if (Addresses.isAny(0, ip.source())) {
      ip.source(flow.srcLo);
    }
    if (ip.id() == 0) {
      ip.id(stack.output().nextId());
    }
    ip.totalLength(len).fillChecksum();
    packet.protocol = ip.protocol();
    packet.l4 = packet.l3 + ip.headerLength();
  }

  /** Closes it, leaving its groups; it cannot be used again. */
  public void close() {
    engine.close(this);
    closeBase();
  }
}
