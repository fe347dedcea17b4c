package dev.patchbay.stack.netfilter.log;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Words a packet as {@code nf_log_syslog} does: {@code IN=br0 OUT=host0 MAC=… SRC=… DST=… LEN=… …}.
 */
final class PacketText {
  /** Bytes of a header that is worded, at least. */
  private static final int IPV4 = 20;

  private final LineBuffer to;
  private final TransportText transport;
  private final Ipv6Text six;

  // of the packet at hand
  private byte[] data = {};
  private int end;
  private int flags;

  PacketText(LineBuffer to) {
    this.to = to;
    transport = new TransportText(to);
    six = new Ipv6Text(to, transport);
  }

  /** Writes the whole line. */
  void write(PacketFields p, byte[] prefix, int logFlags) {
    Packet packet = p.packet();
    data = packet.data;
    end = packet.tail;
    flags = logFlags;
    transport.packet(data, end, flags);
    NetDevice in = LogGroups.cameBy(p);
    to.clear().bytes(prefix).text("IN=").text(name(in)).text(" OUT=").text(name(p.out)).text(" ");
    port("PHYSIN=", p.physicalIn, in);
    port("PHYSOUT=", p.physicalOut, p.out);
    if (in != null) {
      link(packet, in);
    }
    boolean whole = p.v4 ? ipv4(packet.l3, false) : six.write(packet.l3, false);
    if (whole && (flags & PacketLog.UID) != 0 && isOfProgram(packet)) {
      to.text("UID=0 GID=0 "); // nf_log_dump_sk_uid_gid: programs are of no other user here
    }
    if (whole && packet.mark != 0) {
      to.text("MARK=0x").shortHex(packet.mark & 0xffff_ffffL).text(" ");
    }
  }

  private static boolean isOfProgram(Packet packet) {
    return packet.device == null && packet.socket == Packet.SOCKET_PROGRAM;
  }

  private static String name(@Nullable NetDevice device) {
    return device == null ? "" : device.name();
  }

  private void port(String word, @Nullable NetDevice port, @Nullable NetDevice device) {
    if (port != null && !port.equals(device)) {
      to.text(word).text(port.name()).text(" ");
    }
  }

  /** The header of the frame in which it came. */
  private void link(Packet packet, NetDevice in) {
    boolean has = in.isEthernet() && packet.l2 >= 0;
    if (has && (flags & PacketLog.MAC_DECODE) != 0) {
      to.text("MACSRC=");
      mac(packet.l2 + 6);
      to.text(" MACDST=");
      mac(packet.l2);
      to.text(" ");
      if (packet.vlanProtocol != 0) {
        to.text("VPROTO=").hex(packet.vlanProtocol, 4).text(" VID=").number(packet.vlanTci);
        to.text(" ");
      }
      to.text("MACPROTO=").hex(Bytes.u16(data, packet.l2 + 12), 4).text(" ");
      return;
    }
    to.text("MAC=");
    for (int i = 0; has && i < Ethernet.LENGTH; i++) {
      to.text(i == 0 ? "" : ":").hex(Bytes.u8(data, packet.l2 + i), 2);
    }
    to.text(" ");
  }

  private void mac(int at) {
    for (int i = 0; i < 6; i++) {
      to.text(i == 0 ? "" : ":").hex(Bytes.u8(data, at + i), 2);
    }
  }

  /**
   * An IPv4 header and what is behind it.
   *
   * @param quoted whether it stands in an error of ICMP, in which no further one is looked for
   * @return whether it was whole enough to go on
   */
  private boolean ipv4(int at, boolean quoted) {
    if (at + IPV4 > end) {
      to.text("TRUNCATED");
      return false;
    }
    to.text("SRC=");
    address(at + 12);
    to.text(" DST=");
    address(at + 16);
    int tos = Bytes.u8(data, at + 1);
    to.text(" ").field("LEN=", Bytes.u16(data, at + 2));
    to.text("TOS=0x").upperHex(tos & 0x1e, 2).text(" PREC=0x").upperHex(tos & 0xe0, 2).text(" ");
    to.field("TTL=", Bytes.u8(data, at + 8)).field("ID=", Bytes.u16(data, at + 4));
    int word = Bytes.u16(data, at + 6);
    to.text((word & 0x8000) != 0 ? "CE " : "").text((word & 0x4000) != 0 ? "DF " : "");
    to.text((word & 0x2000) != 0 ? "MF " : "");
    int offset = word & 0x1fff;
    if (offset != 0) {
      to.field("FRAG:", offset);
    }
    int header = (Bytes.u8(data, at) & 15) << 2;
    if ((flags & PacketLog.IP_OPTIONS) != 0 && header > IPV4) {
      if (at + header > end) {
        to.text("TRUNCATED");
        return false;
      }
      transport.octets(at + IPV4, at + header);
    }
    return protocol(at + header, Bytes.u8(data, at + 9), offset != 0, quoted);
  }

  private void address(int at) {
    for (int i = 0; i < 4; i++) {
      to.text(i == 0 ? "" : ".").number(Bytes.u8(data, at + i));
    }
  }

  private boolean protocol(int at, int protocol, boolean later, boolean quoted) {
    switch (protocol) {
      case IpProtocol.TCP -> {
        return transport.tcp(at, later);
      }
      case IpProtocol.UDP, IpProtocol.UDPLITE -> {
        return transport.udp(at, protocol, later);
      }
      case IpProtocol.ICMP -> icmp(at, later, quoted);
      case IpProtocol.AH -> transport.security("AH", at, 4, 12, later);
      case IpProtocol.ESP -> transport.security("ESP", at, 0, 8, later);
      default -> to.field("PROTO=", protocol);
    }
    return true;
  }

  private void icmp(int at, boolean later, boolean quoted) {
    to.text("PROTO=ICMP ");
    if (later) {
      return;
    }
    if (at + 8 > end) {
      transport.incomplete(at);
      return;
    }
    int type = Bytes.u8(data, at);
    int code = Bytes.u8(data, at + 1);
    to.field("TYPE=", type).field("CODE=", code);
    if (end - at < needed(type)) {
      transport.incomplete(at);
      return;
    }
    switch (type) {
      case 0, 8 -> transport.echo(at);
      case 12 -> to.field("PARAMETER=", Bytes.u8(data, at + 4));
      case 3, 4, 5, 11 -> {
        if (type == 5) {
          to.text("GATEWAY=");
          address(at + 4);
          to.text(" ");
        }
        if (!quoted) {
          to.text("[");
          ipv4(at + 8, true);
          to.text("] ");
        }
        if (type == 3 && code == 4) {
          to.field("MTU=", Bytes.u16(data, at + 6));
        }
      }
      default -> {
        // type and code say all
      }
    }
  }

  /** Bytes that a message must have to be worded further. */
  private static int needed(int type) {
    return switch (type) {
      case 0, 8 -> 4;
      case 3, 4, 5, 11, 12 -> 8 + IPV4;
      case 13, 14 -> 20;
      case 17, 18 -> 12;
      default -> 0;
    };
  }
}
