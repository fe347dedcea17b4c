package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An address under a mask, as {@code -s} and {@code -d} take it.
 *
 * @param network masked; IPv4 in its mapped form
 * @param bits length of the mask as its family counts it, -1 where it is no prefix
 * @param maskHi the mask, of IPv4 with all bits before the address
 */
record AddressSpec(IpAddress network, int bits, long maskHi, long maskLo) {
  private static final long V4_MASK_HIGH = 0xffff_ffff_0000_0000L;

  /** Reads addresses with commas between them. */
  static List<AddressSpec> parse(String text, boolean v4) throws IptablesException {
    List<AddressSpec> all = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      AddressSpec one = one(word, v4);
      if (!all.contains(one)) {
        all.add(one);
      }
    }
    return all;
  }

  private static AddressSpec one(String word, boolean v4) throws IptablesException {
    int slash = word.indexOf('/');
    String text = slash < 0 ? word : word.substring(0, slash);
    IpAddress address = address(text, v4);
    if (address == null) {
      throw IptablesException.parameter("host/network `" + text + "' not found");
    }
    int most = v4 ? 32 : 128;
    String mask = slash < 0 ? "" : word.substring(slash + 1);
    long bits = slash < 0 ? most : Values.number(mask);
    if (bits >= 0 && bits <= most) {
      return of(address, (int) bits, v4);
    }
    IpAddress dotted = address(mask, v4);
    if (dotted == null) {
      throw IptablesException.parameter("invalid mask `" + mask + "' specified");
    }
    long hi = v4 ? -1 : dotted.hi();
    long lo = v4 ? V4_MASK_HIGH | dotted.lo() & 0xffff_ffffL : dotted.lo();
    for (int length = 0; length <= most; length++) {
      AddressSpec prefix = of(address, length, v4);
      if (prefix.maskHi == hi && prefix.maskLo == lo) {
        return prefix;
      }
    }
    return new AddressSpec(masked(address, hi, lo), -1, hi, lo);
  }

  private static AddressSpec of(IpAddress address, int bits, boolean v4) {
    int all = v4 ? bits + 96 : bits;
    long hi = all == 0 ? 0 : all >= 64 ? -1 : -1L << 64 - all;
    long lo = all <= 64 ? 0 : -1L << 128 - all;
    return new AddressSpec(masked(address, hi, lo), bits, hi, lo);
  }

  private static IpAddress masked(IpAddress address, long hi, long lo) {
    return new IpAddress(address.hi() & hi, address.lo() & lo);
  }

  private static @Nullable IpAddress address(String text, boolean v4) {
    try {
      IpAddress address = IpAddress.parse(text);
      return address.isV4() == v4 ? address : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether it is any address. */
  boolean isAny() {
    return bits == 0;
  }

  /** With its mask, as {@code -S} has it. */
  @Override
  public String toString() {
    return network + "/" + (bits < 0 ? mask() : String.valueOf(bits));
  }

  /** As {@code -L -n} has it: one address without a mask. */
  String listed() {
    int most = network.isV4() ? 32 : 128;
    return bits == most ? network.toString() : toString();
  }

  private String mask() {
    return network.isV4()
        ? new IpAddress(0, 0xffff_0000_0000L | maskLo & 0xffff_ffffL).toString()
        : new IpAddress(maskHi, maskLo).toString();
  }
}
