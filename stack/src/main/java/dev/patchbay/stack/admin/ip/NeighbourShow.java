package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.Neighbour.State;
import dev.patchbay.stack.neighbour.ProxyTable;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip neighbour show} and {@code flush} ({@code do_show_or_flush}); entries in the order of
 * their addresses, IPv4 first.
 */
final class NeighbourShow {
  private final NetworkStack stack;
  private final IpOptions options;
  private final boolean flush;
  private int family;
  private @Nullable String deviceName;
  private @Nullable NetDevice device;
  private AddressWord.@Nullable Prefix within;
  private int states;
  private boolean statesNamed;
  private boolean proxy;
  private boolean unused;
  private @Nullable String protocol;
  private @Nullable NetDevice master;
  private boolean noMaster;

  NeighbourShow(NetworkStack stack, IpOptions options, boolean flush) {
    this.stack = stack;
    this.options = options;
    this.flush = flush;
    family = options.family();
    states = 0xff & ~State.NOARP.bit() & (flush ? ~State.PERMANENT.bit() : ~0);
  }

  /** Returns what goes to standard output. */
  String run(List<String> words) throws RefusedException {
    if (flush && words.isEmpty()) {
      throw new RefusedException(RefusedException.FAILED, "Flush requires arguments.");
    }
    Words.each(words, this::word);
    device = deviceName == null ? null : DeviceFilter.outgoing(stack, deviceName);
    NeighbourPrinter printer = new NeighbourPrinter(stack, options, device == null, false);
    if (proxy) {
      List<ProxyTable.Entry> found = proxies();
      if (flush) {
        found.forEach(e -> stack.neighbours().proxies().remove(e.hi(), e.lo(), e.device()));
        return flushed(found.stream().map(printer::text).toList());
      }
      return options.print(found, printer::json, printer::text);
    }
    List<Neighbour> found = neighbours();
    if (flush) {
      List<String> lines = found.stream().map(printer::text).toList();
      found.forEach(n -> stack.neighbours().delete(n));
      return flushed(lines);
    }
    return options.print(found, printer::json, printer::text);
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "dev" -> {
        String next = rest.next();
        if (deviceName != null) {
          throw RefusedException.duplicate("dev", next);
        }
        deviceName = next;
      }
      case "master" -> master = master(rest.next());
      case "vrf" -> throw RefusedException.wrong(rest.next(), "Not a valid VRF name\n");
      case "nomaster" -> noMaster = true;
      case "unused" -> unused = true;
      case "nud" -> states(rest.next());
      case "proxy" -> proxy = true;
      default -> {
        if (IpOptions.matches(word, "protocol")) {
          protocol = protocol(rest.next());
        } else {
          within(word.equals("to") ? rest.next() : word);
        }
      }
    }
  }

  private NetDevice master(String word) throws RefusedException {
    return Words.known(stack.device(word), word, "Device does not exist\n");
  }

  private void states(String word) throws RefusedException {
    if (!statesNamed) {
      states = 0;
      statesNamed = true;
    }
    State state = NeighbourWord.state(word);
    if (state != null) {
      states |= state == State.NONE ? NeighbourWord.NONE_BIT : state.bit();
    } else if (word.equals("all")) {
      states |= flush ? ~State.NOARP.bit() : ~0;
    } else {
      throw RefusedException.wrong(word, "nud state is bad");
    }
  }

  private static @Nullable String protocol(String word) throws RefusedException {
    String found = word.equals("all") ? "unspec" : RouteNames.protocol(word);
    if (found == null) {
      throw RefusedException.wrong(word, "invalid \"protocol\"\n");
    }
    return found.equals("unspec") ? null : found;
  }

  private void within(String word) throws RefusedException {
    if (IpOptions.matches(word, "help")) {
      throw NeighbourWord.usage();
    }
    within = AddressWord.prefix(word, family);
    IpAddress address = within.address();
    if (family == 0 && address != null) {
      family = address.isV4() ? 4 : 6;
    }
  }

  private List<Neighbour> neighbours() {
    return stack.neighbours().entries().stream()
        .filter(n -> isMeant(NeighbourPrinter.address(n), n.device(), n.protocol()))
        .filter(n -> (states & bit(n.state())) != 0)
        .filter(n -> !unused || !n.isTimed())
        .sorted(
            Comparator.comparing((Neighbour n) -> !NeighbourPrinter.address(n).isV4())
                .thenComparing(NeighbourPrinter::address)
                .thenComparingInt(n -> n.device().index()))
        .toList();
  }

  private static int bit(State state) {
    return state == State.NONE ? NeighbourWord.NONE_BIT : state.bit();
  }

  private List<ProxyTable.Entry> proxies() {
    return stack.neighbours().proxies().entries().stream()
        .filter(e -> isMeant(new IpAddress(e.hi(), e.lo()), e.device(), e.protocol()))
        .sorted(Comparator.comparing(e -> !new IpAddress(e.hi(), e.lo()).isV4()))
        .toList();
  }

  private boolean isMeant(IpAddress address, @Nullable NetDevice by, @Nullable String who) {
    NetDevice above = by == null ? null : by.master();
    return (family == 0 || address.isV4() == (family == 4))
        && (device == null || device.equals(by))
        && (master == null || master.equals(above))
        && (!noMaster || above == null)
        && (protocol == null || protocol.equals(who))
        && (within == null || within.covers(address));
  }

  /** What {@code -s} tells of a flush, and {@code -s -s} of each entry before. */
  private String flushed(List<String> lines) {
    if (!options.statistics()) {
      return "";
    }
    if (lines.isEmpty()) {
      return "Nothing to flush.\n";
    }
    String each = options.moreStatistics() ? String.join("", lines) : "";
    return each
        + "\n*** Round 1, deleting "
        + lines.size()
        + " entries ***\n*** Flush is complete after 1 round ***\n";
  }
}
