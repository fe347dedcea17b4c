package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address under a mask, as {@code --ctorigsrc} and its kin take it.
 *
 * @param address as it was written: not masked
 * @param bits length of the mask as its family counts it
 */
record ConnectionAddress(IpAddress address, int bits) {
  static ConnectionAddress parse(String text, boolean v4) throws IptablesException {
    int slash = text.indexOf('/');
    IpAddress address = address(slash < 0 ? text : text.substring(0, slash), v4);
    int most = v4 ? 32 : 128;
    if (slash < 0) {
      return new ConnectionAddress(address, most);
    }
    String mask = text.substring(slash + 1);
    long bits = Values.number(mask);
    if (bits >= 0 && bits <= most) {
      return new ConnectionAddress(address, (int) bits);
    }
    IpAddress dotted = bits < 0 ? address(mask, v4) : null;
    if (dotted != null) {
      for (int length = 0; length <= most; length++) {
        ConnectionAddress prefix = new ConnectionAddress(address, length);
        boolean low = ((prefix.maskLo() ^ dotted.lo()) & (v4 ? 0xffff_ffffL : -1)) == 0;
        if (low && (v4 || prefix.maskHi() == dotted.hi())) {
          return prefix;
        }
      }
    }
    throw IptablesException.unsupported("mask " + mask);
  }

  private static IpAddress address(String text, boolean v4) throws IptablesException {
    IpAddress address = parsed(text);
    if (address == null) {
      throw IptablesException.parameter("getaddrinfo: Name or service not known\n");
    }
    if (address.isV4() != v4) {
      throw IptablesException.parameter("getaddrinfo: Address family for hostname not supported\n");
    }
    return address;
  }

  private static @Nullable IpAddress parsed(String text) {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private int all() {
    return address.isV4() ? bits + 96 : bits;
  }

  /** The bits that count, high half. */
  long maskHi() {
    return all() == 0 ? 0 : all() >= 64 ? -1 : -1L << 64 - all();
  }

  long maskLo() {
    return all() <= 64 ? 0 : -1L << 128 - all();
  }

  @Override
  public String toString() {
    return bits == (address.isV4() ? 32 : 128) ? address.toString() : address + "/" + bits;
  }

  /** As {@code -L} prints it. */
  String listed(boolean numeric) {
    return bits == 0 && !numeric ? "anywhere" : toString();
  }
}
