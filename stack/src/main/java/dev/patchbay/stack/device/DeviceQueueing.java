package dev.patchbay.stack.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscDevice;
import dev.patchbay.stack.qdisc.QdiscException;
import dev.patchbay.stack.qdisc.QdiscHandles;
import dev.patchbay.stack.qdisc.QdiscRequest;
import dev.patchbay.stack.qdisc.QdiscTree;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Ethernet;

/**
 * The qdiscs of a device: of what it sends, and of what it receives. The device asks it only while
 * there is one.
 */
public final class DeviceQueueing {
  private final NetDevice device;
  private final QdiscTree egress;
  private final QdiscTree ingress;
  private final SegmentCutter cutter;
  private boolean cuts;

  /**
   * @param random source of the namespace
   */
  public DeviceQueueing(
      NetDevice device,
      EventLoop loop,
      PacketPool pool,
      QdiscHandles handles,
      RandomSource random) {
    this.device = device;
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
    device.queueing(egress.isActive() ? this : null, ingress.isActive() ? this : null);
  }

  /** Drops what waits: the device went down. */
  void purge() {
    egress.purge();
    ingress.purge();
  }

  /** Takes a packet that the device is to send. */
  void transmit(Packet packet) {
    if (cuts && packet.gsoType != Packet.GSO_NONE) {
      device.statistics.txDropped += cutter.cut(packet, egress);
      egress.run();
    } else {
      egress.transmit(packet);
    }
  }

  /** Takes a packet that came in by the device, counted and shown; netem is all there can be. */
  void receive(Packet packet) {
    if (packet.gsoType != Packet.GSO_NONE) {
      device.statistics.rxDropped += cutter.cut(packet, ingress);
      ingress.run();
    } else {
      ingress.transmit(packet);
    }
  }

  private abstract class Side implements QdiscDevice {
    @Override
    public void drop(Packet packet, DropReason reason) {
      // the drop is the account of the device that queued it, not of the one by which it came
      packet.device = device;
      packet.physicalDevice = null;
      packet.drop(reason);
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
