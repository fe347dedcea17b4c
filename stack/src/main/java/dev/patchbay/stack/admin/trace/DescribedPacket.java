package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DescribedWay;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;
import dev.patchbay.stack.wire.Udp;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A packet that somebody describes: {@code in=net0 proto=tcp src=… dst=… dport=443}. */
final class DescribedPacket {
  static final List<String> KEYS =
      List.of(
          "in", "proto", "src", "dst", "sport", "dport", "flags", "type", "code", "ttl", "tos",
          "mark", "length", "smac", "dmac");

  private static final int ICMP_HEADER = 8;
  private static final int ECHO4 = 8;
  private static final int ECHO6 = 128;

  /** The shortest DHCP client port up; where a program's port would be. */
  private static final int SOURCE_PORT = 49152;

  /** What stands for a guest's own address where nobody knows it. */
  private static final long SOMEBODY = 0x0200_0000_0001L;

  private final NetworkStack stack;
  private final PacketKeys keys;
  private final @Nullable NetDevice in;
  private final int protocol;
  private final IpAddress source;
  private final IpAddress destination;

  DescribedPacket(NetworkStack stack, List<String> words) throws RefusedException {
    this.stack = stack;
    keys = new PacketKeys(words, KEYS);
    in = keys.device("in", stack);
    IpAddress dst = keys.address("dst");
    int said = keys.protocol();
    if (dst == null) {
      throw PacketKeys.wrong("dst= is missing");
    }
    boolean ports = keys.has("sport") || keys.has("dport") || keys.has("flags");
    int echo = dst.isV4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    if (said < 0 && ports) {
      throw PacketKeys.wrong("proto= is missing beside sport=, dport= and flags=");
    }
    protocol = said < 0 ? echo : said;
    destination = dst;
    if (!DescribedWay.isUnicast(stack, dst)) {
      throw RefusedException.unsupported("trace --packet to a group or broadcast");
    }
    IpAddress src = keys.address("src");
    if (src == null && in != null) {
      throw PacketKeys.wrong("src= is missing of a packet that comes in");
    }
    source = src != null ? src : own(dst);
    if (source.isV4() != dst.isV4()) {
      throw PacketKeys.wrong("src= and dst= are of different families");
    }
    if (in != null && in.master() instanceof Bond) {
      throw RefusedException.unsupported("trace --packet in=" + in.name() + ", a port of a bond");
    }
    fits("sport", isPorted());
    fits("dport", isPorted());
    fits("flags", protocol == IpProtocol.TCP);
    fits("type", isIcmp());
    fits("code", isIcmp());
    fits("smac", in != null && in.isEthernet());
    fits("dmac", in != null && in.isEthernet());
  }

  private IpAddress own(IpAddress to) throws RefusedException {
    IpAddress found = stack.output().source(null, to.hi(), to.lo());
    if (found == null) {
      throw PacketKeys.wrong("src= is missing, and there is no address of ours for it");
    }
    return found;
  }

  private void fits(String key, boolean does) throws RefusedException {
    if (keys.has(key) && !does) {
      throw PacketKeys.wrong(key + "= has no meaning for this packet");
    }
  }

  private boolean isIcmp() {
    return protocol == (destination.isV4() ? IpProtocol.ICMP : IpProtocol.ICMPV6);
  }

  private boolean isPorted() {
    return protocol == IpProtocol.TCP
        || protocol == IpProtocol.UDP
        || protocol == IpProtocol.SCTP
        || protocol == IpProtocol.UDPLITE;
  }

  private int transportLength() {
    return switch (protocol) {
      case IpProtocol.TCP -> Tcp.LENGTH;
      case IpProtocol.SCTP -> 12;
      default -> isPorted() || isIcmp() ? ICMP_HEADER : 0;
    };
  }

