package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fair queueing by flow, with CoDel on each (RFC 8290). Flows that are new go before those that
 * have had their turn. Linux: {@code sch_fq_codel.c}.
 */
public final class FqCodelQdisc extends Qdisc {
  private static final int MAX_FLOWS = 65536;
  private static final long MAX_QUANTUM = 1 << 20;

  /** Linux keeps times in units of 1024 ns ({@code CODEL_SHIFT}), and shows them so. */
  private static final int TIME_SHIFT = 10;

  private static final int MINOR = 0xffff;

  private final SipHash hash;
  private final FilterChain filters;
  private final int mtu;
  private CodelFlow[] flows = {};
  private int flowCount = 1024;
  private long limit = 10_240;
  private long quantum;
  private long target = units(5_000);
  private long interval = units(100_000);
  private long ceThreshold = -1;
  private int ceSelector;
  private int ceMask;
  private long memoryLimit = 32 << 20;
  private long dropBatch = 64;
  private boolean ecn = true;
  private final FlowList newFlows = new FlowList();
  private final FlowList oldFlows = new FlowList();
  private final Counters counters = new Counters();

  /** Dropped since those above were told: packets, bytes. */
  private int untold;

  private long untoldBytes;

  /** What it counts beside the others ({@code tc_fq_codel_qd_stats}). */
  public static final class Counters {
    /** Longest packet seen, bytes. */
    public int maxPacket;

    /** Packets dropped because there was no room. */
    public long dropOverlimit;

    /** How often a flow became new. */
    public long newFlows;

    /** Packets marked in place of being dropped. */
    public long ecnMark;

    /** Packets marked for their delay alone. */
    public long ceMark;

    /** Bytes of memory in use. */
    public long memory;

    /** Packets dropped because there was no memory. */
    public long dropOvermemory;
  }

  FqCodelQdisc(QdiscTree tree, int handle) {
    super(QdiscKind.FQ_CODEL, tree, handle);
    hash = tree.random().hash("fq_codel");
    filters = tree.device().filters(false);
    mtu = tree.device().frameLength();
    quantum = mtu;
  }

  private static long units(long micros) {
    return micros * 1000 >> TIME_SHIFT;
  }

  private static long micros(long units) {
    return (units << TIME_SHIFT) / 1000;
  }

  /** As they stand; {@code ceThreshold}, {@code ceSelector} and {@code ceMask} may be unset. */
  public FqCodelOptions options() {
    FqCodelOptions o = new FqCodelOptions();
    o.limit = limit;
    o.flows = flowCount;
    o.quantum = quantum;
    o.target = micros(target);
    o.interval = micros(interval);
    o.ceThreshold = ceThreshold < 0 ? -1 : micros(ceThreshold);
    o.ceSelector = ceSelector;
    o.ceMask = ceMask;
    o.memoryLimit = memoryLimit;
    o.dropBatch = dropBatch;
    o.ecn = ecn ? 1 : 0;
    return o;
  }

  public Counters counters() {
    return counters;
  }

  /** Number of flows that have not had a turn yet. */
  public int newFlows() {
    return newFlows.size();
  }

  /** Number of the others that have packets. */
  public int oldFlows() {
    return oldFlows.size();
  }

  long target() {
    return target << TIME_SHIFT;
  }

  long interval() {
    return interval << TIME_SHIFT;
  }

  long ceThreshold() {
    return ceThreshold < 0 ? Long.MAX_VALUE : ceThreshold << TIME_SHIFT;
  }

  int mtu() {
    return mtu;
  }

  @Override
  void change(QdiscOptions wanted) throws QdiscException {
    if (!(wanted instanceof FqCodelOptions o)) {
      throw QdiscException.invalid();
    }
    if (o.flows >= 0) {
      if (flows.length > 0 || o.flows < 1 || o.flows > MAX_FLOWS) {
        throw QdiscException.invalid();
      }
      flowCount = (int) o.flows;
    }
    if (o.quantum > MAX_QUANTUM) {
      throw QdiscException.of("Invalid quantum");
    }
    limit = o.limit >= 0 ? o.limit : limit;
    quantum = o.quantum >= 0 ? Math.max(256, o.quantum) : quantum;
    target = o.target >= 0 ? units(o.target) : target;
    interval = o.interval >= 0 ? units(o.interval) : interval;
    ceThreshold = o.ceThreshold >= 0 ? units(o.ceThreshold) : ceThreshold;
    ceSelector = o.ceSelector >= 0 ? o.ceSelector : ceSelector;
    ceMask = o.ceMask >= 0 ? o.ceMask : ceMask;
    memoryLimit = o.memoryLimit >= 0 ? Math.min(1L << 31, o.memoryLimit) : memoryLimit;
    dropBatch = o.dropBatch >= 0 ? Math.max(1, o.dropBatch) : dropBatch;
    ecn = o.ecn >= 0 ? o.ecn == 1 : ecn;
    if (flows.length == 0) {
      makeFlows();
    }
    shrink();
  }

