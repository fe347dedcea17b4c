package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an element and its options: what stands behind {@code add SET}, {@code del}, {@code test}.
 */
final class ElementWords {
  private static final long MOST_TIMEOUT = 2_147_483;
  private static final int MOST_COMMENT = 255;
  private static final Pattern MARK =
      Pattern.compile("\\s*0x([0-9a-fA-F]{1,16})(?:/0x([0-9a-fA-F]{1,16}))?.*");
  private static final Pattern PRIORITY =
      Pattern.compile("\\s*(?:0x)?([0-9a-fA-F]{1,8}):\\s*(?:0x)?([0-9a-fA-F]{1,8}).*");

  private final SetType type;
  private final boolean v4;
  private final String command;
  private final PortWords ports;
  private final Element e = new Element();
  private final Set<Arg> seen = EnumSet.noneOf(Arg.class);

  /** The reader of one element of one set. */
  ElementWords(SetType type, boolean v4, String command, PortWords ports) {
    this.type = type;
    this.v4 = v4;
    this.command = command;
    this.ports = ports;
  }

  /**
   * Reads it.
   *
   * @param words the options behind it
   */
  Element read(String element, List<String> words) throws IpsetException {
    element(element);
    List<Arg> allowed = words.isEmpty() ? List.of() : TypeWords.options(type, command);
    for (int at = 0; at < words.size(); at++) {
      Arg arg = Arg.of(allowed, words.get(at));
      if (arg == null) {
        throw IpsetException.parameter("Unknown argument: `" + words.get(at) + "'");
      }
      String value = "";
      if (arg.isValued()) {
        if (at + 1 == words.size()) {
          throw IpsetException.parameter(
              "Missing mandatory argument of option `" + arg.word() + "'");
        }
        value = words.get(++at);
      }
      option(arg, value);
    }
    allowed();
    return e;
  }

  /** What {@code check_allowed} refuses. */
  private void allowed() throws IpsetException {
    if (!command.equals("test")) {
      return; // all of them are
    }
    String where =
        "command %s with set type %s and family %s"
            .formatted(command, type.word(), !type.isHash() ? "unspec" : v4 ? "inet" : "inet6");
    boolean range = type == SetType.HASH_IP;
    boolean network = range || type == SetType.HASH_NET;
    if (e.prefix >= 0 && !network) {
      throw IpsetException.other("IP/CIDR range is not allowed in " + where);
    }
    if (e.hasTo && !range) {
      throw IpsetException.other("FROM-TO IP range is not allowed in " + where);
    }
    if (e.portTo >= 0) {
      throw IpsetException.other("FROM-TO port range is not allowed in " + where);
    }
  }

  private void element(String text) throws IpsetException {
    int comma = Parsing.separator(text, ',');
    if (type == SetType.HASH_IP_PORT) {
      if (comma < 0) {
        throw IpsetException.syntax("Second element is missing from " + text + ".");
      }
      String second = text.substring(comma + 1);
      if (Parsing.separator(second, ',') >= 0) {
        throw IpsetException.syntax(
            "Two elem separators in %s, but settype %s supports one.".formatted(text, type.word()));
      }
      addresses(text.substring(0, comma));
      ports.read(e, second, v4, command);
    } else if (comma >= 0 && type != SetType.LIST_SET) {
      throw IpsetException.syntax(
          "Elem separator in %s, but settype %s supports none.".formatted(text, type.word()));
    } else if (type == SetType.BITMAP_PORT) {
      ports.readPorts(e, text);
    } else if (type == SetType.LIST_SET) {
      name(text, comma);
    } else {
      addresses(text);
    }
  }