  /** Says what would become of it. */
  void tell(Trace trace) throws RefusedException {
    int header = destination.isV4() ? Ipv4.LENGTH : Ipv6.LENGTH;
    int least = header + transportLength();
    int length = (int) keys.number("length", least, 0xffff, least);
    NetDevice by = in;
    Packet packet = stack.pool().acquire(length + Ethernet.LENGTH);
    if (packet == null) {
      throw new RefusedException(RefusedException.FAILED, "trace: packet memory is used up");
    }
    try {
      if (by != null && by.isEthernet()) {
        packet.l2 = packet.append(Ethernet.LENGTH);
        packet
            .ethernet()
            .destination(keys.mac("dmac", station(by)))
            .source(keys.mac("smac", sender(by)))
            .type(destination.isV4() ? EtherType.IPV4 : EtherType.IPV6);
      }
      packet.l3 = packet.append(length);
      Arrays.fill(packet.data, packet.l3, packet.tail, (byte) 0);
      packet.l4 = packet.l3 + header;
      packet.protocol = protocol;
      packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
      network(packet, length);
      transport(packet);
      packet.mark = (int) keys.number("mark", 0, 0xffff_ffffL, 0);
      DescribedWay way = new DescribedWay(stack, trace);
      if (by != null) {
        way.arrives(packet, by);
      } else {
        way.made(packet);
      }
    } finally {
      packet.release();
    }
  }

  /** Whom the sender would send its frame to: a neighbour on its link, else the appliance. */
  private long station(NetDevice by) {
    NetDevice link = by.master() instanceof Bridge bridge ? bridge : by;
    boolean near =
        link.addresses().stream().anyMatch(own -> own.covers(destination.hi(), destination.lo()));
    if (near && !stack.isLocal(destination.hi(), destination.lo())) {
      Neighbour found = stack.neighbours().find(destination.hi(), destination.lo(), link);
      return found != null && found.mac() != 0 ? found.mac() : SOMEBODY + 1;
    }
    return link.mac();
  }

  private long sender(NetDevice by) {
    NetDevice link = by.master() instanceof Bridge bridge ? bridge : by;
    Neighbour found = stack.neighbours().find(source.hi(), source.lo(), link);
    return found != null && found.mac() != 0 ? found.mac() : SOMEBODY;
  }

  private void network(Packet packet, int length) throws RefusedException {
    int ttl = (int) keys.number("ttl", 0, 255, 64);
    int tos = (int) keys.number("tos", 0, 255, 0);
    if (destination.isV4()) {
      packet
          .ipv4()
          .versionAndLength(0x45)
          .tos(tos)
          .totalLength(length)
          .flagsAndOffset(protocol == IpProtocol.TCP ? Ipv4.DONT_FRAGMENT : 0)
          .ttl(ttl)
          .protocol(protocol)
          .source(source.lo())
          .destination(destination.lo())
          .fillChecksum();
    } else {
      packet
          .ipv6()
          .versionClassFlow(6 << 28 | tos << 20)
          .payloadLength(length - Ipv6.LENGTH)
          .nextHeader(protocol)
          .hopLimit(ttl)
          .sourceHi(source.hi())
          .sourceLo(source.lo())
          .destinationHi(destination.hi())
          .destinationLo(destination.lo());
    }
  }

  private void transport(Packet packet) throws RefusedException {
    if (isIcmp()) {
      int echo = destination.isV4() ? ECHO4 : ECHO6;
      packet.icmp().type((int) keys.number("type", 0, 255, echo));
      packet.icmp().code((int) keys.number("code", 0, 255, 0));
    }
    if (!isPorted()) {
      return;
    }
    Udp ports = packet.udp();
    ports.sourcePort((int) keys.number("sport", 0, 0xffff, SOURCE_PORT));
    ports.destinationPort((int) keys.number("dport", 0, 0xffff, 0));
    if (protocol == IpProtocol.UDP || protocol == IpProtocol.UDPLITE) {
      ports.length(packet.tail - packet.l4);
    } else if (protocol == IpProtocol.TCP) {
      packet.tcp().offsetAndFlags(Tcp.LENGTH / 4 << 12 | flags()).window(0xffff);
    }
  }

  private int flags() throws RefusedException {
    String text = keys.text("flags");
    if (text == null) {
      return Tcp.SYN;
    }
    int bits = 0;
    for (String flag : text.toUpperCase(Locale.ROOT).split(",", -1)) {
      bits |= flag.equals("NONE") ? 0 : flag(flag);
    }
    return bits;
  }

  private static int flag(String name) throws RefusedException {
    return switch (name) {
      case "FIN" -> Tcp.FIN;
      case "SYN" -> Tcp.SYN;
      case "RST" -> Tcp.RST;
      case "PSH" -> Tcp.PSH;
      case "ACK" -> Tcp.ACK;
      case "URG" -> Tcp.URG;
      case "ECE" -> Tcp.ECE;
      case "CWR" -> Tcp.CWR;
      default -> throw PacketKeys.wrong("flags: '" + name + "' is none of TCP's flags");
    };
  }
}