  private void makeFlows() {
    flows = new CodelFlow[flowCount];
    for (int i = 0; i < flowCount; i++) {
      flows[i] = new CodelFlow(i + 1);
    }
  }

  /** Drops what is beyond new limits. */
  private void shrink() {
    while (statistics.queueLength > limit || counters.memory > memoryLimit) {
      Packet packet = next();
      if (packet == null) {
        break;
      }
      untold++;
      untoldBytes += packet.wireLength();
      tree.device().drop(packet, DropReason.QDISC_DROP);
    }
    tellAbove();
  }

  private void tellAbove() {
    if (untold > 0) {
      reduceAbove(untold, untoldBytes);
      untold = 0;
      untoldBytes = 0;
    }
  }

  @Override
  boolean enqueue(Packet packet) {
    int index = classify(packet);
    if (index < 0) {
      return false;
    }
    CodelFlow flow = flows[index];
    int length = packet.wireLength();
    packet.time = tree.now();
    flow.queue.add(packet);
    flow.backlog += length;
    if (!flow.listed) {
      newFlows.add(flow);
      counters.newFlows++;
      flow.deficit = (int) quantum;
    }
    counters.memory += packet.charge();
    entered(length);
    boolean noMemory = counters.memory > memoryLimit;
    if (statistics.queueLength <= limit && !noMemory) {
      return true;
    }
    int packets = statistics.queueLength;
    long bytes = statistics.backlog;
    boolean mine = dropFattest().equals(flow);
    packets -= statistics.queueLength;
    bytes -= statistics.backlog;
    counters.dropOverlimit += packets;
    counters.dropOvermemory += noMemory ? packets : 0;
    if (mine) {
      // who gave it does not count this one, so it counts one less as gone
      reduceAbove(packets - 1, bytes - length);
      return false;
    }
    reduceAbove(packets, bytes);
    return true;
  }

  @Override
  public boolean takesFilters() {
    return true;
  }

  @Override
  public FilterChain filters(int minor) throws FilterException {
    if (minor != 0) {
      throw FilterException.of("Specified class doesn't exist");
    }
    return filters;
  }

  @Override
  void flushFilters() {
    filters.flush();
  }

  /** The flow of a packet, or -1 where it is gone ({@code fq_codel_classify}). */
  private int classify(Packet packet) {
    if (filters.isEmpty()) {
      return flowOf(packet);
    }
    int own = packet.priority & MINOR;
    if ((packet.priority & ~MINOR) == handle() && own > 0 && own <= flowCount) {
      return own - 1;
    }
    int verdict = filters.classify(packet);
    if (verdict == Verdict.CONSUMED) {
      return -1;
    }
    int minor = filters.classId() & MINOR;
    if (verdict < 0 || verdict == Verdict.SHOT || minor == 0 || minor > flowCount) {
      drop(packet, DropReason.QDISC_DROP); // what no filter sorts in has no flow
      return -1;
    }
    return minor - 1;
  }

  /** Drops from the head of the longest queue, up to half of it ({@code fq_codel_drop}). */
  private CodelFlow dropFattest() {
    CodelFlow fattest = flows[0];
    for (CodelFlow flow : flows) {
      if (flow.backlog > fattest.backlog) {
        fattest = flow;
      }
    }
    long threshold = fattest.backlog >> 1;
    long bytes = 0;
    int dropped = 0;
    do {
      Packet packet = take(fattest);
      if (packet == null) {
        break;
      }
      bytes += packet.wireLength();
      dropped++;
      drop(packet, DropReason.QDISC_DROP);
    } while (dropped < dropBatch && bytes < threshold);
    fattest.count += dropped;
    return fattest;
  }

  /** The oldest packet of a flow, no longer counted; or null. */
  @Nullable Packet take(CodelFlow flow) {
    Packet packet = flow.queue.poll();
    if (packet != null) {
      int length = packet.wireLength();
      flow.backlog -= length;
      counters.memory -= packet.charge();
      left(length);
    }
    return packet;
  }

  void seen(Packet packet) {
    counters.maxPacket = Math.max(counters.maxPacket, packet.wireLength());
  }

