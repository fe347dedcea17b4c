package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connections of a namespace. Of its loop's thread. */
public final class Conntrack {
  static final long SECOND = 1_000_000_000L;

  private static final byte[] NO_BYTES = {};

  /** How often a packet is looked up again whose connection has just ended. */
  private static final int REPEATS = 3;

  private final EventLoop loop;
  private final RandomSource random;
  private final ConnectionTable table;
  private final ConnectionExpiry expiry;
  private final ExpectationTable expectations;
  private final Settings settings;
  private final Counters counters = new Counters();
  private final Helpers helpers = new Helpers();
  private final TcpTracker tcpTracker;
  private final UdpTracker udpTracker;
  private final IcmpTracker icmpTracker;
  private final GenericTracker genericTracker;
  private final IcmpErrors errors;
  private final List<ConntrackListener> listeners = new ArrayList<>();
  private final List<Consumer<Connection>> confirmed = new ArrayList<>();
  private final List<Consumer<Connection>> removed = new ArrayList<>();

  /** Who settles how an expected connection is translated. */
  private @Nullable BiConsumer<Connection, Expectation> follow;

  /** The connection that the packet at hand has changed, and how. */
  private @Nullable Connection noted;

  private int notedEvents;

  /** Why {@link #begin} has made none: for want of a place. */
  private boolean full;

  private final Tcp tcp = new Tcp();
  private byte[] bytes = NO_BYTES;
  private final Tuple tuple = new Tuple();
  private final Tuple scratch = new Tuple();

  public Conntrack(EventLoop loop, RandomSource random, Limits limits) {
    this.loop = loop;
    this.random = random.derive("conntrack");
    settings = new Settings(limits);
    table = new ConnectionTable(random.hash("conntrack"));
    expiry = new ConnectionExpiry(loop, this::kill);
    expectations = new ExpectationTable(this, random.hash("expect"));
    tcpTracker = new TcpTracker(this);
    udpTracker = new UdpTracker(this);
    icmpTracker = new IcmpTracker(this);
    genericTracker = new GenericTracker(this);
    errors = new IcmpErrors(this);
  }

  public Settings settings() {
    return settings;
  }

  public Counters counters() {
    return counters;
  }

  /** Number of connections. */
  public int size() {
    return table.size();
  }

  /**
   * What {@code nf_conntrack_buckets} shows: the table grows by itself, to as many as are allowed.
   */
  public int buckets() {
    return settings.limits.max;
  }

  public ExpectationTable expectations() {
    return expectations;
  }

  /** The helpers that rules may name. */
  public Helpers helpers() {
    return helpers;
  }

  EventLoop loop() {
    return loop;
  }

  ConnectionTable table() {
    return table;
  }

  /** A view for the tracker at work. */
  Tcp tcp() {
    return tcp;
  }

  /** The array of the packet at hand. */
  byte[] bytes() {
    return bytes;
  }

  /** Tells who is told; live. */
  public void listen(ConntrackListener listener) {
    listeners.add(listener);
  }

  public void forget(ConntrackListener listener) {
    listeners.remove(listener);
  }

  /** Who settles how an expected connection that follows its master is translated. */
  public void onExpected(BiConsumer<Connection, Expectation> action) {
    follow = action;
  }

  /** Who has to know that a connection is in the table now, which packets have made. */
  public void onConfirmed(Consumer<Connection> action) {
    confirmed.add(action);
  }

  /** Who has to know that a connection is out of the table, whatever the events. */
  public void onRemoved(Consumer<Connection> action) {
    removed.add(action);
  }

  /**
   * Finds or makes the connection of a packet ({@code nf_conntrack_in}), and leaves it there. Of a
   * described packet nothing but that: a new connection is in no list.
   *
   * @return DROP where there is no place for a new one
   */
  public Verdict track(PacketFields p) {
    Packet packet = p.packet();
    Object there = packet.tracking;
    Template template = Template.NONE;
    if (there instanceof Template said) {
      template = said;
      packet.tracking = null;
      packet.trackingInfo = 0;
    } else if (there != null || packet.trackingInfo == TrackingInfo.UNTRACKED) {
      return Verdict.ACCEPT; // it has been here, or nobody wants it to be
    }
    tellNoted();
    bytes = packet.data;
    Verdict verdict = track(p, packet, template);
    bytes = NO_BYTES;
    return verdict;
  }

