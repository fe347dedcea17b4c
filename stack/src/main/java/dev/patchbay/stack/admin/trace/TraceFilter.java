package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which packets are followed: all that is said must be so. */
final class TraceFilter {
  static final List<String> KEYS =
      List.of("in", "proto", "src", "dst", "host", "sport", "dport", "port");

  /** A network, or one address. */
  private record Network(IpAddress address, long maskHi, long maskLo) {
    boolean has(long hi, long lo) {
      return ((hi ^ address.hi()) & maskHi) == 0 && ((lo ^ address.lo()) & maskLo) == 0;
    }
  }

  private final @Nullable String in;
  private final int protocol;
  private final @Nullable Network source;
  private final @Nullable Network destination;
  private final @Nullable Network host;
  private final int sourcePort;
  private final int destinationPort;
  private final int port;

  TraceFilter(PacketKeys keys) throws RefusedException {
    in = keys.text("in");
    protocol = keys.protocol();
    source = network(keys, "src");
    destination = network(keys, "dst");
    host = network(keys, "host");
    sourcePort = (int) keys.number("sport", 0, 0xffff, -1);
    destinationPort = (int) keys.number("dport", 0, 0xffff, -1);
    port = (int) keys.number("port", 0, 0xffff, -1);
  }

  private static @Nullable Network network(PacketKeys keys, String key) throws RefusedException {
    String text = keys.text(key);
    if (text == null) {
      return null;
    }
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parseOrNull(slash < 0 ? text : text.substring(0, slash));
    int bits = address != null && address.isV4() ? 32 : 128;
    int prefix = bits;
    if (slash >= 0 && text.substring(slash + 1).matches("[0-9]{1,3}")) {
      prefix = Integer.parseInt(text.substring(slash + 1));
    } else if (slash >= 0) {
      prefix = -1;
    }
    if (address == null || prefix < 0 || prefix > bits) {
      throw PacketKeys.wrong(key + "=" + text + ": expected ADDRESS or ADDRESS/PREFIX");
    }
    // the family is told by the upper 96 bits
    int length = prefix + 128 - bits;
    return new Network(address, mask(Math.min(length, 64)), mask(Math.max(length - 64, 0)));
  }

  private static long mask(int length) {
    return length == 0 ? 0 : -1L << 64 - length;
  }

  boolean matches(PacketFields p) {
    return (in == null || isNamed(p.in) || isNamed(p.physicalIn))
        && (protocol < 0 || p.protocol == protocol)
        && (source == null || source.has(p.srcHi, p.srcLo))
        && (destination == null || destination.has(p.dstHi, p.dstLo))
        && (host == null || host.has(p.srcHi, p.srcLo) || host.has(p.dstHi, p.dstLo))
        && havePorts(p);
  }

  private boolean isNamed(@Nullable NetDevice device) {
    return device != null && device.name().equals(in);
  }

  private boolean havePorts(PacketFields p) {
    if (sourcePort < 0 && destinationPort < 0 && port < 0) {
      return true;
    }
    if (!TraceLines.hasPorts(p)) {
      return false;
    }
    int from = Field.portAt(p, 0);
    int to = Field.portAt(p, 2);
    return (sourcePort < 0 || from == sourcePort)
        && (destinationPort < 0 || to == destinationPort)
        && (port < 0 || from == port || to == port);
  }
}
