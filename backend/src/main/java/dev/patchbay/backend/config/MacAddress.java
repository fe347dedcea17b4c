package dev.patchbay.backend.config;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An Ethernet address (IEEE 802 EUI-48).
 *
 * @param value the 48 bits, the first byte on the wire in bits 47 to 40
 */
public record MacAddress(long value) {
  private static final Pattern FORM =
      Pattern.compile("[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\\1){4}" + "[0-9A-Fa-f]{2}");
  private static final long MULTICAST = 1L << 40;

  /** Checks that no more than 48 bits are set. */
  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(value));
    }
  }

  /**
   * Reads six pairs of hexadecimal digits, all separated by {@code :} or all by {@code -}.
   *
   * @return empty if the text has another form
   */
  public static Optional<MacAddress> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    String digits = text.replace(":", "").replace("-", "").toLowerCase(Locale.ROOT);
    return Optional.of(new MacAddress(HexFormat.fromHexDigitsToLong(digits)));
  }

  /** Whether a single station may own it: not a group address and not all zero. */
  public boolean isUnicast() {
    return (value & MULTICAST) == 0 && value != 0;
  }

  /** The six bytes in the order of the wire. */
  public byte[] bytes() {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (value >>> (40 - 8 * i));
    }
    return bytes;
  }

  /** Lower case with colons, as Linux prints it. */
  @Override
  public String toString() {
    return HexFormat.ofDelimiter(":").formatHex(bytes());
  }
}
