package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.StringCondition;
import dev.patchbay.stack.socket.Errno;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code string}: bytes somewhere in a packet. Both algorithms are there and find the same; one
 * whose time is bounded for all packets is used for both.
 */
public final class StringMatch extends MatchExtension {
  private static final int MOST = 128;
  private static final int END = 0xffff;

  private final Set<String> seen = new TreeSet<>();
  private String algorithm = "";
  private byte[] pattern = {};
  private boolean inverted;
  private int from;
  private int to = END;

  public StringMatch() {
    super("string");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("from"),
        Option.of("to"),
        Option.of("algo"),
        Option.inverted("string"),
        Option.inverted("hex-string"),
        Option.flag("icase"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(seen.add(option), option);
    switch (option) {
      case "from" -> from = (int) number(option, value, 0, END);
      case "to" -> to = (int) number(option, value, 0, END);
      case "algo" -> algorithm = value;
      case "string" -> {
        pattern = value.getBytes(StandardCharsets.UTF_8);
        inverted |= not;
        if (pattern.length > MOST) {
          throw tooLong(value);
        }
      }
      case "hex-string" -> {
        pattern = hex(value);
        inverted |= not;
      }
      default -> {
        // icase has been seen
      }
    }
  }

  private static IptablesException tooLong(String text) {
    return IptablesException.parameter("STRING too long \"" + text + "\"");
  }

  /** Reads text with bytes in hexadecimal between bars; a backslash is put before what is meant. */
  private static byte[] hex(String text) throws IptablesException {
    byte[] s = text.getBytes(StandardCharsets.UTF_8);
    if (s.length == 0) {
      throw IptablesException.parameter("STRING must contain at least one char");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(MOST);
    boolean inHex = false;
    int at = 0;
    while (at < s.length) {
      if (out.size() == MOST) {
        throw tooLong(text);
      }
      boolean literal = s[at] == '\\';
      if (literal && inHex) {
        throw IptablesException.parameter("Cannot include literals in hex data");
      }
      if (s[at] == '|') {
        inHex = !inHex;
        while (inHex && at + 1 < s.length && s[at + 1] == ' ') {
          at++;
        }
        at++; // what stands behind a bar is no bar
        if (at == s.length) {
          break;
        }
      }
      if (literal) {
        if (at + 1 == s.length) {
          throw IptablesException.parameter("Bad literal placement at end of string");
        }
        out.write(s[at + 1]);
        at += 2;
      } else if (inHex) {
        out.write(hexByte(s, at));
        at += s[at + 2] == ' ' ? 3 : 2;
      } else {
        out.write(s[at++]);
      }
    }
    return out.toByteArray();
  }

  private static int hexByte(byte[] s, int at) throws IptablesException {
    if (at + 2 >= s.length) {
      throw IptablesException.parameter(
          at + 1 >= s.length ? "Odd number of hex digits" : "Invalid hex block");
    }
    int value = 0;
    for (int i = at; i < at + 2; i++) {
      int digit = s[i] < 0 ? -1 : Character.digit((char) s[i], 16);
      if (digit < 0) {
        throw IptablesException.parameter("Invalid hex char '" + (char) (s[i] & 0xff) + "'");
      }
      value = value << 4 | digit;
    }
    return value;
  }

  @Override
  public void check() throws IptablesException {
    boolean both = seen.contains("string") && seen.contains("hex-string");
    if (!seen.contains("string") && !seen.contains("hex-string")) {
      throw IptablesException.parameter(
          "STRING match: You must specify `--string' or `--hex-string'");
    }
    if (!seen.contains("algo")) {
      throw missing("algo");
    }
    if (both) {
      throw together("string", "hex-string");
    }
  }

  @Override
  public @Nullable String refusal(Place place) {
    boolean known = algorithm.equals("bm") || algorithm.equals("kmp");
    if (from > to || pattern.length == 0 || algorithm.equals("fsm")) {
      return Errno.text(Errno.EINVAL);
    }
    return known ? null : Errno.text(Errno.ENOENT);
  }

  /** The pattern as it is printed, and whether that is in hexadecimal. */
  private boolean isHex() {
    for (byte one : pattern) {
      if (one < 0x20 || one == 0x7f) {
        return true;
      }
    }
    return pattern.length > 0 && pattern[pattern.length - 1] == '\\';
  }

  private String shown() {
    StringBuilder text = new StringBuilder("\"");
    boolean hex = isHex();
    text.append(hex ? "|" : "");
    for (byte one : pattern) {
      if (hex) {
        text.append("%02x".formatted(one));
      } else {
        text.append(one == '"' || one == '\\' ? "\\" : "").append((char) one);
      }
    }
    return text.append(hex ? "|\"" : "\"").toString();
  }

  @Override
  public void save(StringBuilder text) {
    text.append(inverted ? " !" : "").append(isHex() ? " --hex-string " : " --string ");
    text.append(shown()).append(" --algo ").append(algorithm);
    text.append(from == 0 ? "" : " --from " + from).append(to == END ? "" : " --to " + to);
    text.append(seen.contains("icase") ? " --icase" : "");
  }

  @Override
  public void list(StringBuilder text, boolean numeric) {
    text.append(" STRING match ").append(inverted ? "! " : " ").append(shown());
    text.append(" ALGO name ").append(algorithm);
    text.append(from == 0 ? "" : " FROM " + from).append(to == END ? "" : " TO " + to);
    text.append(seen.contains("icase") ? " ICASE" : "");
  }

  @Override
  public void compile(List<Condition> conditions) {
    conditions.add(new StringCondition(pattern, from, to, seen.contains("icase"), inverted));
  }
}
