package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.LinkLayer;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.Mdb;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bridge mdb}: the groups whose members the bridges know, and where routers are. */
final class MdbObject {
  private static final String USAGE =
      """
      Usage: bridge mdb { add | del } dev DEV port PORT grp GROUP [src SOURCE] [permanent | temp] [vid VID]
             bridge mdb {show} [ dev DEV ] [ vid VID ]\
      """;

  private static final long HUNDREDTH = 10_000_000L;

  private final NetworkStack stack;
  private final BridgeOptions options;

  MdbObject(NetworkStack stack, BridgeOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(Words words) throws RefusedException {
    String command = words.hasNext() ? words.next() : "show";
    if (BridgeCommand.matches(command, "add")) {
      change(words, true);
      return "";
    } else if (BridgeCommand.matches(command, "delete")) {
      change(words, false);
      return "";
    } else if (BridgeCommand.matches(command, "show")
        || BridgeCommand.matches(command, "lst")
        || BridgeCommand.matches(command, "list")) {
      return show(words);
    } else if (BridgeCommand.matches(command, "help")) {
      throw BridgeArgs.failed(USAGE);
    }
    throw BridgeArgs.failed("Command \"" + command + "\" is unknown, try \"bridge mdb help\".");
  }

  // ---- changes

  /** What the words of {@code add} and {@code del} ask for. */
  private static final class Request {
    private @Nullable String bridge;
    private @Nullable String port;
    private @Nullable String group;
    private @Nullable String source;
    private boolean permanent;
    private int vid;

    void word(String word, Words words) throws RefusedException {
      switch (word) {
        case "dev" -> bridge = words.next();
        case "port" -> port = words.next();
        case "grp" -> group = words.next();
        case "src" -> source = words.next();
        case "vid" -> vid = (short) BridgeArgs.atoi(words.next());
        case "permanent" -> permanent = true;
        case "temp" -> {
          // so it is without this word
        }
        default -> {
          if (BridgeCommand.matches(word, "help")) {
            throw BridgeArgs.failed(USAGE);
          }
          throw RefusedException.unsupported("bridge mdb " + word); // iproute2 goes on
        }
      }
    }
  }

  /** {@code mdb_modify}. */
  private void change(Words words, boolean add) throws RefusedException {
    Request request = new Request();
    while (words.hasNext()) {
      request.word(words.next(), words);
    }
    if (request.bridge == null || request.port == null || request.group == null) {
      throw BridgeArgs.failed("Device, group address and port name are required arguments.");
    }
    NetDevice device = device(request.bridge);
    NetDevice member = device(request.port);
    Mdb.Group group = group(request.group, request.source);
    if (!(device instanceof Bridge bridge)) {
      throw BridgeArgs.answered(Errno.EOPNOTSUPP, "bridge: Device is not a bridge");
    }
    BridgePort port = null;
    if (!member.equals(bridge)) {
      port = BridgeArgs.port(member);
      if (port == null) {
        throw BridgeArgs.answered(Errno.EINVAL, "bridge: Net device is not a bridge port");
      }
      if (!port.master().equals(bridge)) {
        throw BridgeArgs.answered(
            Errno.EINVAL, "bridge: Port belongs to a different bridge device");
      }
    }
    try {
      if (add) {
        bridge.mdb().add(port, group, request.permanent, request.vid);
      } else {
        bridge.mdb().delete(port, group, request.vid);
      }
    } catch (BridgeRefusedException e) {
      throw BridgeArgs.answered(e);
    }
  }

  private NetDevice device(String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw BridgeArgs.noDevice(name);
    }
    return found;
  }

  private static Mdb.Group group(String word, @Nullable String sourceWord) throws RefusedException {
    IpAddress address = address(word);
    int family = address == null ? 0 : address.isV4() ? 4 : 6;
    long hi = address == null ? 0 : address.hi();
    long lo = address == null ? linkLayer(word) : address.lo();
    if (sourceWord == null) {
      return new Mdb.Group(family, hi, lo, 0, 0);
    }
    IpAddress source = address(sourceWord);
    if (source == null) {
      throw BridgeArgs.failed("Invalid source address \"" + sourceWord + "\"");
    }
    return new Mdb.Group(family, hi, lo, source.hi(), source.lo());
  }

