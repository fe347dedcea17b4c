package dev.patchbay.stack.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place on the way of redirected packets, so that a qdisc can stand there (Linux: {@code ifb}).
 * What a filter of another device redirects to it passes its qdisc and goes on, in the next turn of
 * the loop, where it was: in by that device, or out by it; that device's filters are not asked
 * again. All else is dropped.
 */
public final class IfbDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "ifb";

  /** Packets that wait for the next turn. */
  static final int BACKLOG = 1000;

  /** Linux's {@code TX_Q_LIMIT}. */
  private static final int QUEUE_LENGTH = 32;

  private final EventLoop loop;
  private final PacketQueue backlog = new PacketQueue();
  private final Runnable drain = this::drain;
  private boolean draining;

  public IfbDevice(int index, String name, long mac, EventLoop loop) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    attributes().noArp = true;
    attributes().multicast = false;
    attributes().queueLength = QUEUE_LENGTH;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  @Override
  public @Nullable String type() {
    return TYPE;
  }

  @Override
  protected void closed() {
    backlog.clear(DropReason.DEV_READY);
  }

  /** {@code ifb_xmit}. */
  @Override
  protected void send(Packet packet) {
    int segments = Math.max(packet.gsoCount, 1);
    statistics.rxPackets += segments;
    statistics.rxBytes += packet.wireLength();
    boolean full = backlog.count() >= BACKLOG;
    if (packet.redirectedFrom == null || full) {
      // it goes no further: Linux counts as sent what does
      statistics.txPackets -= segments;
      statistics.txBytes -= packet.wireLength();
      packet.device = this;
      packet.physicalDevice = null;
      dropReceived(packet, full ? DropReason.CPU_BACKLOG : DropReason.DEV_READY);
      return;
    }
    backlog.add(packet);
    if (!draining) {
      draining = true;
      loop.execute(drain);
    }
  }

  /** {@code ifb_ri_tasklet}. */
  private void drain() {
    draining = false;
    for (int left = backlog.count(); left > 0; left--) {
      Packet packet = backlog.poll();
      if (packet == null) {
        return;
      }
      NetDevice to = packet.redirectedFrom;
      packet.redirectedFrom = null;
      if (to == null || to.host() == null || !Objects.equals(to.host(), host())) {
        packet.device = this;
        packet.physicalDevice = null;
        packet.drop(DropReason.DEV_READY);
      } else if (packet.redirectedAtIngress) {
        to.receiveQueued(packet);
      } else {
        to.transmitPastFilters(packet);
      }
    }
  }
}