  private Verdict track(PacketFields p, Packet packet, Template template) {
    if (p.laterFragment || !hasProtocol(p)) {
      counters.invalid++;
      return Verdict.ACCEPT;
    }
    if (p.protocol == (p.v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6)) {
      switch (errors.look(p, template)) {
        case INVALID -> {
          counters.invalid++;
          return Verdict.ACCEPT;
        }
        case UNTRACKED -> {
          packet.trackingInfo = TrackingInfo.UNTRACKED;
          return Verdict.ACCEPT;
        }
        case RELATED -> {
          return Verdict.ACCEPT;
        }
        case QUERY -> {
          // as all others
        }
      }
    }
    for (int i = 0; i < REPEATS; i++) {
      if (!readTuple(p)) {
        counters.invalid++;
        return Verdict.ACCEPT;
      }
      Connection c = lookUp(tuple, template, p.now);
      int way = c == null ? Connection.ORIGINAL : table.direction();
      if (c == null) {
        c = begin(template, p.described);
        if (c == null) {
          return invalidOrFull();
        }
      }
      byte info = info(c, way);
      if (p.described && c.has(Connection.CONFIRMED)) {
        packet.tracking = c; // whether it is in the window is a matter of when it comes
        packet.trackingInfo = info;
        return Verdict.ACCEPT;
      }
      switch (tracker(p.protocol).packet(c, p, info)) {
        case VALID -> {
          packet.tracking = c;
          packet.trackingInfo = info;
          if (info == TrackingInfo.ESTABLISHED_REPLY && !c.has(Connection.SEEN_REPLY)) {
            c.status |= Connection.SEEN_REPLY;
            note(c, ConntrackListener.REPLY);
          }
          return Verdict.ACCEPT;
        }
        case INVALID -> {
          counters.invalid++;
          return Verdict.ACCEPT;
        }
        case DROP -> {
          counters.drop++;
          return Verdict.DROP;
        }
        case REPEAT -> {
          // there is a place for it now
        }
      }
    }
    counters.drop++;
    return Verdict.DROP;
  }

  /** What {@link #begin} has said no to: a tuple without an inverse, or no place. */
  private Verdict invalidOrFull() {
    if (full) {
      counters.drop++;
      return Verdict.DROP;
    }
    counters.invalid++;
    return Verdict.ACCEPT;
  }

  private static boolean hasProtocol(PacketFields p) {
    // "no next header" is none (ipv6_skip_exthdr)
    boolean none = !p.v4 && p.protocol == IpProtocol.NONE;
    return !none && p.transport <= p.packet().tail;
  }

  private static byte info(Connection c, int way) {
    if (way == Connection.REPLY) {
      return TrackingInfo.ESTABLISHED_REPLY;
    }
    if (c.has(Connection.SEEN_REPLY)) {
      return TrackingInfo.ESTABLISHED;
    }
    return c.has(Connection.EXPECTED) ? TrackingInfo.RELATED : TrackingInfo.NEW;
  }

