package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and prefixes in words, as {@code get_addr} and {@code get_prefix} of iproute2 read
 * them.
 */
final class AddressWord {
  /**
   * A prefix.
   *
   * @param address with the bits behind the prefix as they were written; null for {@code default}
   *     of no family
   * @param length bits, 0 to 32 or 128
   */
  record Prefix(@Nullable IpAddress address, int length) {
    /** Whether an address lies in it. */
    boolean covers(IpAddress other) {
      return address == null
          || address.isV4() == other.isV4()
              && other.network(length).equals(address.network(length));
    }
  }

  private static final String USAGE =
      """
      Usage: ip address {add|change|replace} IFADDR dev IFNAME [ LIFETIME ] [ CONFFLAG-LIST ]
             ip address del IFADDR dev IFNAME
             ip address flush [ dev IFNAME ] [ scope SCOPE-ID ] [ to PREFIX ] [ FLAG-LIST ]
                              [ label LABEL ] [ up ]
             ip address [ show [ dev IFNAME ] [ scope SCOPE-ID ] [ master DEVICE ] [ nomaster ]
                               [ type bridge ] [ to PREFIX ] [ FLAG-LIST ] [ label LABEL ] [ up ] ]
      IFADDR := PREFIX | ADDR peer PREFIX
                [ broadcast ADDR ] [ label IFNAME ] [ scope SCOPE-ID ] [ metric METRIC ]
      SCOPE-ID := [ host | link | site | global ]
      FLAG-LIST := [ FLAG-LIST ] FLAG
      FLAG  := [ permanent | dynamic | secondary | primary |
                 [-]tentative | [-]deprecated | [-]dadfailed | temporary | CONFFLAG-LIST ]
      CONFFLAG-LIST := [ CONFFLAG-LIST ] [ nodad | noprefixroute ]
      LIFETIME := [ valid_lft LFT ] [ preferred_lft LFT ]
      LFT := forever | SECONDS\
      """;

  private AddressWord() {}

  static RefusedException usage() {
    return new RefusedException(RefusedException.SYNTAX, USAGE);
  }

  /** An address of the family (0 for any, 4 or 6); null where the word is none. */
  private static @Nullable IpAddress parse(String word, int family) throws RefusedException {
    try {
      IpAddress address = word.indexOf(':') >= 0 ? IpAddress.parse(word) : quad(word);
      if (address != null && address.isV4() && word.indexOf(':') >= 0) {
        throw RefusedException.unsupported("the IPv4-mapped address " + word);
      }
      boolean fits = address != null && (family == 0 || address.isV4() == (family == 4));
      return fits ? address : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** One to four numbers with dots, what is missing being 0: {@code 10.1} is 10.1.0.0. */
  private static @Nullable IpAddress quad(String word) {
    String[] parts = word.split("\\.", -1);
    long value = 0;
    for (int i = 0; i < 4; i++) {
      long part = i < parts.length ? Numbers.unsigned(parts[i], 255) : 0;
      if (part < 0) {
        return null;
      }
      value = value << 8 | part;
    }
    return parts.length > 4 ? null : new IpAddress(0, IpAddress.ANY4.lo() | value);
  }

  static String familyName(int family) {
    return family == 4 ? "inet" : family == 6 ? "inet6" : "any valid";
  }

  /** An address of the family, 0 for any. */
  static IpAddress address(String word, int family) throws RefusedException {
    if (word.equals("default") || word.equals("any") || word.equals("all")) {
      if (family == 0) {
        throw wrong(word, family, "address");
      }
      return family == 6 ? IpAddress.ANY6 : IpAddress.ANY4;
    }
    IpAddress address = parse(word, family);
    if (address == null) {
      throw wrong(word, family, "address");
    }
    return address;
  }

  private static RefusedException wrong(String word, int family, String what) {
    return new RefusedException(
        RefusedException.FAILED,
        "Error: " + familyName(family) + " " + what + " is expected rather than \"" + word + "\".");
  }

  /** A prefix of the family, 0 for any. */
  static Prefix prefix(String word, int family) throws RefusedException {
    if (word.equals("default") || word.equals("any") || word.equals("all")) {
      IpAddress any = family == 0 ? null : family == 6 ? IpAddress.ANY6 : IpAddress.ANY4;
      return new Prefix(any, 0);
    }
    int slash = word.indexOf('/');
    IpAddress address = parse(slash < 0 ? word : word.substring(0, slash), family);
    if (address == null) {
      throw wrong(word, family, "prefix");
    }
    if (slash < 0) {
      return new Prefix(address, address.bits());
    }
    int length = length(word.substring(slash + 1), address);
    if (length < 0) {
      throw wrong(word, family, "prefix");
    }
    return new Prefix(address, length);
  }

  /** A number of bits, or a netmask; -1 where it is neither. */
  private static int length(String word, IpAddress address) throws RefusedException {
    IpAddress mask = address.isV4() && word.indexOf('.') >= 0 ? parse(word, 4) : null;
    if (mask != null) {
      int bits = (int) mask.lo();
      int length = Integer.numberOfLeadingZeros(~bits);
      return length == 32 || bits << length == 0 ? length : -1;
    }
    return (int) Numbers.unsigned(word, address.bits());
  }
}
