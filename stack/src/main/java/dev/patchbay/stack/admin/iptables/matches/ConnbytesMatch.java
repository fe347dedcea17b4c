package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.connection.ConnectionBytesCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code connbytes}: what a connection has carried. With the first such rule the counting begins
 * ({@code net.netfilter.nf_conntrack_acct}), and goes on without it.
 */
public final class ConnbytesMatch extends MatchExtension {
  private static final String AMOUNT = "connbytes";
  private static final String DIRECTION = "connbytes-dir";
  private static final String MODE = "connbytes-mode";
  private static final List<String> DIRECTIONS = List.of("original", "reply", "both");
  private static final List<String> MODES = List.of("packets", "bytes", "avgpkt");

  private final Set<String> taken = new HashSet<>();
  private boolean inverted;
  private long least;
  private long most = -1;
  private int direction;
  private int mode;

  public ConnbytesMatch() {
    super("connbytes");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted(AMOUNT), Option.of(DIRECTION), Option.of(MODE));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    once(taken.add(option), option);
    switch (option) {
      case AMOUNT -> {
        inverted = not;
        int colon = text.indexOf(':');
        least = colon == 0 ? 0 : amount(colon < 0 ? text : text.substring(0, colon));
        if (colon >= 0 && colon + 1 < text.length()) {
          most = amount(text.substring(colon + 1));
        }
        if (Long.compareUnsigned(most, least) < 0) {
          throw IptablesException.parameter(
              Long.toUnsignedString(least) + " should be less than " + Long.toUnsignedString(most));
        }
      }
      case DIRECTION -> direction = named(option, DIRECTIONS, text);
      default -> mode = named(option, MODES, text);
    }
  }

  private static long amount(String text) throws IptablesException {
    try {
      boolean hex = text.startsWith("0x");
      boolean octal = !hex && text.length() > 1 && text.startsWith("0");
      if (!text.startsWith("+")) {
        return Long.parseUnsignedLong(hex ? text.substring(2) : text, hex ? 16 : octal ? 8 : 10);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw IptablesException.parameter(
        ("connbytes: bad value for option \"--connbytes\" near \"%s\", or out of range"
                + " (0-18446744073709551615).\n")
            .formatted(text));
  }

  private static int named(String option, List<String> names, String text)
      throws IptablesException {
    int at = names.indexOf(text);
    if (at < 0) {
      throw IptablesException.parameter("Unknown --" + option + " `" + text + "'");
    }
    return at;
  }

  @Override
  public void check() throws IptablesException {
    for (String option : List.of(AMOUNT, DIRECTION, MODE)) {
      if (!taken.contains(option)) {
        throw missing(option);
      }
    }
  }

  /** A range of one amount has no inverse. */
  private boolean isInverted() {
    return inverted && least != most;
  }

  private String amount() {
    String from = Long.toUnsignedString(least);
    return most == -1 ? from : from + ":" + Long.toUnsignedString(most);
  }

  @Override
  public void save(StringBuilder to) {
    to.append(isInverted() ? " !" : "").append(" --connbytes ").append(amount());
    to.append(" --connbytes-mode ").append(MODES.get(mode));
    to.append(" --connbytes-dir ").append(DIRECTIONS.get(direction));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(isInverted() ? " !" : "").append(" connbytes ").append(amount());
    to.append(" connbytes mode ").append(MODES.get(mode));
    to.append(" connbytes direction ").append(DIRECTIONS.get(direction));
  }

  @Override
  public void compile(List<Condition> to) {
    ConnectionBytesCondition.Unit unit = ConnectionBytesCondition.Unit.values()[mode];
    to.add(new ConnectionBytesCondition(unit, direction, least, most, isInverted()));
  }
}
