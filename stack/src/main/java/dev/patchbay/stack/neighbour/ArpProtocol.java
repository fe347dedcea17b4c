package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Arp;
import dev.patchbay.stack.wire.EtherType;

/** ARP for IPv4 over Ethernet (RFC 826; Linux: {@code arp_process}). */
public final class ArpProtocol implements NeighbourTable.Solicitor {
  private final NetworkStack stack;

  public ArpProtocol(NetworkStack stack) {
    this.stack = stack;
  }

  /**
   * Takes a received ARP packet: answers a request for an address of ours and learns the sender.
   */
  public void receive(Packet packet) {
    Arp arp = packet.arp();
    NetDevice device = packet.device;
    if (device == null || !arp.check(packet.tail) || device.mac() == 0) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    long senderIp = arp.senderIp();
    long senderMac = arp.senderMac();
    long targetIp = arp.targetIp();
    if (Addresses.isMulticast(0, targetIp)
        || Addresses.isGroupMac(senderMac)
        || Addresses.isLoopback(0, targetIp)) {
      packet.drop(DropReason.IP_INADDRERRORS);
      return;
    }
    boolean probe = Addresses.isAny(0, senderIp);
    boolean forUs = stack.isLocal(0, targetIp);
    boolean request = arp.operation() == Arp.REQUEST;
    if (!probe && !stack.isLocal(0, senderIp) && isNeighbour(device, senderIp)) {
      // RFC 826: merge what is known; add an entry only where the packet is for us
      boolean answered = !request && forUs;
      stack
          .neighbours()
          .learn(0, senderIp, device, senderMac, answered, true, forUs, packet.physicalDevice);
    }
    packet.release();
    if (request && forUs) {
      send(device, Arp.REPLY, senderMac, targetIp, senderMac, senderIp);
    }
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
      int bits = 32 - own.prefix();
      if (own.address().isV4() && (own.address().lo() ^ ip) >>> bits == 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void solicit(NetDevice device, long hi, long lo, long unicastMac) {
    long source = stack.output().sourceFor(device, hi, lo);
    send(
        device,
        Arp.REQUEST,
        unicastMac == 0 ? Addresses.MAC_BROADCAST : unicastMac,
        source,
        unicastMac,
        lo);
  }

  /** Tells everybody on the link that {@code ip} is ours (RFC 5227 section 3). */
  public void announce(NetDevice device, long ip) {
    send(device, Arp.REQUEST, Addresses.MAC_BROADCAST, ip, 0, ip);
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
