package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.StateNames;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.netfilter.connection.ConnectionCheck;
import dev.patchbay.stack.netfilter.connection.ConnectionCondition;
import dev.patchbay.stack.netfilter.connection.StateBits;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code conntrack}: what connection a packet belongs to, and how. */
public final class ConntrackMatch extends MatchExtension {
  /** Reads the name or number of a protocol. */
  @FunctionalInterface
  public interface ProtocolReader {
    int parse(String text) throws IptablesException;
  }

  private static final String STATE = "ctstate";
  private static final String PROTOCOL = "ctproto";
  private static final String STATUS = "ctstatus";
  private static final String EXPIRE = "ctexpire";
  private static final String DIRECTION = "ctdir";

  /** All of them, in the order in which they are printed; {@code ctdir} comes last. */
  private static final List<String> ORDER =
      List.of(
          STATE,
          PROTOCOL,
          "ctorigsrc",
          "ctorigdst",
          "ctreplsrc",
          "ctrepldst",
          "ctorigsrcport",
          "ctorigdstport",
          "ctreplsrcport",
          "ctrepldstport",
          STATUS,
          EXPIRE,
          DIRECTION);

  private static final StateNames STATES =
      new StateNames(STATE)
          .with("INVALID", StateBits.INVALID)
          .with("NEW", StateBits.NEW)
          .with("RELATED", StateBits.RELATED)
          .with("ESTABLISHED", StateBits.ESTABLISHED)
          .with("UNTRACKED", StateBits.UNTRACKED)
          .with("SNAT", StateBits.SNAT)
          .with("DNAT", StateBits.DNAT)
          .soughtAs("INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT");

  private static final StateNames STATUSES =
      new StateNames(STATUS)
          .with("EXPECTED", Connection.EXPECTED)
          .with("SEEN_REPLY", Connection.SEEN_REPLY)
          .with("ASSURED", Connection.ASSURED)
          .with("CONFIRMED", Connection.CONFIRMED)
          .soughtAs("NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED");

  private static final long ALL = 0xffff_ffffL;

  /**
   * What an option says.
   *
   * @param text as it is printed
   * @param listed as {@code -L} without {@code -n} prints it
   * @param check what must hold; null for the states
   */
  private record Said(
      boolean inverted, String text, String listed, @Nullable ConnectionCheck check) {}

  private final Context context;
  private final ProtocolReader protocols;
  private final Map<String, Said> said = new LinkedHashMap<>();
  private int states = ConnectionCondition.ANY_STATE;

  public ConntrackMatch(Context context, ProtocolReader protocols) {
    super("conntrack");
    this.context = context;
    this.protocols = protocols;
  }

  @Override
  public List<Option> options() {
    List<Option> all = new ArrayList<>();
    ORDER.forEach(
        name -> all.add(name.equals(DIRECTION) ? Option.of(name) : Option.inverted(name)));
    return all;
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(!said.containsKey(option), option);
    said.put(option, read(option, not, value));
  }

  private Said read(String option, boolean not, String value) throws IptablesException {
    return switch (option) {
      case STATE -> {
        states = STATES.parse(value, "--ctstate", "states", "ESTABLISHED,RELATED");
        yield said(not, STATES.text(states), null);
      }
      case PROTOCOL -> {
        int number = protocols.parse(value);
        yield said(not, String.valueOf(number), ConnectionCheck.protocol(number, not));
      }
      case STATUS -> {
        int bits = STATUSES.parse(value, "--ctstatus", "statuses", "EXPECTED,ASSURED");
        String text = bits == 0 ? "NONE" : STATUSES.text(bits);
        yield said(not, text, ConnectionCheck.status(bits, not));
      }
      case EXPIRE -> expiry(not, value);
      case DIRECTION -> {
        String word = value.toUpperCase(Locale.ROOT);
        if (!word.equals("ORIGINAL") && !word.equals("REPLY")) {
          throw IptablesException.parameter(
              "conntrack: Bad value for \"--ctdir\" option: \"" + value + "\"");
        }
        int way = word.equals("REPLY") ? Connection.REPLY : Connection.ORIGINAL;
        yield said(false, word, ConnectionCheck.direction(way));
      }
      default -> option.endsWith("port") ? port(option, not, value) : address(option, not, value);
    };
  }

  private static Said said(boolean not, String text, @Nullable ConnectionCheck check) {
    return new Said(not, text, text, check);
  }

  private static Said expiry(boolean not, String value) throws IptablesException {
    int colon = value.indexOf(':');
    long least = colon == 0 ? 0 : seconds(colon < 0 ? value : value.substring(0, colon));
    long most = least;
    if (colon >= 0) {
      most = colon + 1 == value.length() ? ALL : seconds(value.substring(colon + 1));
    }
    String text = least == most ? String.valueOf(least) : least + ":" + most;
    return said(not, text, ConnectionCheck.expires(least, most, not));
  }

  private static long seconds(String text) throws IptablesException {
    long number = Values.number(text);
    if (number < 0) {
      throw IptablesException.parameter(
          ("conntrack: bad value for option \"--ctexpire\" near \"%s\", or out of range"
                  + " (0-4294967295).\n")
              .formatted(text));
    }
    return number;
  }

  private Said port(String option, boolean not, String value) throws IptablesException {
    int colon = value.indexOf(':');
    int low = colon == 0 ? 0 : port(colon < 0 ? value : value.substring(0, colon));
    int high = low;
    if (colon >= 0) {
      high = colon + 1 == value.length() ? 0xffff : port(value.substring(colon + 1));
    }
    String text = low == high ? String.valueOf(low) : low + ":" + high;
    boolean source = option.endsWith("srcport");
    return said(not, text, ConnectionCheck.port(direction(option), source, low, high, not));
  }

  private int port(String text) throws IptablesException {
    long number = Values.number(text);
    if (number < 0) {
      number = context.services().port(text, "tcp");
    }
    if (number < 0 || number > 0xffff) {
      throw IptablesException.parameter("Port \"" + text + "\" does not resolve to anything.\n");
    }
    return (int) number;
  }

  private Said address(String option, boolean not, String value) throws IptablesException {
    ConnectionAddress a = ConnectionAddress.parse(value, context.v4());
    ConnectionCheck check =
        ConnectionCheck.address(
            direction(option),
            option.endsWith("src"),
            a.address().hi(),
            a.address().lo(),
            a.maskHi(),
            a.maskLo(),
            not);
    return new Said(not, a.toString(), a.listed(false), check);
  }

  private static int direction(String option) {
    return option.startsWith("ctrepl") ? Connection.REPLY : Connection.ORIGINAL;
  }

  @Override
  public void check() throws IptablesException {
    if (said.isEmpty()) {
      throw IptablesException.parameter("conntrack: At least one option is required");
    }
  }

  @Override
  public void save(StringBuilder to) {
    print(to, "--", true);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    print(to, "", numeric);
  }

  private void print(StringBuilder to, String dashes, boolean numeric) {
    for (String option : ORDER) {
      Said one = said.get(option);
      if (one != null) {
        to.append(one.inverted ? " ! " : " ").append(dashes).append(option);
        to.append(' ').append(numeric ? one.text : one.listed);
      }
    }
  }

  @Override
  public void compile(List<Condition> to) {
    List<ConnectionCheck> checks = new ArrayList<>();
    said.values()
        .forEach(one -> {
          if (one.check != null) {
            checks.add(one.check);
          }
        });
    Said state = said.get(STATE);
    to.add(new ConnectionCondition(states, state != null && state.inverted, checks));
  }
}
