package dev.patchbay.stack.trace;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several who follow the same packet. */
final class TraceGroup implements Trace {
  private final List<Trace> all;

  TraceGroup(List<Trace> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public void begins(PacketFields p) {
    all.forEach(trace -> trace.begins(p));
  }

  @Override
  public void rule(
      PacketFields p,
      Table table,
      Chain chain,
      int number,
      @Nullable Verdict verdict,
      @Nullable Chain to) {
    all.forEach(trace -> trace.rule(p, table, chain, number, verdict, to));
  }

  @Override
  public void assumed(PacketFields p, Table table, Chain chain, int number) {
    all.forEach(trace -> trace.assumed(p, table, chain, number));
  }

  @Override
  public void assumedCarrier(Packet packet, NetDevice device) {
    all.forEach(trace -> trace.assumedCarrier(packet, device));
  }

  @Override
  public void policy(PacketFields p, Table table, Chain chain) {
    all.forEach(trace -> trace.policy(p, table, chain));
  }

  @Override
  public void tracked(PacketFields p) {
    all.forEach(trace -> trace.tracked(p));
  }

  @Override
  public void translated(PacketFields p, boolean source) {
    all.forEach(trace -> trace.translated(p, source));
  }

  @Override
  public void exempt(PacketFields p) {
    all.forEach(trace -> trace.exempt(p));
  }

  @Override
  public void routed(Packet packet, @Nullable Route route) {
    all.forEach(trace -> trace.routed(packet, route));
  }

  @Override
  public void delivered(Packet packet) {
    all.forEach(trace -> trace.delivered(packet));
  }

  @Override
  public void sent(Packet packet, NetDevice device) {
    all.forEach(trace -> trace.sent(packet, device));
  }

  @Override
  public void waits(Packet packet, NetDevice out, IpAddress hop) {
    all.forEach(trace -> trace.waits(packet, out, hop));
  }

  @Override
  public void dropped(Packet packet, DropReason reason) {
    all.forEach(trace -> trace.dropped(packet, reason));
  }

  @Override
  public void copied() {
    all.forEach(Trace::copied);
  }

  @Override
  public void ended() {
    all.forEach(Trace::ended);
  }
}
