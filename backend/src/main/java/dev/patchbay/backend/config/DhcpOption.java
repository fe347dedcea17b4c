package dev.patchbay.backend.config;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One option of a DHCP answer, encoded.
 *
 * <p>The form of the value follows the number where RFC 2132 (or RFC 3397, RFC 5859) gives it one:
 * addresses, numbers, flags, domain names. {@code hex:0a1b…} writes the bytes of any option; the
 * options that have no form here are an IPv4 address, or text.
 */
public final class DhcpOption {
  private static final Set<Integer> ADDRESSES =
      Set.of(
          4, 5, 7, 8, 9, 10, 11, 16, 28, 32, 41, 42, 44, 45, 48, 49, 65, 68, 69, 70, 71, 72, 73, 74,
          75, 76, 150);
  private static final Set<Integer> ADDRESS_PAIRS = Set.of(21, 33);
  private static final Set<Integer> U8 = Set.of(23, 37, 46);
  private static final Set<Integer> FLAG = Set.of(19, 20, 27, 29, 30, 31, 34, 36, 39);
  private static final Set<Integer> U16 = Set.of(13, 22, 26);
  private static final Set<Integer> U32 = Set.of(2, 24, 35, 38);
  private static final int DOMAIN_SEARCH = 119;

  /** Longest value of one option in bytes (RFC 2132 section 2: its length is one byte). */
  private static final int MAX_BYTES = 255;

  private final int number;
  private final byte[] value;

  private DhcpOption(int number, byte[] value) {
    this.number = number;
    this.value = value;
  }

  /** Its number, 1 to 254. */
  public int number() {
    return number;
  }

  /** A copy of its value, 0 to 255 bytes. */
  public byte[] value() {
    return value.clone();
  }

  /**
   * Encodes an option.
   *
   * @param source where its number stands
   * @param number as written
   * @param words the value: one, or the elements of a list
   */
  static DhcpOption parse(Source source, String number, List<YamlNode> words)
      throws ConfigException {
    int code = Numbers.parse(number, 1, 254);
    if (code < 0) {
      throw source.error("option '" + number + "': expected a number from 1 to 254");
    }
    String owner = owner(code);
    if (!owner.isEmpty()) {
      throw source.error("option " + code + ": " + owner);
    }
    if (words.isEmpty()) {
      throw source.error("option " + code + ": expected a value");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (YamlNode word : words) {
      out.writeBytes(encode(word.source(), code, word.scalar("option " + code, "a value")));
    }
    if (ADDRESS_PAIRS.contains(code) && out.size() % 8 != 0) {
      throw source.error("option " + code + ": expected pairs of addresses");
    }
    boolean single =
        U8.contains(code) || FLAG.contains(code) || U16.contains(code) || U32.contains(code);
    if (single && words.size() > 1) {
      throw source.error("option " + code + ": expected one value, not a list");
    }
    if (out.size() > MAX_BYTES) {
      throw source.error(
          "option " + code + ": has " + out.size() + " bytes, expected at most " + MAX_BYTES);
    }
    return new DhcpOption(code, out.toByteArray());
  }

  /** Why an option cannot be set here: it is the server's own. Empty if it can. */
  private static String owner(int code) {
    return switch (code) {
      case 1 -> "the mask is that of the device's address";
      case 3 -> "use the key router";
      case 6 -> "use the key dns";
      case 51 -> "use the key lease";
      case 50, 52, 53, 54, 55, 56, 57, 58, 59, 61, 80, 81, 82, 90, 118 ->
          "belongs to the protocol itself and cannot be set";
      default -> "";
    };
  }

  private static byte[] encode(Source source, int code, String word) throws ConfigException {
    if (word.startsWith("hex:")) {
      try {
        return HexFormat.of().parseHex(word.substring(4).replace(":", ""));
      } catch (IllegalArgumentException e) {
        throw fault(source, code, word, "expected pairs of hexadecimal digits after hex:");
      }
    }
    Optional<Inet4Address> address = IpLiterals.parse4(word);
    if (ADDRESSES.contains(code) || ADDRESS_PAIRS.contains(code)) {
      return address
          .orElseThrow(() -> fault(source, code, word, "expected an IPv4 address"))
          .getAddress();
    }
    if (U8.contains(code)) {
      return number(source, code, word, 255, 1);
    }
    if (FLAG.contains(code)) {
      return switch (word) {
        case "true" -> new byte[] {1};
        case "false" -> new byte[] {0};
        default -> number(source, code, word, 1, 1);
      };
    }
    if (U16.contains(code)) {
      return number(source, code, word, 65535, 2);
    }
    if (U32.contains(code)) {
      return number(source, code, word, 0xffffffffL, 4);
    }
    if (code == DOMAIN_SEARCH) {
      return domain(source, code, word);
    }
    if (code == 121 || code == 249) {
      throw fault(source, code, word, "routes are not supported yet; expected hex:…");
    }
    return address.isPresent() ? address.get().getAddress() : word.getBytes(StandardCharsets.UTF_8);
  }

  private static ConfigException fault(Source source, int code, String word, String expected) {
    return source.error("option " + code + " '" + word + "': " + expected);
  }

  private static byte[] number(Source source, int code, String word, long most, int bytes)
      throws ConfigException {
    long value = Numbers.parseLong(word, 0, most);
    if (value < 0) {
      throw fault(source, code, word, "expected a number from 0 to " + most);
    }
    byte[] out = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      out[i] = (byte) (value >>> (8 * (bytes - 1 - i)));
    }
    return out;
  }

  /** A name in the wire form of DNS (RFC 1035 section 3.1), without compression. */
  private static byte[] domain(Source source, int code, String word) throws ConfigException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String name = word.endsWith(".") ? word.substring(0, word.length() - 1) : word;
    for (String label : name.split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      if (bytes.length < 1 || bytes.length > 63) {
        throw fault(source, code, word, "expected a domain name");
      }
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    out.write(0);
    return out.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DhcpOption o && number == o.number && Arrays.equals(value, o.value);
  }

  @Override
  public int hashCode() {
    return 31 * number + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return number + "=hex:" + HexFormat.of().formatHex(value);
  }
}
