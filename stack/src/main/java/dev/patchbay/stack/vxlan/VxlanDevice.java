package dev.patchbay.stack.vxlan;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.vxlan.VxlanFdb.Entry;
import dev.patchbay.stack.vxlan.VxlanFdb.Remote;
import dev.patchbay.stack.vxlan.VxlanFdb.State;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network of RFC 7348 as a device (Linux: {@code struct vxlan_dev}). While it is up it has a
 * socket of the host. The outer header takes over no ECN, and gives none: both ends behave as RFC
 * 6040 section 4.3 wants of those that do not look at it.
 */
public final class VxlanDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "vxlan";

  /** {@link #ttl}: that of the packet within. */
  public static final int INHERIT_TTL = -1;

  /** {@link #tos}: that of the packet within. */
  public static final int INHERIT_TOS = 1;

  private static final long SECOND = 1_000_000_000L;

  /** How often what is old is looked for ({@code FDB_AGE_INTERVAL}). */
  private static final long AGE_INTERVAL = 10 * SECOND;

  /** No ECN. */
  private static final int DSCP = 0xfc;

  private final EventLoop loop;
  private final VxlanNet net;
  private final int vni;
  private final int port;
  private final boolean v4;
  private final VxlanFdb fdb;
  private final Timer ager;
  private final Output out = new Output();
  private @Nullable VxlanSocket socket;
  private IpAddress local;
  private @Nullable IpAddress remote;
  private int openError;

  /** Whether it learns who is behind which host. */
  public boolean learning = true;

  /** Time to live of datagrams: 1 to 255, 0 for the host's own, or {@link #INHERIT_TTL}. */
  public int ttl;

  /** Type of service of datagrams: 0 to 255, {@link #INHERIT_TOS} for that within. */
  public int tos;

  /** Seconds after which what was learned and not used is forgotten. */
  public long ageing = 300;

  /** Most entries of the table, 0 for {@link VxlanFdb#LIMIT}. */
  public int maxAddresses;

  /** Addresses that were not learned since the table was full. */
  public long notLearned;

  /**
   * One that is down.
   *
   * @param vni network, 24 bits
   * @param port UDP port of the host, 1 to 65535
   * @param v4 whether hosts have IPv4 addresses
   * @param secret spreads the table
   */
  public VxlanDevice(
      int index,
      String name,
      long mac,
      EventLoop loop,
      VxlanNet net,
      int vni,
      int port,
      boolean v4,
      long secret) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    this.net = net;
    this.vni = vni;
    this.port = port;
    this.v4 = v4;
    local = v4 ? IpAddress.ANY4 : IpAddress.ANY6;
    fdb = new VxlanFdb(secret);
    ager = loop.timer(this::forgetOld);
    attributes().minMtu = 68;
    attributes().maxMtu = 65535;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  public int vni() {
    return vni;
  }

  public int port() {
    return port;
  }

  /** Whether hosts have IPv4 addresses, else IPv6. */
  public boolean isV4() {
    return v4;
  }

  /** The host's address of its socket, 0.0.0.0 or :: for all. */
  public IpAddress local() {
    return local;
  }

  /** Sets it; a device that is up keeps its socket until it comes up again. */
  public void local(IpAddress value) {
    local = value;
  }

  /** The host to which goes what no entry has, or null. */
  public @Nullable IpAddress remote() {
    return remote;
  }

  /** Sets it: it is a host of the entry 00:00:00:00:00:00. */
  public void remote(@Nullable IpAddress value) {
    Entry all = fdb.find(0);
    if (remote != null && all != null) {
      drop(all, remoteOf(remote));
    }
    remote = value;
    if (value != null) {
      Entry now = fdb.find(0);
      if (now == null) {
        fdb.create(0, State.PERMANENT, remoteOf(value), loop.now());
      } else if (!now.has(remoteOf(value))) {
        now.append(remoteOf(value));
      }
    }
  }

  /** A host with this device's port and network. */
  public Remote remoteOf(IpAddress address) {
    return new Remote(address.hi(), address.lo(), port, vni);
  }

  // ---- the table

  /** What it knows, in Linux's order. */
  public List<Entry> entries() {
    return fdb.entries();
  }

  private boolean isFull() {
    return fdb.count() >= (maxAddresses == 0 ? VxlanFdb.LIMIT : maxAddresses);
  }

  /** How an entry is added by hand. */
  public enum Mode {
    ADD,
    APPEND,
    REPLACE
  }

  /**
   * Adds an entry or a host of one ({@code vxlan_fdb_update}).
   *
   * @throws LinkRefusedException {@code EEXIST}, {@code EOPNOTSUPP}, {@code ENOSPC}
   */
  public void add(long mac, State state, Remote to, Mode mode) throws LinkRefusedException {
    boolean many = mac == 0 || Addresses.isGroupMac(mac);
    Entry there = fdb.find(mac);
    if (there != null && mode == Mode.ADD) {
      throw new LinkRefusedException(Errno.EEXIST);
    }
    if (mode == Mode.REPLACE && many) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
    if (there == null) {
      if (isFull()) {
        throw new LinkRefusedException(Errno.ENOSPC);
      }
      fdb.create(mac, state, to, loop.now());
      return;
    }
    there.state = state;
    there.updated = loop.now();
    if (mode == Mode.REPLACE) {
      there.remotes = new Remote[] {to};
    } else if (many && !there.has(to)) {
      if (there.remotes.length >= VxlanFdb.LIMIT) {
        throw new LinkRefusedException(Errno.ENOSPC);
      }
      there.append(to);
    }
  }

  /**
   * Takes an entry away, or one of its hosts ({@code vxlan_fdb_delete}).
   *
   * @param to null for all of them; one that it does not have changes nothing
   * @throws LinkRefusedException {@code ENOENT}
   */
  public void delete(long mac, @Nullable Remote to) throws LinkRefusedException {
    Entry there = fdb.find(mac);
    if (there == null) {
      throw new LinkRefusedException(Errno.ENOENT);
    }
    if (to == null) {
      fdb.remove(there);
    } else if (there.has(to)) {
      drop(there, to);
    }
  }

  private void drop(Entry entry, Remote host) {
    entry.remove(host);
    if (entry.remotes.length == 0) {
      fdb.remove(entry);
    }
  }

  /** {@code vxlan_cleanup}. */
  private void forgetOld() {
    long before = loop.now() - ageing * SECOND;
    for (Entry entry : fdb.entries()) {
      if (entry.state == State.DYNAMIC && entry.used <= before) {
        fdb.remove(entry);
      }
    }
    ager.arm(loop.now() + AGE_INTERVAL);
  }

  /**
   * Learns behind which host an address is ({@code vxlan_snoop}).
   *
   * @return false where the frame is to be dropped: it is said to be elsewhere
   */
  private boolean learn(long mac, long hi, long lo) {
    long now = loop.now();
    Entry there = fdb.find(mac);
    if (there == null) {
      if (isFull()) {
        notLearned++;
      } else {
        fdb.create(mac, State.DYNAMIC, new Remote(hi, lo, port, vni), now);
      }
      return true;
    }
    there.used = now;
    Remote first = there.remotes[0];
    if (first.hi() == hi && first.lo() == lo) {
      return true;
    }
    if (there.state != State.DYNAMIC) {
      return false;
    }
    there.remotes = new Remote[] {new Remote(hi, lo, first.port(), first.vni())};
    there.updated = now;
    return true;
  }

  // ---- up and down

  @Override
  public void added() {
    net.add(this);
  }

  @Override
  public void removing() {
    net.remove(this);
    super.removing();
  }

  @Override
  protected void opened() {
    try {
      socket = net.acquire(this);
      openError = 0;
      ager.arm(loop.now() + AGE_INTERVAL);
    } catch (LinkRefusedException e) {
      openError = e.errno();
    }
  }

  @Override
  public int openError() {
    return openError;
  }

  @Override
  protected void closed() {
    ager.cancel();
    VxlanSocket before = socket;
    if (before != null) {
      socket = null;
      net.release(this, before);
    }
    for (Entry entry : fdb.entries()) {
      if (entry.state == State.DYNAMIC) {
        fdb.remove(entry);
      }
    }
  }

  // ---- packets

  /** Takes a frame that a host sent, its header taken off. */
  void receiveDatagram(Packet packet, long srcHi, long srcLo) {
    packet.device = this;
    if (packet.length() < Ethernet.LENGTH) {
      dropReceived(packet, DropReason.PKT_TOO_SMALL);
      return;
    }
    long source = Bytes.u48(packet.data, packet.head + 6);
    if (source == mac()) {
      dropReceived(packet, DropReason.LOCAL_MAC);
    } else if (source == 0 || Addresses.isGroupMac(source)) {
      dropReceived(packet, DropReason.MAC_INVALID_SOURCE);
    } else if (learning && !learn(source, srcHi, srcLo)) {
      dropReceived(packet, DropReason.VXLAN_ENTRY_EXISTS);
    } else {
      receive(packet);
    }
  }

  /** {@code vxlan_xmit}. */
  @Override
  protected void send(Packet packet) {
    VxlanSocket by = socket;
    VxlanTransport transport = by == null ? null : by.transport;
    Entry entry = fdb.find(Bytes.u48(packet.data, packet.head));
    entry = entry == null ? fdb.find(0) : entry;
    if (entry == null || transport == null) {
      statistics.txDropped++;
      packet.device = this;
      packet.drop(entry == null ? DropReason.VXLAN_NO_REMOTE : DropReason.DEV_READY);
      return;
    }
    entry.used = loop.now();
    out.begin(transport, entry, packet);
    statistics.txDropped += Segmenter.write(packet, out);
    out.flush();
    packet.release();
  }

  /** Sends each finished frame to each host of an entry. */
  private final class Output implements Segmenter.FrameSink {
    private final byte[] datagram = new byte[VxlanSocket.HEADER + (1 << 16)];
    private @Nullable VxlanTransport transport;
    private @Nullable Entry entry;
    private int hops;
    private int service;
    private int length;

    void begin(VxlanTransport by, Entry to, Packet packet) {
      transport = by;
      entry = to;
      int at = packet.head + Ethernet.LENGTH;
      int type = Bytes.u16(packet.data, at - 2);
      boolean within4 = type == EtherType.IPV4 && at + 20 <= packet.tail;
      boolean within6 = type == EtherType.IPV6 && at + 40 <= packet.tail;
      hops = Math.max(ttl, 0);
      service = tos == INHERIT_TOS ? 0 : tos & DSCP;
      if (within4 || within6) {
        if (ttl == INHERIT_TTL) {
          hops = Bytes.u8(packet.data, at + (within4 ? 8 : 7));
        }
        if (tos == INHERIT_TOS) {
          int word = Bytes.u16(packet.data, at);
          service = (within4 ? word : word >>> 4) & DSCP;
        }
      }
    }

    @Override
    public int reserve(int wanted) {
      flush();
      if (wanted > datagram.length - VxlanSocket.HEADER) {
        return -1;
      }
      length = wanted;
      return VxlanSocket.HEADER;
    }

    @Override
    public byte[] buffer() {
      return datagram;
    }

    /** Sends what was written last. */
    void flush() {
      VxlanTransport by = transport;
      Entry to = entry;
      if (length == 0 || by == null || to == null) {
        return;
      }
      Bytes.put32(datagram, 0, VxlanSocket.VNI_FLAG);
      for (Remote host : to.remotes) {
        Bytes.put32(datagram, 4, host.vni() << 8);
        int whole = VxlanSocket.HEADER + length;
        by.send(datagram, 0, whole, host.hi(), host.lo(), host.port(), hops, service);
      }
      length = 0;
    }
  }
}
