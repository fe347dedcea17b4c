package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Template;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.targets.PlacedTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how a packet is to be tracked, before it is ({@code xt_ct_target}). The first one that a
 * packet meets counts.
 */
public final class TrackingTarget extends Target implements PlacedTarget {
  private static final int ZONES = 1 << 16;

  /** Templates of zones that are named by marks; a guest cannot choose more of them than marks. */
  private static final int KEPT = 256;

  private final @Nullable Template template;
  private final boolean zoneByMark;
  private final @Nullable Template[] byMark;

  private TrackingTarget(@Nullable Template template, boolean zoneByMark) {
    this.template = template;
    this.zoneByMark = zoneByMark;
    byMark = new Template[zoneByMark ? KEPT : 0];
  }

  /** Keeps packets from being tracked. */
  public static TrackingTarget none() {
    return new TrackingTarget(null, false);
  }

  /**
   * Says what their connections have.
   *
   * @param zoneByMark whether the zone is the packet's mark, its low 16 bits
   */
  public static TrackingTarget of(Template template, boolean zoneByMark) {
    return new TrackingTarget(template, zoneByMark);
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.PREROUTING, Hook.OUTPUT);
  }

  @Override
  public TableKind table() {
    return TableKind.RAW;
  }

  @Override
  public boolean needsTracking() {
    return template != null;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Packet packet = p.packet();
    if (packet.tracking == null && packet.trackingInfo != TrackingInfo.UNTRACKED) {
      Template said = template;
      if (said == null) {
        packet.trackingInfo = TrackingInfo.UNTRACKED;
      } else {
        packet.tracking = zoneByMark ? ofMark(said, packet.mark & ZONES - 1) : said;
      }
    }
    return Verdict.CONTINUE;
  }

  private Template ofMark(Template like, int zone) {
    Template there = byMark[zone % KEPT];
    if (there == null || there.zone() != zone) {
      there = like.inZone(zone);
      byMark[zone % KEPT] = there;
    }
    return there;
  }
}
