package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;

/**
 * The table mangle at OUTPUT: where it changes what the way of a packet depends on, the packet is
 * routed again afterwards ({@code nf_route_table_hook4}, 6; chains of type route).
 */
final class DivertingStep extends HookStep {
  private final Table table;

  DivertingStep(Table table) {
    this.table = table;
  }

  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    Packet packet = p.packet();
    int mark = packet.mark;
    long before = wayOf(packet);
    Verdict verdict = table.run(p, hook, way);
    if (packet.mark != mark || wayOf(packet) != before) {
      p.diverted = true;
      p.routeMark = packet.mark;
    }
    return verdict;
  }

  private static long wayOf(Packet packet) {
    return packet.isIpv4()
        ? packet.ipv4().tos()
        : (long) packet.ipv6().versionClassFlow() << 8 | packet.ipv6().hopLimit();
  }
}
