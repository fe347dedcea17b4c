package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.RuleMatch;
import dev.patchbay.stack.socket.Errno;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the words of a rule say about packets, as they are read one after the other. */
final class RuleSelector {
  private static final Pattern PORTS = Pattern.compile("([0-9]+)(?:-([0-9]+))?.*");

  boolean inverted;
  AddressWord.@Nullable Prefix from;
  AddressWord.@Nullable Prefix to;
  int tos;
  RuleMatch.Mark mark = RuleMatch.Mark.ANY;
  boolean maskNamed;
  @Nullable String input;
  @Nullable String output;
  int protocol;
  RuleMatch.Ports sport = RuleMatch.Ports.ANY;
  RuleMatch.Ports dport = RuleMatch.Ports.ANY;

  /** What was said, for rules of a family. */
  RuleMatch match(boolean v4) throws RefusedException {
    return new RuleMatch(
        inverted,
        net(from, v4, "source"),
        net(to, v4, "dst"),
        tos,
        mark,
        input,
        output,
        new RuleMatch.Transport(protocol, sport, dport));
  }

  private static RuleMatch.Net net(AddressWord.@Nullable Prefix prefix, boolean v4, String what)
      throws RefusedException {
    IpAddress address = prefix == null ? null : prefix.address();
    if (prefix == null || address == null || prefix.length() == 0) {
      return RuleMatch.Net.ANY;
    }
    if (address.isV4() != v4) {
      throw RefusedException.answered(Errno.EINVAL, "Invalid " + what + " address");
    }
    return new RuleMatch.Net(address, prefix.length());
  }

  /** {@code VALUE} or {@code VALUE/MASK}; a value alone counts with all its bits. */
  void mark(String word) throws RefusedException {
    int slash = word.indexOf('/');
    String number = slash < 0 ? word : word.substring(0, slash);
    long value = Numbers.unsigned(number, 0xffff_ffffL);
    if (value < 0) {
      throw RefusedException.wrong(number, "fwmark value is invalid\n");
    }
    long mask = value == 0 ? 0 : 0xffff_ffffL;
    if (slash >= 0) {
      mask = Numbers.unsigned(word.substring(slash + 1), 0xffff_ffffL);
      if (mask < 0) {
        throw RefusedException.wrong(word.substring(slash + 1), "fwmask value is invalid\n");
      }
      maskNamed = true;
    }
    mark = new RuleMatch.Mark((int) value, (int) mask);
  }

  static int tos(String word) throws RefusedException {
    return (int) Words.known(RouteNames.tos(word), word, "TOS value is invalid\n");
  }

  /** A name that a device could have ({@code check_ifname}). */
  static String device(String word, String what) throws RefusedException {
    boolean good =
        word.length() <= 15 && !word.isEmpty() && !word.contains("/") && !word.contains(" ");
    if (!good) {
      throw RefusedException.wrong(word, what + " not a valid ifname");
    }
    return word;
  }

  static int ipProtocol(String word) throws RefusedException {
    return (int) Words.known(RouteNames.ipProtocol(word), word, "Invalid \"ipproto\" value\n");
  }

  /** {@code sscanf} with {@code %hu-%hu}: what stands behind is passed over, 16 bits are kept. */
  static RuleMatch.Ports ports(String word, String what) throws RefusedException {
    Matcher matcher = PORTS.matcher(word);
    if (!matcher.matches()) {
      throw RefusedException.wrong(word, "invalid " + what + " range\n");
    }
    int first = port(matcher.group(1));
    String last = matcher.group(2);
    return new RuleMatch.Ports(first, last == null ? first : port(last));
  }

  private static int port(String digits) {
    return new java.math.BigInteger(digits).intValue() & 0xffff;
  }
}