  /** Marks a packet that would be dropped; false where it must be. */
  boolean markCongested(Packet packet) {
    boolean marked = ecn && Ecn.mark(packet, tree.device().linkHeader());
    counters.ecnMark += marked ? 1 : 0;
    return marked;
  }

  void dropCongested(Packet packet) {
    untold++;
    untoldBytes += packet.wireLength();
    drop(packet, DropReason.QDISC_CONGESTED);
  }

  void markLate(Packet packet) {
    int link = tree.device().linkHeader();
    boolean chosen =
        ceMask == 0
            || Ecn.version(packet, link) != 0
                && (Ecn.trafficClass(packet, link) & ceMask) == ceSelector;
    if (chosen && Ecn.mark(packet, link)) {
      counters.ceMark++;
    }
  }

  @Override
  @Nullable Packet next() {
    long now = tree.now();
    while (true) {
      boolean isNew = !newFlows.isEmpty();
      FlowList list = isNew ? newFlows : oldFlows;
      CodelFlow flow = list.first();
      if (flow == null) {
        return null;
      }
      if (flow.deficit <= 0) {
        flow.deficit += (int) quantum;
        list.remove();
        oldFlows.add(flow);
        continue;
      }
      Packet packet = flow.dequeue(this, now);
      if (packet != null) {
        sent(packet);
        flow.deficit -= packet.wireLength();
        if (statistics.queueLength > 0) {
          tellAbove();
        }
        return packet;
      }
      list.remove();
      if (isNew && !oldFlows.isEmpty()) {
        // once through the old ones, so that they are not starved
        oldFlows.add(flow);
      }
    }
  }

  private int flowOf(Packet packet) {
    int minor = packet.priority & 0xffff;
    if ((packet.priority & 0xffff_0000) == handle()
        && handle() != 0
        && minor > 0
        && minor <= flows.length) {
      return minor - 1;
    }
    int link = tree.device().linkHeader();
    int ip = packet.head + link;
    byte[] b = packet.data;
    long hashed =
        switch (Ecn.version(packet, link)) {
          case 4 -> {
            int protocol = Bytes.u8(b, ip + 9);
            boolean fragment = (Bytes.u16(b, ip + 6) & 0x3fff) != 0;
            int l4 = ip + ((b[ip] & 15) << 2);
            yield hash.hash(
                0,
                Bytes.u32(b, ip + 12),
                0,
                Bytes.u32(b, ip + 16),
                ports(packet, l4, protocol, fragment));
          }
          case 6 ->
              hash.hash(
                  Bytes.i64(b, ip + 8),
                  Bytes.i64(b, ip + 16),
                  Bytes.i64(b, ip + 24),
                  Bytes.i64(b, ip + 32),
                  ports(packet, ip + 40, Bytes.u8(b, ip + 6), false));
          default -> hash.hash(0, link == 0 ? 0 : Bytes.u48(b, packet.head));
        };
    return (int) (((hashed >>> 32) * flows.length) >>> 32);
  }

  private static long ports(Packet packet, int l4, int protocol, boolean fragment) {
    boolean known = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    long ports = known && !fragment && l4 + 4 <= packet.tail ? Bytes.u32(packet.data, l4) : 0;
    return ports << 8 | protocol;
  }

  @Override
  void reset() {
    for (CodelFlow flow : flows) {
      for (Packet packet = take(flow); packet != null; packet = take(flow)) {
        tree.device().drop(packet, DropReason.QDISC_DROP);
      }
      flow.forget();
    }
    newFlows.clear();
    oldFlows.clear();
    counters.memory = 0;
  }

  /** Minor numbers of the flows that have a turn, as classes are listed. */
  public List<Integer> activeFlows() {
    List<Integer> active = new ArrayList<>();
    for (CodelFlow flow : flows) {
      if (flow.listed) {
        active.add(flow.minor);
      }
    }
    return active;
  }

  /** Flows in the order of their turns. */
  private static final class FlowList {
    private @Nullable CodelFlow first;
    private @Nullable CodelFlow last;
    private int size;

    boolean isEmpty() {
      return first == null;
    }

    int size() {
      return size;
    }

    @Nullable CodelFlow first() {
      return first;
    }

    void add(CodelFlow flow) {
      flow.next = null;
      flow.listed = true;
      if (last == null) {
        first = flow;
      } else {
        last.next = flow;
      }
      last = flow;
      size++;
    }

    void remove() {
      CodelFlow flow = first;
      if (flow != null) {
        first = flow.next;
        last = first == null ? null : last;
        flow.next = null;
        flow.listed = false;
        size--;
      }
    }

    void clear() {
      while (!isEmpty()) {
        remove();
      }
    }
  }
}
