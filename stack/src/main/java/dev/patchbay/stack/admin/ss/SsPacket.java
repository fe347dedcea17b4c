package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.raw.PacketSocket;
import dev.patchbay.stack.wire.EtherType;
import java.util.Locale;

/** The columns of a packet socket in {@code ss} ({@code packet_show_sock}). */
final class SsPacket {
  private SsPacket() {}

  /** Its protocol with the colon behind it. */
  static String protocol(PacketSocket socket, boolean numeric) {
    int number = socket.protocol();
    if (number == PacketSocket.ALL) {
      return "*:";
    }
    String name = numeric ? "" : name(number);
    return (name.isEmpty() ? "[" + number + "]" : name) + ":";
  }

  /** {@code ll_proto_n2a}, of those that matter here. */
  private static String name(int number) {
    return switch (number) {
      case EtherType.IPV4 -> "ip";
      case EtherType.ARP -> "arp";
      case EtherType.IPV6 -> "ipv6";
      case EtherType.VLAN -> "802.1Q";
      case 0x88a8 -> "802.1ad";
      case 0x88cc -> "LLDP";
      case 0x8863 -> "ppp_disc";
      case 0x8864 -> "ppp_ses";
      default -> "";
    };
  }

  /** The device, as its port. */
  static String device(PacketSocket socket) {
    NetDevice device = socket.device();
    return device == null ? "*" : device.name();
  }

  /** What follows its columns: {@code -e}, {@code -m}. */
  static String more(PacketSocket socket, SsOptions options, long cookie) {
    StringBuilder out = new StringBuilder();
    if (options.extended) {
      out.append(" ino:0 sk:").append(Long.toHexString(cookie));
      out.append(options.oneLine ? " " : "\n\t").append("ver:0 cpy_thresh:0 flags( ");
      out.append(socket.isRunning() ? "running" : "0").append(" )");
    }
    if (options.memory) {
      out.append(
          String.format(
              Locale.ROOT,
              " skmem:(r%d,rb%d,t0,tb0,f0,w0,o0,bl0,d%d)",
              socket.receiveBuffer().charge(),
              socket.receiveBuffer().limit(),
              socket.receiveBuffer().drops()));
    }
    return out.toString();
  }
}
