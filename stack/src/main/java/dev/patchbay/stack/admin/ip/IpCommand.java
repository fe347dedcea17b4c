package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.route.RouteChange;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code ip} (iproute2 6.1): {@code address}, {@code link}, {@code route} and {@code
 * neighbour} with {@code show}, of all of them their changes too; other changes are refused.
 */
public final class IpCommand {
  private static final List<String> LATER_OBJECTS =
      List.of(
          "addrlabel",
          "tunnel",
          "tuntap",
          "monitor",
          "xfrm",
          "mroute",
          "mrule",
          "netconf",
          "vrf",
          "sr",
          "nexthop",
          "mptcp",
          "ioam",
          "ntable",
          "ntbl",
          "token",
          "tcpmetrics",
          "tcp_metrics",
          "macsec",
          "l2tp",
          "fou",
          "ila",
          "tap",
          "amt",
          "stats");
  private static final String USAGE =
      """
      Usage: ip [ OPTIONS ] OBJECT { show | add | del | ... | help }
      where  OBJECT := { address | link | maddress | neighbour | route | rule }
             OPTIONS := { -s[tatistics] | -d[etails] | -j[son] | -p[retty] |
                          -f[amily] { inet | inet6 | link } | -4 | -6 | -0 | -br[ief] |
                          -o[neline] | -V[ersion] }\
      """;

  private static final List<String> ROUTE_CHANGES =
      List.of("add", "change", "chg", "replace", "prepend", "append", "delete");

  private static final List<String> CHANGES =
      List.of(
          "add",
          "change",
          "chg",
          "replace",
          "append",
          "prepend",
          "delete",
          "set",
          "flush",
          "save",
          "restore",
          "showdump",
          "get",
          "test",
          "xstats",
          "afstats",
          "property",
          "help");

  /**
   * What a command printed.
   *
   * @param status 0; 1 where it failed; 2 where it is not supported; 255 for wrong syntax
   * @param stdout complete lines, or empty
   * @param stderr complete lines, or empty
   */
  public record Result(int status, String stdout, String stderr) {}

  /**
   * Answers what no namespace is needed for: the version, and the usage, which as with iproute2
   * goes to standard error with status 255.
   *
   * @param argv the words behind {@code ip}
   * @return null for all else
   */
  public static @Nullable Result withoutNetwork(List<String> argv) {
    if (!argv.isEmpty() && IpOptions.matches(argv.getFirst(), "-Version")) {
      return new Result(0, "ip utility, patchbay (as iproute2-6.1.0)\n", "");
    }
    boolean help = argv.equals(List.of("-h"));
    for (int i = 0; i < argv.size() && argv.get(i).startsWith("-"); i++) {
      String word = argv.get(i).startsWith("--") ? argv.get(i).substring(1) : argv.get(i);
      help |= word.startsWith("-he") && IpOptions.matches(word, "-help");
    }
    try {
      if (!help) {
        int used = IpOptions.parse(argv).used();
        help = used == argv.size() || IpOptions.matches(argv.get(used), "help");
      }
    } catch (RefusedException e) {
      help = false; // who runs it says what is wrong
    }
    return help ? new Result(RefusedException.SYNTAX, "", USAGE + "\n") : null;
  }