  private static @Nullable IpAddress address(String word) {
    try {
      return IpAddress.parse(word);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** iproute2 has cut the word at its first colon when it complains. */
  private static long linkLayer(String word) throws RefusedException {
    String complaint = "Invalid address \"" + word.split(":", 2)[0] + "\"";
    byte[] octets;
    try {
      octets = LinkLayer.octets(word);
    } catch (RefusedException e) {
      throw BridgeArgs.failed(e.getMessage() + "\n" + complaint);
    }
    if (octets.length != LinkLayer.LENGTH) {
      throw BridgeArgs.failed(complaint);
    }
    return LinkLayer.ethernet(octets);
  }

  // ---- what there is

  private String show(Words words) throws RefusedException {
    String only = null;
    int vid = 0;
    while (words.hasNext()) {
      String word = words.next();
      if (word.equals("dev")) {
        String name = words.next();
        if (only != null) {
          throw RefusedException.duplicate("dev", name);
        }
        only = name;
      } else if (word.equals("vid")) {
        String id = words.next();
        if (vid != 0) {
          throw RefusedException.duplicate("vid", id);
        }
        vid = BridgeArgs.atoi(id);
      }
    }
    if (only != null) {
      device(only);
    }
    List<Bridge> bridges = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      if (device instanceof Bridge bridge && (only == null || only.equals(bridge.name()))) {
        bridges.add(bridge);
      }
    }
    return options.json() ? json(bridges, vid) : text(bridges, vid);
  }

  private static List<Mdb.Entry> entries(Bridge bridge, int vid) {
    return bridge.mdb().entries().stream().filter(e -> vid == 0 || e.vid() == vid).toList();
  }

  private String text(List<Bridge> bridges, int vid) {
    StringBuilder out = new StringBuilder();
    for (Bridge bridge : bridges) {
      for (Mdb.Entry entry : entries(bridge, vid)) {
        text(bridge, entry, out);
        out.append(options.lineEnd());
      }
    }
    for (Bridge bridge : bridges) {
      List<Mdb.Router> routers = bridge.mdb().routers();
      if (options.details() && !routers.isEmpty()) {
        routers(bridge, routers, out);
      }
    }
    return out.toString();
  }

  private void text(Bridge bridge, Mdb.Entry entry, StringBuilder out) {
    describe(bridge, entry)
        .forEach((name, value) -> {
          switch (name) {
            case "index" -> {}
            case "dev" -> out.append("dev ").append(value);
            case "state", "timer" -> out.append(' ').append(value);
            case "flags" -> ((List<?>) value).forEach(flag -> out.append(' ').append(flag));
            case "protocol" -> out.append(" proto ").append(value).append(' ');
            case "source_list" -> out.append(" source_list ").append(sources(entry));
            default -> out.append(' ').append(name).append(' ').append(value);
          }
        });
  }

  private static String sources(Mdb.Entry entry) {
    return String.join(
        ",",
        entry.sources().stream()
            .map(s -> Addresses.toString(s.hi(), s.lo()) + "/" + seconds(s.left()))
            .toList());
  }

  /** An entry with JSON's names, in order. */
  private Map<String, Object> describe(Bridge bridge, Mdb.Entry entry) {
    Mdb.Group group = entry.group();
    BridgePort port = entry.port();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("index", bridge.index());
    map.put("dev", bridge.name());
    map.put("port", port == null ? bridge.name() : port.device().name());
    boolean ip = group.family() != 0;
    String address = ip ? Addresses.toString(group.hi(), group.lo()) : null;
    map.put("grp", address == null ? Addresses.macToString(group.lo()) : address);
    if (!group.isForAllSources()) {
      map.put("src", Addresses.toString(group.sourceHi(), group.sourceLo()));
    }
    map.put("state", entry.permanent() ? "permanent" : "temp");
    if (options.details() && port != null) {
      if (entry.hasModes()) {
        map.put("filter_mode", entry.excludes() ? "exclude" : "include");
      }
      if (!entry.sources().isEmpty()) {
        map.put("source_list", entry.sources().stream().map(MdbObject::json).toList());
      }
      map.put("protocol", entry.isStatic() ? "static" : "kernel");
    }
    List<String> flags = new ArrayList<>();
    if (entry.byExclude()) {
      flags.add("added_by_star_ex");
    }
    if (entry.blocked()) {
      flags.add("blocked");
    }
    map.put("flags", flags);
    if (entry.vid() != 0) {
      map.put("vid", entry.vid());
    }
    if (options.statistics()) {
      map.put("timer", String.format("%7s", seconds(entry.left())));
    }
    return map;
  }

  private static Map<String, Object> json(Mdb.Source source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("address", Addresses.toString(source.hi(), source.lo()));
    map.put("timer", seconds(source.left()));
    return map;
  }

  private static String seconds(long nanos) {
    long hundredths = nanos / HUNDREDTH;
    return hundredths / 100 + String.format(".%02d", hundredths % 100);
  }

  private void routers(Bridge bridge, List<Mdb.Router> routers, StringBuilder out) {
    String head = "router ports on " + bridge.name() + ": ";
    if (!options.statistics()) {
      out.append(head);
    }
    for (Mdb.Router router : routers) {
      String name = router.port().device().name();
      if (options.statistics()) {
        out.append(head).append(name).append(String.format(" %7s", seconds(router.left())));
        out.append(router.permanent() ? " permanent\n" : " temp\n");
      } else {
        out.append(name).append(' ');
      }
    }
    if (!options.statistics()) {
      out.append(options.lineEnd());
    }
  }

  private String json(List<Bridge> bridges, int vid) {
    List<Map<String, Object>> entries = new ArrayList<>();
    Map<String, Object> routers = new LinkedHashMap<>();
    for (Bridge bridge : bridges) {
      entries(bridge, vid).forEach(entry -> entries.add(describe(bridge, entry)));
      List<Mdb.Router> its = bridge.mdb().routers();
      if (options.details() && !its.isEmpty()) {
        routers.put(bridge.name(), its.stream().map(this::json).toList());
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("mdb", entries);
    all.put("router", routers);
    return options.write(List.of(all));
  }

  private Map<String, Object> json(Mdb.Router router) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("port", router.port().device().name());
    if (options.statistics()) {
      map.put("timer", String.format("%7s", seconds(router.left())));
      map.put("type", router.permanent() ? "permanent" : "temp");
    }
    return map;
  }
}