  /** {@code NAME}, or the older {@code NAME,before|after,NAME}. */
  private void name(String text, int comma) throws IpsetException {
    if (comma < 0) {
      e.name = Parsing.setName(text);
      return;
    }
    String rest = text.substring(comma + 1);
    int second = Parsing.separator(rest, ',');
    String where = second < 0 ? "" : rest.substring(0, second);
    if (!where.equals("before") && !where.equals("after")) {
      throw IpsetException.session("you must specify elements as setname,[before|after],setname");
    }
    e.name = Parsing.setName(text.substring(0, comma));
    e.reference = Parsing.setName(rest.substring(second + 1));
    e.before = where.equals("before");
    seen.add(Arg.BEFORE);
  }

  private void addresses(String text) throws IpsetException {
    int slash = Parsing.separator(text, '/');
    int dash = v4 && slash >= 0 ? -1 : Parsing.range(text);
    if (!v4 && type != SetType.HASH_NET && (dash >= 0 || slash >= 0 && !text.endsWith("/128"))) {
      throw IpsetException.syntax("plain IP address must be supplied: " + text);
    }
    if (!v4 && type == SetType.HASH_NET && dash >= 0) {
      throw IpsetException.syntax("IP address or IP/cidr must be specified: " + text);
    }
    String first = text;
    if (slash >= 0) {
      e.prefix = Parsing.prefix(text.substring(slash + 1), 0, v4 ? 32 : 128);
      first = text.substring(0, slash);
    } else if (dash >= 0) {
      first = text.substring(0, dash);
    }
    IpAddress from = Parsing.address(first, v4);
    e.hi = from.hi();
    e.lo = from.lo();
    if (slash < 0 && dash >= 0) {
      IpAddress to = Parsing.address(text.substring(dash + 1), v4);
      e.hasTo = true;
      e.toHi = to.hi();
      e.toLo = to.lo();
    }
  }

  private void option(Arg arg, String value) throws IpsetException {
    boolean isPlace = arg == Arg.BEFORE || arg == Arg.AFTER;
    boolean again = isPlace ? seen.contains(Arg.BEFORE) : seen.contains(arg);
    if (again) {
      throw IpsetException.syntax(arg.word() + " already specified");
    }
    switch (arg) {
      case TIMEOUT -> e.timeout = Parsing.number(value, MOST_TIMEOUT);
      case NOMATCH -> e.noMatch = true;
      case PACKETS -> e.packets = Parsing.number(value, -2);
      case BYTES -> e.bytes = Parsing.number(value, -2);
      case MEMBER_COMMENT -> e.comment = comment(value);
      case SKBMARK -> mark(value);
      case SKBPRIO -> priority(value);
      case SKBQUEUE -> {
        e.queue = (int) Parsing.number(value, 0xffff);
        e.hasSkbInfo = true;
      }
      default -> {
        e.reference = Parsing.setName(value);
        e.before = arg == Arg.BEFORE;
      }
    }
    if (arg != Arg.NOMATCH) {
      seen.add(isPlace ? Arg.BEFORE : arg);
    }
  }

  private static String comment(String value) throws IpsetException {
    if (value.indexOf('"') >= 0) {
      throw IpsetException.syntax("\" character is not permitted in comments");
    }
    if (value.length() > MOST_COMMENT) {
      throw IpsetException.syntax(
          "Comment is longer than the maximum allowed " + MOST_COMMENT + " characters");
    }
    return value;
  }

  private void mark(String value) throws IpsetException {
    Matcher matcher = MARK.matcher(value);
    if (!matcher.matches()) {
      throw IpsetException.syntax(
          "Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)");
    }
    e.mark = (int) Long.parseUnsignedLong(matcher.group(1), 16);
    String mask = matcher.group(2);
    e.markMask = mask == null ? -1 : (int) Long.parseUnsignedLong(mask, 16);
    e.hasSkbInfo = true;
  }

  private void priority(String value) throws IpsetException {
    Matcher matcher = PRIORITY.matcher(value);
    if (!matcher.matches()) {
      throw IpsetException.syntax("Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)");
    }
    int major = Integer.parseUnsignedInt(matcher.group(1), 16);
    e.priority = major << 16 | Integer.parseUnsignedInt(matcher.group(2), 16) & 0xffff;
    e.hasSkbInfo = true;
  }
}