  private ProtocolTracker tracker(int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP -> tcpTracker;
      case IpProtocol.UDP, IpProtocol.UDPLITE -> udpTracker;
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> icmpTracker;
      default -> genericTracker;
    };
  }

  private boolean readTuple(PacketFields p) {
    tuple.srcHi = p.srcHi;
    tuple.srcLo = p.srcLo;
    tuple.dstHi = p.dstHi;
    tuple.dstLo = p.dstLo;
    tuple.protocol = p.protocol;
    Packet packet = p.packet();
    return QuotedPacket.readPorts(tuple, packet.data, p.transport, packet.tail);
  }

  /** The connection of a tuple, or null; one whose time is over ends. */
  @Nullable Connection lookUp(Tuple t, Template template, long now) {
    Connection c =
        table.find(t, template.zone(Connection.ORIGINAL), template.zone(Connection.REPLY));
    if (c != null && c.isExpired(now)) {
      kill(c);
      return null;
    }
    return c;
  }

  /** Makes the connection of {@link #tuple} ({@code init_conntrack}); null: see {@link #full}. */
  private @Nullable Connection begin(Template template, boolean described) {
    full = false;
    if (!scratch.invert(tuple)) {
      return null;
    }
    if (settings.limits.max > 0 && table.size() >= settings.limits.max && (described || !evict())) {
      full = true;
      return null;
    }
    scratch.invert(tuple); // once more: who made place has used it
    Connection c = new Connection(described ? 0 : random.nextInt());
    c.status = described ? Connection.DESCRIBED : 0;
    c.original(tuple);
    c.reply(scratch);
    c.zone = (char) template.zone();
    c.zoneDirections = (byte) template.zoneDirections();
    if (settings.accounting != 0 || settings.timestamp != 0) {
      c.needExtras().counts = settings.accounting != 0;
    }
    if (template.events() != -1 || template.expectationEvents() != -1) {
      c.needExtras().events = template.events();
      c.needExtras().expectationEvents = template.expectationEvents();
    }
    Expectation expected = expectations.take(tuple, template.zone(), described);
    if (expected != null) {
      Extras extras = c.needExtras();
      c.status |= Connection.EXPECTED;
      c.mark = expected.master.mark;
      extras.master = expected.master;
      extras.helper = expected.helper;
      if (expected.followsMaster && follow != null) {
        follow.accept(c, expected);
      }
    } else if (template.helper() != null && template.helper().protocol() == tuple.protocol) {
      c.needExtras().helper = template.helper();
      c.status |= Connection.HELPER;
    }
    return c;
  }

  /** Makes place for a connection at the cost of another one ({@code early_drop}). */
  private boolean evict() {
    Connection victim = table.evictable(tuple);
    if (victim == null) {
      return false;
    }
    counters.earlyDrop++;
    kill(victim);
    return true;
  }

  /**
   * Puts the new connection of a packet in the table, since the packet is through all rules ({@code
   * __nf_conntrack_confirm}).
   *
   * @return DROP where another connection has one of its tuples by now
   */
  public Verdict confirm(Packet packet) {
    Connection c = TrackingInfo.of(packet);
    tellNoted();
    if (c == null || c.has(Connection.CONFIRMED)) {
      return Verdict.ACCEPT;
    }
    if (c.has(Connection.DYING)) {
      return Verdict.DROP;
    }
    if (TrackingInfo.direction(packet.trackingInfo) != Connection.ORIGINAL) {
      return Verdict.ACCEPT;
    }
    Connection other = taken(c);
    if (other != null) {
      return clash(packet, c, other);
    }
    long now = loop.now();
    c.deadline += now;
    c.status |= Connection.CONFIRMED;
    table.put(c, scratch);
    expiry.add(c);
    counters.insert++;
    if (settings.timestamp != 0) {
      c.needExtras().started = loop.wallTime();
    }
    boolean related = c.extras != null && c.extras.master != null;
    for (int i = 0; i < confirmed.size(); i++) {
      confirmed.get(i).accept(c);
    }
    changed(c, related ? ConntrackListener.RELATED : ConntrackListener.NEW);
    return Verdict.ACCEPT;
  }

  private @Nullable Connection taken(Connection c) {
    c.tuple(Connection.ORIGINAL, scratch);
    Connection there = table.find(scratch, c.zone(Connection.ORIGINAL), c.zone(Connection.REPLY));
    if (there == null) {
      c.tuple(Connection.REPLY, scratch);
      there = table.find(scratch, c.zone(Connection.ORIGINAL), c.zone(Connection.REPLY));
    }
    return there;
  }

  /**
   * Two first packets were under way at once ({@code nf_ct_resolve_clash}): of datagrams and
   * questions the later one joins the connection of the earlier one, where that is the same.
   */
  private Verdict clash(Packet packet, Connection c, Connection other) {
    boolean same =
        c.srcLo == other.srcLo
            && c.dstLo == other.dstLo
            && c.srcHi == other.srcHi
            && c.dstHi == other.dstHi
            && c.ports == other.ports
            && c.replySrcLo == other.replySrcLo
            && c.replyDstLo == other.replyDstLo
            && c.replySrcHi == other.replySrcHi
            && c.replyDstHi == other.replyDstHi
            && c.replyPorts == other.replyPorts
            && c.protocol == other.protocol;
    if (same && c.protocol() != IpProtocol.TCP) {
      packet.tracking = other;
      packet.trackingInfo = info(other, Connection.ORIGINAL);
      counters.clashResolve++;
      return Verdict.ACCEPT;
    }
    counters.insertFailed++;
    counters.drop++;
    return Verdict.DROP;
  }

  /** Whether another connection has that tuple ({@code nf_conntrack_tuple_taken}). */
  public boolean isTaken(Tuple t, Connection except) {
    Connection there = table.find(t, except.zone(0), except.zone(1));
    if (there != null && there.isExpired(loop.now())) {
      kill(there);
      return false;
    }
    return there != null && !there.equals(except);
  }

  /**
   * Renews a connection's time-out and counts a packet ({@code nf_ct_refresh_acct}).
   *
   * @param seconds until it ends
   */
  void refresh(Connection c, PacketFields p, int way, int seconds) {
    if (!c.has(Connection.FIXED_TIMEOUT)) {
      timeout(c, seconds * SECOND, p.now);
    }
    account(c, p, way);
  }

  /**
   * Sets when a connection ends.
   *
   * @param nanos from now on
   */
  public void timeout(Connection c, long nanos, long now) {
    if (!c.has(Connection.CONFIRMED)) {
      c.deadline = nanos;
      return;
    }
    long before = c.deadline;
    c.deadline = now + nanos;
    if (c.deadline - before < 0) {
      expiry.sooner(c);
    }
  }

  /** Lets a connection that lives for longer than {@code least} seconds end in {@code seconds}. */
  void shorten(Connection c, int seconds, int least) {
    long left = c.left(loop.now());
    if (!c.has(Connection.FIXED_TIMEOUT) && left >= least * SECOND && left > seconds * SECOND) {
      timeout(c, seconds * SECOND, loop.now());
    }
  }

  /** Counts a packet of a connection, where that is counted. */
  void account(Connection c, PacketFields p, int way) {
    Extras extras = c.extras;
    if (extras != null && extras.counts) {
      extras.packets[way] += Math.max(1, p.packet().gsoCount);
      extras.bytes[way] += p.length;
    }
  }

  /**
   * Notes that a packet has changed its connection: all that one packet does is told at once, when
   * it is through ({@code nf_conntrack_event_cache}).
   */
  @SuppressWarnings("ReferenceEquality") // the very object is meant
  public void note(Connection c, int events) {
    if (listeners.isEmpty() || !c.has(Connection.CONFIRMED)) {
      return;
    }
    if (noted != c) {
      tellNoted();
      noted = c;
    }
    notedEvents |= events;
  }

  /** Tells what was noted ({@code nf_ct_deliver_cached_events}). */
  private void tellNoted() {
    Connection c = noted;
    if (c != null) {
      int events = notedEvents;
      noted = null;
      notedEvents = 0;
      changed(c, events);
    }
  }

  /** Tells that a connection has changed; nothing of one that is not in the table yet. */
  public void changed(Connection c, int events) {
    if (listeners.isEmpty() || !c.has(Connection.CONFIRMED)) {
      return;
    }
    tellNoted();
    int wanted = c.extras == null ? -1 : c.extras.events;
    if (wanted == -1 && settings.events == 0) {
      return;
    }
    if ((events & wanted) != 0) {
      for (int i = 0; i < listeners.size(); i++) {
        listeners.get(i).changed(c, events & wanted);
      }
    }
  }

  void announced(Expectation e, boolean added) {
    Extras extras = e.master.extras;
    if (extras != null && (extras.expectationEvents & (added ? 1 : 2)) == 0) {
      return;
    }
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).expectation(e, added);
    }
  }

  /**
   * A helper has made the text of a segment longer ({@code nf_ct_seqadj_set}).
   *
   * @param sequence the segment's, as its sender counts
   * @param by bytes, negative where it is shorter
   */
  public void moveSequence(Connection c, int direction, int sequence, int by) {
    Extras extras = c.needExtras();
    SequenceAdjustment moved = extras.adjustment;
    if (moved == null) {
      moved = new SequenceAdjustment();
      extras.adjustment = moved;
    }
    moved.grow(direction, sequence, by);
    c.status |= Connection.SEQ_ADJUST;
    changed(c, ConntrackListener.SEQADJ);
  }

  /**
   * A rule has answered one of its packets with a reset ({@code nf_ct_set_closing}): nothing to one
   * that is not in the table yet.
   */
  public void reset(Connection c) {
    TcpState s = c.tcp;
    if (s == null || !c.has(Connection.CONFIRMED)) {
      return;
    }
    boolean closed = s.state() == TcpState.State.CLOSE;
    s.state(TcpState.State.CLOSE);
    if (!closed && !c.has(Connection.FIXED_TIMEOUT)) {
      timeout(c, settings.tcp[TcpState.State.CLOSE.ordinal()] * SECOND, loop.now());
      note(c, ConntrackListener.PROTOINFO);
    }
  }

  /** Ends a connection ({@code nf_ct_kill}). */
  public void kill(Connection c) {
    if (c.has(Connection.DYING)) {
      return;
    }
    if (c.has(Connection.CONFIRMED)) {
      changed(c, ConntrackListener.DESTROY);
      table.remove(c, scratch);
      expiry.remove(c);
      for (int i = 0; i < removed.size(); i++) {
        removed.get(i).accept(c);
      }
    }
    c.status |= Connection.DYING;
    if (c.extras != null && !c.extras.expected.isEmpty()) {
      expectations.removeOf(c);
    }
  }

  /** The namespace has gone: nothing of it waits any more. */
  public void close() {
    expiry.close();
    expectations.close();
    table.clear();
    List.copyOf(listeners).forEach(ConntrackListener::gone);
  }

  /** Something that counts connections for a rule, none yet. */
  public ConnectionCount count() {
    return new ConnectionCount(random.hash("count"));
  }

  /** Those there are and whose time is not over, in no order. */
  public List<Connection> all() {
    List<Connection> all = new ArrayList<>(table.size());
    long now = loop.now();
    table.forEach(c -> {
      if (!c.isExpired(now)) {
        all.add(c);
      }
    });
    return all;
  }

  /** The connection one of whose directions has that tuple, or null. */
  public @Nullable Connection find(Tuple t, int zone) {
    return lookUp(t, Template.NONE.inZone(zone), loop.now());
  }

  /** In which direction the last one that was found has the tuple. */
  public int foundDirection() {
    return table.direction();
  }

  /**
   * A connection that a command describes ({@code conntrack -I}), not in the table yet.
   *
   * @param reply what its answers have
   * @param directions in which the zone counts: bit 0 original, bit 1 reply
   */
  public Connection describe(Tuple original, Tuple reply, int zone, int directions) {
    Connection c = new Connection(random.nextInt());
    c.original(original);
    c.reply(reply);
    c.zone = (char) zone;
    c.zoneDirections = (byte) directions;
    if (original.protocol == IpProtocol.TCP) {
      c.tcp = new TcpState();
      c.tcp.liberal();
    }
    return c;
  }

  /** What became of a connection that was to be put in. */
  public enum Insertion {
    DONE,
    /** One of its tuples is there. */
    EXISTS,
    /** There is no place. */
    FULL
  }

  /**
   * Puts a connection in that a command has described.
   *
   * @param nanos until it ends
   */
  public Insertion insert(Connection c, long nanos) {
    boolean full = settings.limits.max > 0 && table.size() >= settings.limits.max;
    if (full || taken(c) != null) {
      for (int i = 0; i < removed.size(); i++) {
        removed.get(i).accept(c);
      }
      return full ? Insertion.FULL : Insertion.EXISTS;
    }
    c.status |= Connection.CONFIRMED;
    c.deadline = loop.now() + nanos;
    if (settings.accounting != 0 || settings.timestamp != 0) {
      c.needExtras().counts = settings.accounting != 0;
    }
    if (settings.timestamp != 0) {
      c.needExtras().started = loop.wallTime();
    }
    table.put(c, scratch);
    expiry.add(c);
    counters.insert++;
    changed(c, ConntrackListener.NEW | ConntrackListener.MARK);
    return Insertion.DONE;
  }

  /**
   * Tracking of a family was off for a while: windows are not known any more ({@code
   * nf_ct_tcp_fixup}).
   */
  public void resumed(boolean v4) {
    table.forEach(c -> {
      if (c.tcp != null) {
        c.tcp.liberal();
      }
    });
  }

  /**
   * Whether the transport's checksum of a packet that came in is right, or is not asked for ({@code
   * nf_checksum}).
   */
  boolean hasGoodChecksum(PacketFields p) {
    Packet packet = p.packet();
    boolean known = packet.checksumState != Packet.CHECKSUM_NONE;
    if (known || settings.checksum == 0 || p.hook != Hook.PREROUTING) {
      return true;
    }
    // of UDP too all that is there, whatever length it says
    int length = packet.tail - p.transport;
    int covered = length;
    if (p.protocol == IpProtocol.UDPLITE) {
      int said = (packet.data[p.transport + 4] & 0xff) << 8 | packet.data[p.transport + 5] & 0xff;
      covered = said == 0 ? length : said;
    }
    long sum = InternetChecksum.sum(packet.data, p.transport, covered);
    if (p.protocol != IpProtocol.ICMP) {
      sum += InternetChecksum.pseudo(p.srcHi, p.srcLo, p.dstHi, p.dstLo, p.protocol, length);
    }
    return InternetChecksum.finish(sum) == 0;
  }
}
