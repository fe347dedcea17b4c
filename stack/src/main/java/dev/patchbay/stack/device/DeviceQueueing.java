package dev.patchbay.stack.device;

import dev.patchbay.stack.classifier.ActionTable;
import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.qdisc.FilterQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscDevice;
import dev.patchbay.stack.qdisc.QdiscException;
import dev.patchbay.stack.qdisc.QdiscHandles;
import dev.patchbay.stack.qdisc.QdiscRequest;
import dev.patchbay.stack.qdisc.QdiscTree;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Ethernet;
import org.jspecify.annotations.Nullable;

/**
 * The qdiscs of a device: of what it sends, and of what it receives, with the filters that stand
 * before them. The device asks it only while there is one.
 */
public final class DeviceQueueing {
  private static final int MAJOR = 0xffff_0000;
  private static final int MINOR = 0xffff;

  private final NetDevice device;
  private final EventLoop loop;
  private final ActionTable actions;
  private final QdiscTree egress;
  private final QdiscTree ingress;
  private final SegmentCutter cutter;
  private boolean cuts;

  /** Whether what is sent passes qdiscs, behind the filters. */
  private boolean queues;

  private @Nullable FilterQdisc filters;
  private @Nullable FilterChain outgoingFilters;

  /**
   * @param actions those of the namespace
   * @param random source of the namespace
   */
  public DeviceQueueing(
      NetDevice device,
      EventLoop loop,
      PacketPool pool,
      QdiscHandles handles,
      ActionTable actions,
      RandomSource random) {
    this.device = device;
    this.loop = loop;
    this.actions = actions;
    cutter = new SegmentCutter(pool);
    RandomSource out = random.derive("qdisc " + device.name() + " egress");
    RandomSource in = random.derive("qdisc " + device.name() + " ingress");
    egress = new QdiscTree(loop, new Outgoing(), handles, out, Qdisc.ROOT);
    ingress = new QdiscTree(loop, new Incoming(), handles, in, Qdisc.INGRESS);
  }

  /** The qdiscs of what the device sends. */
  public QdiscTree egress() {
    return egress;
  }

  /** The qdiscs of what comes in by it. */
  public QdiscTree ingress() {
    return ingress;
  }

  /**
   * Adds, replaces or changes a qdisc.
   *
   * @throws QdiscException and nothing was changed
   */
  public void modify(QdiscTree tree, QdiscRequest request) throws QdiscException {
    tree.modify(request);
    apply();
  }

  /**
   * Deletes one.
   *
   * @throws QdiscException and nothing was changed
   */
  public void delete(QdiscTree tree, QdiscRequest request) throws QdiscException {
    tree.delete(request);
    apply();
  }

  private void apply() {
    cuts = egress.wantsSegments();
    queues = egress.isActive();
    filters = ingress.root() instanceof FilterQdisc found ? found : null;
    outgoingFilters = filters == null ? null : filters.outgoing();
    boolean out = queues || outgoingFilters != null;
    device.queueing(out ? this : null, ingress.isActive() ? this : null);
  }

  /** The qdisc of a class id or handle, or null; of 0 the first one of what is sent. */
  public @Nullable Qdisc qdisc(int classId) {
    if (classId == 0) {
      return egress.root();
    }
    Qdisc found = egress.find(classId & MAJOR);
    return found != null ? found : ingress.find(classId & MAJOR);
  }

  /**
   * The filters of a class or qdisc ({@code tcf_block_find}).
   *
   * @param parent class id or handle, 0 for the first qdisc of what is sent
   * @throws FilterException where there can be none
   */
  public FilterChain filters(int parent) throws FilterException {
    Qdisc found = qdisc(parent);
    if (found == null && parent != 0) {
      throw FilterException.of("Parent Qdisc doesn't exists");
    }
    if (found == null || !found.takesFilters() && found.classes() == 0 && !found.hasOneChild()) {
      throw FilterException.of("Qdisc not classful");
    }
    return found.filters(parent & MINOR);
  }

  /** Drops what waits: the device went down. */
  void purge() {
    egress.purge();
    ingress.purge();
  }

  /** Drops what waits and deletes all filters: the device goes. */
  void remove() {
    purge();
    egress.flushFilters();
    ingress.flushFilters();
  }

  /** Takes a packet that the device is to send ({@code __dev_queue_xmit}). */
  void transmit(Packet packet) {
    FilterChain chain = outgoingFilters;
    if (chain == null || passes(chain, packet, DropReason.TC_EGRESS)) {
      queue(packet);
    }
  }

  /** Takes a packet that the filters have let through. */
  void queue(Packet packet) {
    if (!queues) {
      device.sendQueued(packet);
    } else if (cuts && packet.gsoType != Packet.GSO_NONE) {
      int refused = cutter.cut(packet, egress);
      device.statistics.txDropped += refused;
      countRefused(refused);
      egress.run();
    } else {
      egress.transmit(packet);
    }
  }

  /** Takes a packet that came in by the device, counted and shown; netem alone queues it. */
  void receive(Packet packet) {
    FilterQdisc place = filters;
    if (place != null) {
      if (passes(place.incoming(), packet, DropReason.TC_INGRESS)) {
        device.receiveQueued(packet);
      }
    } else if (packet.gsoType != Packet.GSO_NONE) {
      int refused = cutter.cut(packet, ingress);
      device.statistics.rxDropped += refused;
      countRefused(refused);
      ingress.run();
    } else {
      ingress.transmit(packet);
    }
  }

  /** Segments that never became packets are nobody's drop but this device's. */
  private void countRefused(int segments) {
    for (int i = 0; i < segments; i++) {
      device.statistics.dropped(DropReason.NOMEM);
    }
  }

  /** Whether a packet goes on ({@code sch_handle_ingress}, {@code sch_handle_egress}). */
  private boolean passes(FilterChain chain, Packet packet, DropReason reason) {
    FilterQdisc place = filters;
    if (place == null || chain.isEmpty()) {
      return true;
    }
    packet.l2 = device.isEthernet() ? packet.head : -1;
    place.met(packet, chain.countedLength(packet));
    int verdict = chain.classify(packet);
    if (verdict == Verdict.SHOT) {
      place.statistics.drops++;
      drop(packet, reason);
    }
    return verdict != Verdict.SHOT && verdict != Verdict.CONSUMED;
  }

  private void drop(Packet packet, DropReason reason) {
    // the drop is the account of the device that queued it, not of the one by which it came
    packet.device = device;
    packet.physicalDevice = null;
    packet.drop(reason);
  }

  private abstract class Side implements QdiscDevice {
    @Override
    public void drop(Packet packet, DropReason reason) {
      DeviceQueueing.this.drop(packet, reason);
    }

    @Override
    public FilterChain filters(boolean incoming) {
      return new FilterChain(loop, actions, device, incoming);
    }

    @Override
    public void completeChecksum(Packet packet) {
      Segmenter.complete(packet);
    }

    @Override
    public int queueLength() {
      return device.queueLength();
    }

    @Override
    public int linkHeader() {
      return device.isEthernet() ? Ethernet.LENGTH : 0;
    }

    @Override
    public int frameLength() {
      return device.mtu() + linkHeader();
    }
  }

  private final class Outgoing extends Side {
    @Override
    public void send(Packet packet) {
      packet.isDuplicate = false;
      device.sendQueued(packet);
    }
  }

  private final class Incoming extends Side {
    @Override
    public void send(Packet packet) {
      packet.isDuplicate = false;
      device.receiveQueued(packet);
    }
  }
}
