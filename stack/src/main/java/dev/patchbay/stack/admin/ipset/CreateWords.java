package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.SetOptions;
import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads what stands behind {@code create NAME TYPE}. */
final class CreateWords {
  private static final long ALL = 0xffff_ffffL;
  private static final long MOST_TIMEOUT = 2_147_483;

  /** Flags may stand there again. */
  private static final Set<Arg> FLAGS =
      EnumSet.of(Arg.COUNTERS, Arg.COMMENT, Arg.FORCEADD, Arg.SKBINFO);

  private static final Set<Arg> PASSED_OVER =
      EnumSet.of(Arg.PROBES, Arg.RESIZE, Arg.GC, Arg.FROM, Arg.TO, Arg.NETWORK);

  private final SetType type;
  private final PortWords ports;
  private final SetOptions options = new SetOptions();
  private final Set<Arg> seen = EnumSet.noneOf(Arg.class);

  CreateWords(SetType type, PortWords ports) {
    this.type = type;
    this.ports = ports;
  }

  /** Reads the options: once for the family, on which others depend, then all others. */
  SetOptions read(List<String> words) throws IpsetException {
    pass(words, true);
    pass(words, false);
    if (type == SetType.BITMAP_PORT) {
      missing(Arg.PORT_RANGE, "range");
      missing(Arg.TO_PORT, "to");
    }
    return options;
  }

  private void missing(Arg arg, String word) throws IpsetException {
    if (!seen.contains(arg)) {
      throw IpsetException.parameter("Mandatory option `" + word + "' is missing");
    }
  }

  private void pass(List<String> words, boolean family) throws IpsetException {
    for (int at = 0; at < words.size(); at++) {
      Arg arg = Arg.of(TypeWords.create(type), words.get(at));
      if (arg == null) {
        throw IpsetException.parameter("Unknown argument: `" + words.get(at) + "'");
      }
      String value = words.get(at);
      if (arg.isValued()) {
        if (at + 1 == words.size()) {
          throw IpsetException.parameter(
              "Missing mandatory argument of option `" + arg.word() + "'");
        }
        value = words.get(++at);
      }
      boolean isFamily = arg == Arg.FAMILY || arg == Arg.INET || arg == Arg.INET6;
      if (isFamily == family) {
        option(arg, value);
      }
    }
  }

  private void option(Arg arg, String value) throws IpsetException {
    Arg what = arg == Arg.INET || arg == Arg.INET6 ? Arg.FAMILY : arg;
    what = what == Arg.FROM_PORT ? Arg.PORT_RANGE : what;
    if (seen.contains(what) && !FLAGS.contains(arg) && !PASSED_OVER.contains(arg)) {
      throw IpsetException.syntax(arg.word() + " already specified");
    }
    seen.add(what);
    switch (arg) {
      case FAMILY, INET, INET6 -> family(value);
      case HASHSIZE -> options.hashSize = Parsing.number(value, ALL);
      case MAXELEM -> options.mostMembers = Parsing.number(value, ALL);
      case NETMASK -> netmask(value);
      case BITMASK -> bitmask(value);
      case TIMEOUT -> options.timeout = Parsing.number(value, MOST_TIMEOUT);
      case COUNTERS -> options.counters = true;
      case COMMENT -> options.comments = true;
      case FORCEADD -> options.forceAdd = true;
      case SKBINFO -> options.skbInfo = true;
      case BUCKETSIZE -> options.bucketSize = (int) Parsing.number(value, 255);
      case INITVAL -> {
        options.initial = (int) Parsing.number(value, ALL);
        options.hasInitial = true;
      }
      case SIZE -> options.size = Parsing.number(value, ALL);
      case PORT_RANGE -> range(value);
      case FROM_PORT -> options.firstPort = ports.port(value, "tcp");
      case TO_PORT -> options.lastPort = ports.port(value, "tcp");
      default -> {
        // what ipset passes over as well: it says so, and does no more than that
        throw IpsetException.unsupported(arg.word());
      }
    }
  }

  private void family(String value) throws IpsetException {
    options.v4 =
        switch (value) {
          case "inet", "ipv4", "-4" -> true;
          case "inet6", "ipv6", "-6" -> false;
          default -> throw IpsetException.syntax("unknown inet family " + value);
        };
  }

  private void range(String value) throws IpsetException {
    Element e = new Element();
    ports.readPorts(e, value);
    options.firstPort = e.port;
    if (e.portTo >= 0) {
      options.lastPort = e.portTo;
      seen.add(Arg.TO_PORT);
    }
  }

  private static IpsetException twice() {
    return IpsetException.syntax("bitmask and netmask are mutually exclusive, provide only one");
  }

  private void netmask(String value) throws IpsetException {
    if (options.bitmask != null) {
      throw twice();
    }
    int most = options.v4 ? 32 : 128;
    try {
      options.netmask = Parsing.prefix(value, 1, most);
    } catch (IpsetException e) {
      throw IpsetException.session(
          e.text() + "\nSyntax error: netmask is out of the inclusive range of 1-" + most);
    }
    if (options.netmask == most) {
      options.netmask = -1; // all of them
    }
  }

  private void bitmask(String value) throws IpsetException {
    if (seen.contains(Arg.NETMASK)) {
      throw twice();
    }
    try {
      IpAddress bits = Parsing.address(value, options.v4);
      options.bitmask = bits;
    } catch (IpsetException e) {
      throw IpsetException.session(
          e.text()
              + "\nSyntax error: bitmask is not valid for family = "
              + (options.v4 ? "inet" : "inet6"));
    }
  }
}
