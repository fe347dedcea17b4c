package dev.patchbay.stack.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Ethernet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One end of a cable within the appliance (Linux: {@code veth}). What is sent at one end comes in
 * at the other, in the next turn of the loop: so a circle of bridges and cables never re-enters
 * itself ({@code netif_rx} queues for the same reason). Both ends are of one loop and one pool.
 */
public final class VethDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "veth";

  /** Packets that wait at an end for the next turn ({@code netdev_max_backlog}). */
  static final int BACKLOG = 1000;

  private final EventLoop loop;
  private final PacketQueue backlog = new PacketQueue();
  private final Runnable drain = this::drain;
  private @Nullable VethDevice peer;
  private boolean draining;

  public VethDevice(int index, String name, long mac, EventLoop loop) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    attributes().minMtu = 68;
    attributes().maxMtu = 65535;
    attributes().tsoMaxSize = 524280;
    carrier(false);
  }

  /** Makes two ends one cable, once. */
  public static void connect(VethDevice one, VethDevice other) {
    one.peer = other;
    other.peer = one;
  }

  /** The other end; null before it is connected and after one end has gone. */
  public @Nullable VethDevice peer() {
    return peer;
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
  public @Nullable NetDevice linked() {
    return peer;
  }

  /** There is a carrier while both ends are up ({@code veth_open}). */
  @Override
  protected void opened() {
    VethDevice other = peer;
    if (other != null && other.isUp()) {
      carrier(true);
      other.carrier(true);
    }
  }

  @Override
  protected void closed() {
    carrier(false);
    VethDevice other = peer;
    if (other != null) {
      other.carrier(false);
    }
  }

  /** One end takes the other with it ({@code veth_dellink}). */
  @Override
  public void removing() {
    super.removing();
    VethDevice other = peer;
    if (other != null) {
      peer = null;
      other.peer = null;
      DeviceHost there = other.host();
      if (there != null) {
        there.remove(other);
      }
    }
  }

  /** {@code veth_xmit} and {@code __dev_forward_skb}. */
  @Override
  protected void send(Packet packet) {
    VethDevice to = peer;
    if (to == null || !to.isUp() || !to.fits(packet)) {
      statistics.txDropped++;
      packet.device = this;
      if (to == null || !to.isUp()) {
        packet.drop(DropReason.DEV_READY);
      } else {
        to.statistics.rxDropped++;
        packet.drop(DropReason.PKT_TOO_BIG);
      }
      return;
    }
    if (!Objects.equals(host(), to.host())) {
      packet.mark = 0; // skb_scrub_packet: a mark means nothing in another namespace
    }
    packet.enterNamespace();
    packet.redirectedFrom = null;
    packet.priority = 0;
    packet.toMany = false;
    to.enqueue(packet);
  }

  private boolean fits(Packet packet) {
    return packet.gsoType != Packet.GSO_NONE
        || packet.length() <= mtu() + Ethernet.LENGTH + VlanTag.LENGTH;
  }

  private void enqueue(Packet packet) {
    if (backlog.count() >= BACKLOG) {
      packet.device = this;
      dropReceived(packet, DropReason.CPU_BACKLOG);
      return;
    }
    backlog.add(packet);
    if (!draining) {
      draining = true;
      loop.execute(drain);
    }
  }

  private void drain() {
    draining = false;
    // only what is there now: what goes in circles must not hold the loop
    for (int left = backlog.count(); left > 0; left--) {
      Packet packet = backlog.poll();
      if (packet == null) {
        return;
      }
      receive(packet);
    }
  }
}