  /**
   * Runs a command on the loop of the namespace. What fails has changed nothing.
   *
   * @param argv the words behind {@code ip}
   */
  public Result run(NetworkStack stack, List<String> argv) {
    try {
      return execute(stack, argv);
    } catch (RefusedException e) {
      return new Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  /**
   * Runs a command, or the batch of {@code -batch}.
   *
   * @param argv the words behind {@code ip}
   * @param stdin the lines of the batch
   */
  public Result run(NetworkStack stack, List<String> argv, String stdin) {
    IpBatch batch = new IpBatch(argv);
    return batch.isBatch() ? batch.run(this, stack, stdin) : run(stack, argv);
  }

  private static Result execute(NetworkStack own, List<String> argv) throws RefusedException {
    Result known = withoutNetwork(argv);
    if (known != null && known.status() == 0) {
      return known;
    }
    if (known != null) {
      throw new RefusedException(known.status(), USAGE);
    }
    IpOptions options = IpOptions.parse(argv);
    NetworkStack stack = options.namespace(own);
    String object = argv.get(options.used());
    List<String> rest = argv.subList(options.used() + 1, argv.size());
    // the order in which iproute2 tries its objects decides what an abbreviation means
    if (IpOptions.matches(object, "address")) {
      return address(stack, options.withoutLink(), rest);
    } else if (IpOptions.matches(object, "maddress")) {
      return done(new MaddressShow(stack, options.withoutMore()).run(show("maddr", rest)));
    } else if (IpOptions.matches(object, "route")) {
      return route(stack, options.withoutMore().withoutLink(), rest);
    } else if (IpOptions.matches(object, "link")) {
      return done(link(stack, options, rest));
    } else if (IpOptions.matches(object, "neighbor") || IpOptions.matches(object, "neighbour")) {
      return done(neighbour(stack, options.withoutLink(), rest));
    }
    if (IpOptions.matches(object, "rule")) {
      return done(new RuleCommand(stack, options.withoutLink()).run(rest));
    } else if (IpOptions.matches(object, "netns")) {
      return done(new NetnsCommand(stack, options).run(rest));
    }
    for (String other : LATER_OBJECTS) {
      if (IpOptions.matches(object, other)) {
        if (other.equals("tuntap") || other.equals("tap")) {
          return done(new TuntapCommand(stack, options).run(rest));
        }
        throw RefusedException.unsupported("ip " + other);
      }
    }
    throw new RefusedException(
        RefusedException.FAILED, "Object \"" + object + "\" is unknown, try \"ip help\".");
  }

  /** {@code do_ipaddr}, in the order in which it tries its commands. */
  private static Result address(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
    AddressModify.Change change = addressChange(command);
    if (change != null) {
      return new Result(0, "", new AddressModify(stack, options, change).run(rest));
    }
    if (!isShow(command) && IpOptions.matches(command, "flush")) {
      return done(new AddressFlush(stack, options).run(rest));
    }
    if (IpOptions.matches(command, "help")) {
      throw AddressWord.usage();
    }
    return done(new AddressShow(stack, options).run(show("address", words)));
  }

  /** {@code do_iplink}, in the order in which it tries its commands. */
  private static String link(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    LinkModify.Change change = linkChange(command);
    if (change != null) {
      new LinkModify(stack, change).run(words.subList(1, words.size()));
      return "";
    }
    if (!words.isEmpty() && command.equals("help")) {
      throw new RefusedException(RefusedException.SYNTAX, LinkModify.USAGE);
    }
    return new LinkShow(stack, options).run(show("link", words));
  }

  private static LinkModify.@Nullable Change linkChange(String command) {
    if (IpOptions.matches(command, "add")) {
      return LinkModify.Change.ADD;
    }
    if (IpOptions.matches(command, "set") || IpOptions.matches(command, "change")) {
      return LinkModify.Change.SET;
    }
    if (IpOptions.matches(command, "replace")) {
      return LinkModify.Change.REPLACE;
    }
    return IpOptions.matches(command, "delete") ? LinkModify.Change.DELETE : null;
  }

  private static AddressModify.@Nullable Change addressChange(String command) {
    if (IpOptions.matches(command, "add")) {
      return AddressModify.Change.ADD;
    }
    if (IpOptions.matches(command, "change")
        || command.equals("chg")
        || IpOptions.matches(command, "replace")) {
      return AddressModify.Change.REPLACE; // what is not there is added by both
    }
    return IpOptions.matches(command, "delete") ? AddressModify.Change.DELETE : null;
  }

  private static Result done(String stdout) {
    return new Result(0, stdout, "");
  }

  /** {@code do_iproute}, in the order in which it tries its commands. */
  private static Result route(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
    if (isShow(command)) {
      return done(new RouteShow(stack, options).show(rest));
    }
    for (String change : ROUTE_CHANGES) {
      if (IpOptions.matches(command, change)) {
        new RouteModify(stack, options, routeChange(change)).run(rest);
        return done("");
      }
    }
    if (IpOptions.matches(command, "get")) {
      return new RouteGet(stack, options).run(rest);
    }
    if (IpOptions.matches(command, "flush")) {
      return done(new RouteShow(stack, options).flush(rest));
    }
    show("route", words);
    throw new IllegalStateException("ip route " + command);
  }

  /** {@code do_ipneigh}, in the order in which it tries its commands. */
  private static String neighbour(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    if (words.isEmpty()) {
      return new NeighbourShow(stack, options, false).run(words);
    }
    String command = words.getFirst();
    List<String> rest = words.subList(1, words.size());
    NeighbourModify.Change change = neighbourChange(command);
    if (change != null) {
      new NeighbourModify(stack, options, change).run(rest);
      return "";
    }
    if (IpOptions.matches(command, "get")) {
      return new NeighbourGet(stack, options).run(rest);
    }
    boolean flush = !isShow(command) && IpOptions.matches(command, "flush");
    if (flush || isShow(command)) {
      return new NeighbourShow(stack, options, flush).run(rest);
    }
    if (IpOptions.matches(command, "help")) {
      throw NeighbourWord.usage();
    }
    throw new RefusedException(
        RefusedException.SYNTAX, "Command \"" + command + "\" is unknown, try \"ip neigh help\".");
  }

  private static NeighbourModify.@Nullable Change neighbourChange(String command) {
    if (IpOptions.matches(command, "add")) {
      return NeighbourModify.Change.ADD;
    }
    if (IpOptions.matches(command, "change") || command.equals("chg")) {
      return NeighbourModify.Change.CHANGE;
    }
    if (IpOptions.matches(command, "replace")) {
      return NeighbourModify.Change.REPLACE;
    }
    return IpOptions.matches(command, "delete") ? NeighbourModify.Change.DELETE : null;
  }

  private static @Nullable RouteChange routeChange(String word) {
    return switch (word) {
      case "delete" -> null;
      case "chg" -> RouteChange.CHANGE;
      default -> RouteChange.valueOf(word.toUpperCase(Locale.ROOT));
    };
  }

  private static boolean isShow(String command) {
    return IpOptions.matches(command, "show")
        || IpOptions.matches(command, "list")
        || command.equals("lst")
        || command.equals("ls");
  }

  /** The words behind {@code show}, which may be left out where nothing follows. */
  private static List<String> show(String object, List<String> words) throws RefusedException {
    if (words.isEmpty()) {
      return words;
    }
    String command = words.getFirst();
    if (isShow(command)) {
      return words.subList(1, words.size());
    }
    for (String change : CHANGES) {
      if (IpOptions.matches(command, change)) {
        throw RefusedException.unsupported("ip " + object + " " + change);
      }
    }
    throw new RefusedException(
        RefusedException.SYNTAX,
        "Command \"" + command + "\" is unknown, try \"ip " + object + " help\".");
  }
}
