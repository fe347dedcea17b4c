package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.WallTime;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.LinkListener;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.AddressListener;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteListener;
import dev.patchbay.stack.route.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip monitor}: tells what happens to links, addresses, routes, neighbours and rules of one
 * namespace, as the listings print it, from {@link #start} to {@link #close}. On the loop.
 */
public final class IpMonitor
    implements LinkListener,
        AddressListener,
        RouteListener,
        NeighbourTable.StateListener,
        AutoCloseable {
  /** What is told of, by its word. */
  private enum Topic {
    LINK("link"),
    ADDRESS("address"),
    ROUTE("route"),
    NEIGHBOUR("neigh"),
    RULE("rule");

    private final String word;

    Topic(String word) {
      this.word = word;
    }

    /** As {@code do_ipmonitor} prints it. */
    String label() {
      return switch (this) {
        case ADDRESS -> "[ADDR]";
        case NEIGHBOUR -> "[NEIGH]";
        default -> "[" + name() + "]";
      };
    }
  }

  private static final List<String> NOT_HERE =
      List.of("file", "mroute", "prefix", "netconf", "nsid", "nexthop", "stats", "all-nsid");

  private static final String USAGE =
      """
      Usage: ip monitor [ all | OBJECTS ] [ label ] [ dev DEVICE ]
      OBJECTS :=  address | link | neigh | route | rule\
      """;

  private final NetworkStack stack;
  private final IpOptions options;
  private final String stamp;
  private final Set<Topic> topics = EnumSet.noneOf(Topic.class);
  private boolean labels;
  private @Nullable NetDevice only;

  /** What was told last of a link, and when: the loop's time in ns, the same for a turn. */
  private String lastLink = "";

  private long lastAt;
  private Consumer<String> out = text -> {};

  private IpMonitor(NetworkStack stack, IpOptions options, String stamp) {
    this.stack = stack;
    this.options = options;
    this.stamp = stamp;
  }

  /**
   * The monitor that a command asks for; it does nothing yet.
   *
   * @param argv the words behind {@code ip}
   * @return null for another command
   * @throws RefusedException where it is one, with a word that is wrong or not supported
   */
  public static @Nullable IpMonitor of(NetworkStack own, List<String> argv)
      throws RefusedException {
    List<String> rest = new ArrayList<>();
    String stamp = "";
    int at = 0;
    for (; at < argv.size() && argv.get(at).startsWith("-"); at++) {
      String word = argv.get(at);
      String name = word.startsWith("--") ? word.substring(1) : word;
      if (name.equals("-ts") || IpOptions.matches(name, "-tshort") && name.length() > 2) {
        stamp = "-ts";
      } else if (IpOptions.matches(name, "-timestamp")) {
        stamp = "-t";
      } else {
        rest.add(word);
        boolean takes = IpOptions.matches(name, "-family") || IpOptions.matches(name, "-netns");
        if (takes && at + 1 < argv.size()) {
          rest.add(argv.get(++at));
        }
      }
    }
    if (at == argv.size() || !isMonitor(argv.get(at))) {
      return null;
    }
    IpOptions options = IpOptions.parse(rest);
    if (options.json() || options.brief()) {
      String what = options.json() ? "-json" : "-brief";
      throw RefusedException.unsupported("ip " + what + " monitor");
    }
    IpMonitor made = new IpMonitor(options.namespace(own), options, stamp);
    made.parse(argv.subList(at + 1, argv.size()));
    return made;
  }

  /** {@code maddress} comes before it. */
  private static boolean isMonitor(String word) {
    return word.length() > 1 && IpOptions.matches(word, "monitor");
  }

  private void parse(List<String> words) throws RefusedException {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      Topic topic = topic(word);
      if (topic != null) {
        topics.add(topic);
      } else if (word.equals("label")) {
        labels = true;
      } else if (word.equals("all")) {
        topics.addAll(EnumSet.allOf(Topic.class));
        labels = true;
      } else if (word.equals("dev")) {
        if (++i == words.size()) {
          throw RefusedException.incomplete();
        }
        only = LinkParser.present(stack, words.get(i));
      } else if (IpOptions.matches(word, "help")) {
        throw new RefusedException(RefusedException.SYNTAX, USAGE);
      } else {
        throw unknown(word);
      }
    }
    if (topics.isEmpty()) {
      topics.addAll(EnumSet.allOf(Topic.class));
    }
  }

  private static RefusedException unknown(String word) {
    for (String other : NOT_HERE) {
      if (IpOptions.matches(word, other)) {
        return RefusedException.unsupported("ip monitor " + other);
      }
    }
    return new RefusedException(
        RefusedException.SYNTAX, "Argument \"" + word + "\" is unknown, try \"ip monitor help\".");
  }

  private static @Nullable Topic topic(String word) {
    for (Topic topic : Topic.values()) {
      if (IpOptions.matches(word, topic.word)
          || topic == Topic.NEIGHBOUR && "neighbour".startsWith(word)) {
        return topic;
      }
    }
    return null;
  }

  /** Begins to tell: complete lines, one call an event. */
  public void start(Consumer<String> to) {
    out = to;
    stack.addLinkListener(this);
    stack.addresses().addListener(this);
    stack.routes4().addListener(this);
    stack.routes6().addListener(this);
    stack.neighbours().addStateListener(this);
  }

  /** Tells nothing more. */
  @Override
  public void close() {
    stack.removeLinkListener(this);
    stack.addresses().removeListener(this);
    stack.routes4().removeListener(this);
    stack.routes6().removeListener(this);
    stack.neighbours().removeStateListener(this);
  }

  private boolean wants(Topic topic, @Nullable NetDevice device) {
    return topics.contains(topic) && (only == null || only.equals(device));
  }

  private boolean wants(boolean v4) {
    return options.family() == 0 || options.family() == (v4 ? 4 : 6);
  }

  private void tell(Topic topic, boolean gone, String text) {
    String head = labels ? topic.label() : "";
    String deleted = gone ? "Deleted " : "";
    out.accept(time() + head + IpText.line(deleted + text, options.oneLine()));
  }

  private String time() {
    if (stamp.isEmpty()) {
      return "";
    }
    long wall = stack.loop().wallTime();
    return stamp.equals("-ts")
        ? "[" + WallTime.iso(wall) + "] "
        : "Timestamp: " + WallTime.ctime(wall) + " " + WallTime.micros(wall) + " usec\n";
  }

  // ---- what happens

  @Override
  public void linkEvent(NetDevice device, LinkEvent event) {
    if (!wants(Topic.LINK, device)) {
      return; // whatever the family, as there
    }
    boolean gone = event == LinkEvent.UNREGISTERED;
    String text = LinkShow.told(device, options);
    long now = stack.loop().now();
    // one change of a link is several events here
    if (gone || now != lastAt || !text.equals(lastLink)) {
      tell(Topic.LINK, gone, text);
      lastAt = now;
      lastLink = text;
    }
  }

  @Override
  public void address(NetDevice device, InterfaceAddress own, boolean gone) {
    if (wants(Topic.ADDRESS, device) && wants(own.address().isV4())) {
      String head = device.index() + ": " + device.name();
      tell(Topic.ADDRESS, gone, head + AddressShow.text(own, stack.loop().now()));
    }
  }

  @Override
  public void route(RouteEntry entry, boolean gone) {
    boolean v4 = entry.destination().isV4();
    NetDevice out = entry.route().device();
    if (wants(Topic.ROUTE, out) && wants(v4)) {
      try {
        NetDevice named = only;
        List<String> words =
            named == null || stack.device(named.name()) == null
                ? List.of("table", "all")
                : List.of("table", "all", "dev", named.name());
        RouteFilter all = RouteFilter.parse(stack, options, "show", words);
        tell(Topic.ROUTE, gone, new RoutePrinter(stack, options, all).print(List.of(entry)));
      } catch (RefusedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void rule(boolean v4, Rule rule, boolean gone) {
    if (wants(Topic.RULE, only) && wants(v4)) {
      tell(Topic.RULE, gone, new RulePrinter(stack, options).print(List.of(rule)));
    }
  }

  @Override
  public void state(Neighbour neighbour, boolean gone) {
    if (wants(Topic.NEIGHBOUR, neighbour.device())
        && wants(NeighbourPrinter.address(neighbour).isV4())) {
      NeighbourPrinter printer = new NeighbourPrinter(stack, options, true, false);
      tell(Topic.NEIGHBOUR, gone, printer.text(neighbour));
    }
  }
}
