package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Arp;
import dev.patchbay.stack.wire.EtherType;
import org.jspecify.annotations.Nullable;

/** ARP for IPv4 over Ethernet (RFC 826; Linux: {@code arp_process}). */
public final class ArpProtocol implements NeighbourTable.Solicitor {
  private final NetworkStack stack;
  private final ArpPolicy policy;

  public ArpProtocol(NetworkStack stack) {
    this.stack = stack;
    policy = new ArpPolicy(stack);
  }

  /**
   * Takes a received ARP packet ({@code arp_process}): answers a request for an address of ours, or
   * for one that we answer for, and learns the sender.
   */
  public void receive(Packet packet) {
    Arp arp = packet.arp();
    NetDevice device = packet.device;
    if (device == null || !arp.check(packet.tail) || device.mac() == 0) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    if (device.attributes().noArp) {
      packet.drop(DropReason.OTHERHOST); // arp_rcv
      return;
    }
    if (Addresses.isMulticast(0, arp.targetIp())
        || Addresses.isGroupMac(arp.senderMac())
        || Addresses.isLoopback(0, arp.targetIp())) {
      packet.drop(DropReason.IP_INADDRERRORS);
      return;
    }
    int operation = arp.operation();
    if (operation == Arp.REQUEST || operation == Arp.REPLY) {
      process(packet, arp, device);
    }
    packet.release();
  }

  private void process(Packet packet, Arp arp, NetDevice device) {
    long senderIp = arp.senderIp();
    long senderMac = arp.senderMac();
    long targetIp = arp.targetIp();
    boolean request = arp.operation() == Arp.REQUEST;
    if (policy.dropsGratuitous(device, senderIp, targetIp)) {
      return;
    }
    boolean forUs = request && stack.isLocal(0, targetIp);
    if (Addresses.isAny(0, senderIp)) {
      // a probe of RFC 5227: answered, nothing is learned
      if (forUs && policy.answers(device, senderIp, targetIp)) {
        send(device, Arp.REPLY, senderMac, targetIp, senderMac, senderIp);
      }
      return;
    }
    if (stack.isLocal(0, senderIp)) {
      // a martian source: somebody else bears our address, or our own request came back
      return;
    }
    if (forUs && policy.isPossible(device, senderIp, targetIp, null)) {
      if (policy.answers(device, senderIp, targetIp)
          && policy.passesFilter(device, senderIp, targetIp)) {
        learnAsker(packet, device, senderIp, senderMac);
        answer(packet, device, senderMac, senderIp, targetIp);
      }
      return;
    }
    if (request && !forUs && policy.isProxied(device, senderIp, targetIp)) {
      learnAsker(packet, device, senderIp, senderMac);
      answer(packet, device, senderMac, senderIp, targetIp);
      return;
    }
    learn(packet, arp, device);
  }

  private void learnAsker(Packet packet, NetDevice device, long senderIp, long senderMac) {
    if (isNeighbour(device, senderIp)) {
      NeighbourTable neighbours = stack.neighbours();
      neighbours.learn(0, senderIp, device, senderMac, false, true, true, packet.physicalDevice);
    }
  }

  /** At once for ourselves; for others after a while, unless we alone were asked. */
  private void answer(
      Packet packet, NetDevice device, long senderMac, long senderIp, long targetIp) {
    boolean toUs = packet.ethernet().destination() == device.mac();
    NeighbourTable neighbours = stack.neighbours();
    NeighbourSettings settings = neighbours.settings(device, true);
    if (toUs || settings.proxyDelay() == 0 || stack.isLocal(0, targetIp)) {
      send(device, Arp.REPLY, senderMac, targetIp, senderMac, senderIp);
    } else {
      neighbours
          .proxies()
          .later(
              device,
              settings,
              () -> send(device, Arp.REPLY, senderMac, targetIp, senderMac, senderIp));
    }
  }

