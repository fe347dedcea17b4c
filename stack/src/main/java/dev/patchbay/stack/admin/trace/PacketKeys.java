package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words {@code KEY=VALUE} by which packets are described and chosen. */
final class PacketKeys {
  private static final Map<String, Integer> PROTOCOLS =
      Map.of(
          "icmp",
          IpProtocol.ICMP,
          "tcp",
          IpProtocol.TCP,
          "udp",
          IpProtocol.UDP,
          "esp",
          IpProtocol.ESP,
          "ah",
          IpProtocol.AH,
          "icmpv6",
          IpProtocol.ICMPV6,
          "sctp",
          IpProtocol.SCTP,
          "udplite",
          IpProtocol.UDPLITE);

  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Reads words.
   *
   * @param known the keys that there are
   */
  PacketKeys(List<String> words, List<String> known) throws RefusedException {
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      if (equals < 0 || !known.contains(key)) {
        throw wrong("'" + word + "': expected KEY=VALUE with KEY of " + String.join(", ", known));
      }
      if (values.put(key, word.substring(equals + 1)) != null) {
        throw wrong(key + "= stands there twice");
      }
    }
  }

  static RefusedException wrong(String message) {
    return new RefusedException(TraceCommand.USAGE, "trace: " + message);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The value, or null where it is not said. */
  @Nullable String text(String key) {
    return values.get(key);
  }

  /** The device of a namespace, null where none is said. */
  @Nullable NetDevice device(String key, NetworkStack stack) throws RefusedException {
    String name = values.get(key);
    if (name == null) {
      return null;
    }
    NetDevice found = stack.device(name);
    if (found == null) {
      throw new RefusedException(
          RefusedException.FAILED, "trace: " + key + "=" + name + ": there is no such device");
    }
    return found;
  }

  /** A number, decimal or with 0x, or {@code otherwise}. */
  long number(String key, long least, long most, long otherwise) throws RefusedException {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.decode(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(key + "=" + text + ": expected a number from " + least + " to " + most);
  }

  /** The number of a protocol, or -1. */
  int protocol() throws RefusedException {
    String text = values.get("proto");
    Integer named = text == null ? null : PROTOCOLS.get(text.toLowerCase(Locale.ROOT));
    return named != null ? named : (int) number("proto", 0, 255, -1);
  }

  /** The name of a protocol, its number where it has none here. */
  static String protocol(int number) {
    for (Map.Entry<String, Integer> entry : PROTOCOLS.entrySet()) {
      if (entry.getValue() == number) {
        return entry.getKey();
      }
    }
    return String.valueOf(number);
  }

  /** An address, or null. */
  @Nullable IpAddress address(String key) throws RefusedException {
    String text = values.get(key);
    if (text == null) {
      return null;
    }
    IpAddress address = IpAddress.parseOrNull(text);
    if (address == null) {
      throw wrong(key + "=" + text + ": expected an address of IPv4 or IPv6");
    }
    return address;
  }

  /** A link-layer address of 48 bits, or {@code otherwise}. */
  long mac(String key, long otherwise) throws RefusedException {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return Addresses.parseMac(text);
    } catch (IllegalArgumentException e) {
      throw wrong(key + "=" + text + ": expected an address such as 52:54:00:12:34:56");
    }
  }
}
