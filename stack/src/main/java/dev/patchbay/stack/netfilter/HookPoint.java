package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/** One hook of one family, with what is attached there in its order: tables, tracking. */
public final class HookPoint {
  private static final HookStep[] NONE = {};

  private final Netfilter netfilter;
  private final Hook hook;
  private HookStep[] steps = NONE;

  /** Whether it need not be asked: it has no rules and nobody follows packets. */
  private boolean idle = true;

  HookPoint(Netfilter netfilter, Hook hook) {
    this.netfilter = netfilter;
    this.hook = hook;
  }

  void attach(HookStep[] attached) {
    steps = attached;
    update();
  }

  /** Rules or those who follow packets have come or gone. */
  void update() {
    idle = steps.length == 0 && !netfilter.tracing().isOn();
  }

  /** Whether nothing is attached and nobody looks on: then there is no need to ask. */
  public boolean isEmpty() {
    return idle;
  }

  /**
   * Takes a packet through the tables of this hook ({@code NF_HOOK}). Its l3 is set and its IP
   * header is checked.
   *
   * @param in the device by which it came in, null for what was made here
   * @param out the device by which it leaves, null where that is not known yet
   * @return false where it was dropped and is the caller's no more
   */
  public boolean accepts(Packet packet, @Nullable NetDevice in, @Nullable NetDevice out) {
    if (idle) {
      return true;
    }
    return netfilter.run(steps, hook, packet, in, out, null) == Verdict.ACCEPT;
  }

  /**
   * Whether the packet that this hook, OUTPUT, accepted just now is to be routed again, since the
   * table mangle has changed its mark, type of service or hop limit ({@code nf_route_table_hook4},
   * 6: what other tables change does not count), or it was translated.
   */
  public boolean diverts() {
    return !idle && netfilter.isDiverted();
  }

  /** The mark by which it is routed then: what later tables make of it does not count. */
  public int divertedMark() {
    return netfilter.divertedMark();
  }

  /**
   * {@link #accepts} of a bridged frame ({@code br_netfilter}).
   *
   * @param bridge the bridge, which the rules see as both devices
   * @param portOut the port by which it leaves, null where that is not known yet
   */
  public boolean acceptsBridged(Packet packet, NetDevice bridge, @Nullable NetDevice portOut) {
    if (idle) {
      return true;
    }
    NetDevice out = hook == Hook.PREROUTING ? null : bridge;
    NetDevice in = hook == Hook.POSTROUTING ? null : bridge;
    NetDevice port = portOut == null ? bridge : portOut;
    return netfilter.run(steps, hook, packet, in, out, port) == Verdict.ACCEPT;
  }

  /**
   * What {@link #accepts} would say of a packet that nobody has sent: tells its {@link
   * Packet#trace} and changes nothing but the packet, which stays the caller's.
   */
  public boolean describes(Packet packet, @Nullable NetDevice in, @Nullable NetDevice out) {
    return netfilter.describe(steps, hook, packet, in, out, null) == Verdict.ACCEPT;
  }

  /** The same of a bridged frame, as {@link #acceptsBridged}. */
  public boolean describesBridged(Packet packet, NetDevice bridge, @Nullable NetDevice portOut) {
    NetDevice out = hook == Hook.PREROUTING ? null : bridge;
    NetDevice in = hook == Hook.POSTROUTING ? null : bridge;
    NetDevice port = portOut == null ? bridge : portOut;
    return netfilter.describe(steps, hook, packet, in, out, port) == Verdict.ACCEPT;
  }

  static void drop(Packet packet) {
    NetDevice.dropIncoming(packet, DropReason.NETFILTER_DROP);
  }
}
