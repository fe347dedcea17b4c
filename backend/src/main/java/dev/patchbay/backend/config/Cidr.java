package dev.patchbay.backend.config;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A range of addresses with a common prefix (RFC 4632).
 *
 * @param address any address of the range; bits after the prefix are zero
 * @param prefix the length of the prefix in bits, 0 to 32 or 128
 */
public record Cidr(InetAddress address, int prefix) {
  /** Checks the length of the prefix and that no bit is set after it. */
  public Cidr {
    byte[] b = address.getAddress();
    if (prefix < 0 || prefix > 8 * b.length) {
      throw new IllegalArgumentException("prefix length " + prefix);
    }
    for (int i = prefix; i < 8 * b.length; i++) {
      if ((b[i / 8] >> (7 - i % 8) & 1) != 0) {
        throw new IllegalArgumentException("host bits set: " + address + "/" + prefix);
      }
    }
  }

  /**
   * Reads {@code ADDRESS/LENGTH}, or an address alone, which means itself only.
   *
   * @return empty if the text has another form, or bits are set after the prefix
   */
  public static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> address = IpLiterals.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int bits = 8 * address.get().getAddress().length;
    int prefix = slash < 0 ? bits : Numbers.parse(text.substring(slash + 1), 0, bits);
    if (prefix < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Cidr(address.get(), prefix));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether an address lies in the range; one of the other family never does. */
  public boolean contains(InetAddress other) {
    byte[] a = address.getAddress();
    byte[] b = other.getAddress();
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < prefix; i++) {
      if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return IpLiterals.format(address) + "/" + prefix;
  }
}