  /** What is known is merged; new entries are made with {@code arp_accept} alone. */
  private void learn(Packet packet, Arp arp, NetDevice device) {
    NeighbourTable neighbours = stack.neighbours();
    long senderIp = arp.senderIp();
    boolean reply = arp.operation() == Arp.REPLY;
    boolean gratuitous =
        senderIp == arp.targetIp() && (!reply || arp.targetMac() == arp.senderMac());
    Neighbour known = neighbours.find(0, senderIp, device);
    if (known == null
        && policy.accepts(device, senderIp)
        && (gratuitous || reply)
        && isNeighbour(device, senderIp)) {
      known = neighbours.create(0, senderIp, device);
    }
    if (known == null) {
      return;
    }
    // "use the FIRST one. It is possible, if several proxy agents are active"
    boolean settled = stack.loop().now() - known.updated > known.settings.lockTime();
    boolean answered = reply && packet.ethernet().destination() == device.mac();
    neighbours.heard(
        known,
        arp.senderMac(),
        answered ? Neighbour.State.REACHABLE : Neighbour.State.STALE,
        settled || gratuitous ? NudMachine.OVERRIDE : 0,
        packet.physicalDevice);
  }

  /** Whether the sender is on the link: of a subnet of ours, by a route, or since we asked it. */
  private boolean isNeighbour(NetDevice device, long ip) {
    if (isOfOurSubnets(device, ip) || stack.neighbours().find(0, ip, device) != null) {
      return true;
    }
    Route route = stack.routes4().lookup(0, ip);
    return route != null && device.equals(route.device()) && route.gateway() == null;
  }

  private static boolean isOfOurSubnets(NetDevice device, long ip) {
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      if (own.address().isV4() && own.covers(0, ip)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Asks for a neighbour in the name of the packet's source where that is ours and {@code
   * arp_announce} allows it, else of the device's address ({@code arp_solicit}).
   */
  @Override
  public void solicit(Neighbour neighbour, @Nullable Packet waiting) {
    NetDevice device = neighbour.device;
    long source = Addresses.V4_PREFIX;
    if (waiting != null
        && waiting.isIpv4()
        && stack.isLocal(0, waiting.sourceLo())
        && policy.announces(device, waiting.sourceLo(), neighbour.lo)) {
      source = waiting.sourceLo();
    } else {
      source = select(device, neighbour.lo);
    }
    boolean probe = neighbour.state.isValid();
    long to = probe ? neighbour.mac : Addresses.MAC_BROADCAST;
    send(device, Arp.REQUEST, to, source, 0, neighbour.lo);
  }

  /** {@code inet_select_addr}: of a device that shares the subnet, else its first, else any. */
  private long select(NetDevice device, long target) {
    long first = Addresses.V4_PREFIX;
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      if (!own.address().isV4() || own.secondary() || own.scope() == InterfaceAddress.Scope.HOST) {
        continue;
      }
      if (own.covers(0, target)) {
        return own.address().lo();
      }
      first = Addresses.isAny(0, first) ? own.address().lo() : first;
    }
    return Addresses.isAny(0, first) ? stack.output().sourceFor(device, 0, target) : first;
  }

  /** A device has come up: its addresses are announced where {@code arp_notify} says so. */
  public void deviceUp(NetDevice device) {
    if (stack.conf().greater(device, Ipv4Key.ARP_NOTIFY) != 0 && device.mac() != 0) {
      announceAll(device);
    }
  }

  /** Tells everybody on the link of all our addresses ({@code inetdev_send_gratuitous_arp}). */
  public void announceAll(NetDevice device) {
    for (InterfaceAddress own : device.addresses()) {
      if (own.address().isV4()) {
        announce(device, own.address().lo());
      }
    }
  }

  /** Tells everybody on the link that {@code ip} is ours (RFC 5227 section 3). */
  public void announce(NetDevice device, long ip) {
    send(device, Arp.REQUEST, Addresses.MAC_BROADCAST, ip, 0, ip);
  }

  /** Asks from no address whether somebody has {@code ip} (RFC 5227 section 2.1.1). */
  public void probe(NetDevice device, long ip) {
    send(device, Arp.REQUEST, Addresses.MAC_BROADCAST, Addresses.V4_PREFIX, 0, ip);
  }

  private void send(
      NetDevice device, int operation, long toMac, long senderIp, long targetMac, long targetIp) {
    Packet packet = stack.pool().acquire(64);
    if (packet == null) {
      return;
    }
    packet.l2 = packet.append(14);
    packet.l3 = packet.append(Arp.LENGTH);
    packet.ethernet().destination(toMac).source(device.mac()).type(EtherType.ARP);
    packet
        .arp()
        .hardwareType(1)
        .protocolType(EtherType.IPV4)
        .hardwareLength(6)
        .protocolLength(4)
        .operation(operation)
        .senderMac(device.mac())
        .senderIp(senderIp)
        .targetMac(targetMac)
        .targetIp(targetIp);
    device.transmit(packet);
  }
}
