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
import org.jspecify.annotations.Nullable;

/**
 * Who follows one packet on its way, and is told of each step as it is made. It hangs on the packet
 * ({@link Packet#trace}), so that a packet that nobody follows costs one comparison at a step. Of
 * the loop's thread; changes nothing.
 */
public interface Trace {
  /** The packet as it is where it is first seen. */
  void begins(PacketFields p);

  /**
   * A rule was met.
   *
   * @param number of the rule in its chain, from 1
   * @param verdict what it says; null where it goes on in another chain
   * @param to that chain, or null
   */
  void rule(
      PacketFields p,
      Table table,
      Chain chain,
      int number,
      @Nullable Verdict verdict,
      @Nullable Chain to);

  /**
   * A rule was taken as met, as far as nobody can tell beforehand whether it will be: what it asks
   * depends on time, chance or the packets before. Of described packets only.
   */
  void assumed(PacketFields p, Table table, Chain chain, int number);

  /**
   * The device by which it comes has no carrier, and is taken to have one. Of described packets
   * only.
   */
  void assumedCarrier(Packet packet, NetDevice device);

  /** The end of a base chain was reached; its policy says how it goes on. */
  void policy(PacketFields p, Table table, Chain chain);

  /** It was tracked: it knows its connection now, and how it stands to it. */
  void tracked(PacketFields p);

  /**
   * It was translated.
   *
   * @param source whether its source was, else its destination
   */
  void translated(PacketFields p, boolean source);

  /** The hook did not ask its rules: DHCP of ours is not filtered. */
  void exempt(PacketFields p);

  /** It was routed; null where there is no route. */
  void routed(Packet packet, @Nullable Route route);

  /** It is for us and goes to its transport. */
  void delivered(Packet packet);

  /** It leaves by a device: by a bridge first, then by its port. */
  void sent(Packet packet, NetDevice device);

  /**
   * It waits until its next hop has answered who it is. Of described packets only.
   *
   * @param hop the next hop, which is not known or not known to be there
   */
  void waits(Packet packet, NetDevice out, IpAddress hop);

  /** It ended here. */
  void dropped(Packet packet, DropReason reason);

  /** There is one more packet that it follows: a copy or a fragment. */
  void copied();

  /** One packet that it follows is no more. */
  void ended();
}
