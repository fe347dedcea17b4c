package dev.patchbay.backend.config;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.netfilter.log.LogGroups;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects settings, first those of the configuration file, then those of the command line: a
 * scalar that is set again is replaced, lists grow. {@link #build()} checks the whole.
 *
 * <p>Scalars are set by their key, which is the option's name without dashes and the file's key.
 */
public final class ConfigBuilder {
  private static final String PORTS = "expected all, none or PORT,… (1 to 65535)";

  private final List<Attachment> attachments = new ArrayList<>();
  private final List<Forward> forwards = new ArrayList<>();
  private final List<Capture> captures = new ArrayList<>();
  private final List<ExecCommand> exec = new ArrayList<>();
  private final List<ServiceKeys> services = new ArrayList<>();
  private List<String> command = List.of();
  private String name = InstanceDirs.DEFAULT_NAME;
  private @Nullable Path dir;
  private @Nullable Path control;
  private @Nullable Path readyFile;
  private @Nullable Path file;
  private boolean restrict;
  private boolean allowLinkLocal;
  private HostLoopback hostLoopback = HostLoopback.ALL;
  private int mtu = DaemonConfig.DEFAULT_MTU;
  private OptionalLong seed = OptionalLong.empty();
  private DaemonConfig.Log.Level logLevel = DaemonConfig.Log.Level.INFO;
  private boolean logJson;

  /** With every default. */
  public ConfigBuilder() {}

  /**
   * Appends an attachment.
   *
   * @param source where it stands
   * @param text {@code ADDRESS[,key=value…]}
   * @param base the directory to which relative paths are relative
   */
  public void attach(Source source, Attachment.Kind kind, String text, Path base)
      throws ConfigException {
    attach(source, kind, text, List.of(), base);
  }

  void attach(Source source, Attachment.Kind kind, String text, List<KeyValue> more, Path base)
      throws ConfigException {
    attachments.add(AttachmentParser.parse(source, kind, text, more, base));
  }

  /** Appends a forwarding rule. */
  public void forward(Source source, String rule, Path base) throws ConfigException {
    forwards.add(Forward.parse(source, rule, base));
  }

  /** Appends a capture, {@code FILE[,port=NAME]}. */
  public void capture(Source source, String text, Path base) throws ConfigException {
    captures.add(Capture.parse(source, text, base));
  }

  void capture(Capture capture) {
    captures.add(capture);
  }

  /** Appends a command. */
  public void exec(Source source, String text, Path base) throws ConfigException {
    exec.add(ExecCommand.parse(source, text, base));
  }

  void service(ServiceKeys keys) {
    services.add(keys);
  }

  /** Sets what to start when ready. */
  public void command(List<String> argv) {
    command = List.copyOf(argv);
  }

  /** Notes the configuration file that was read. */
  void file(Path path) {
    file = path;
  }

  /**
   * Sets a scalar.
   *
   * @param source where it stands
   * @param key its key
   * @param value as written; {@code true} or {@code false} for switches
   * @param base the directory to which relative paths are relative
   * @return false if there is no scalar of that key
   */
  public boolean set(Source source, String key, String value, Path base) throws ConfigException {
    switch (key) {
      case "name" -> name = name(source, value);
      case "dir" -> dir = path(source, key, value, base);
      case "control" -> control = path(source, key, value, base);
      case "ready-file" -> readyFile = path(source, key, value, base);
      case "restrict" -> restrict = flag(source, key, value);
      case "allow-link-local" -> allowLinkLocal = flag(source, key, value);
      case "host-loopback" ->
          hostLoopback =
              HostLoopback.parse(value).orElseThrow(() -> source.error(key, value, PORTS));
      case "mtu" -> mtu = (int) number(source, key, value, Attachment.MIN_MTU, Attachment.MAX_MTU);
      case "seed" -> seed = OptionalLong.of(number(source, key, value, 0, Long.MAX_VALUE));
      case "state" -> state(source, value);
      case "web" -> throw source.error(key, value, "is not supported yet");
      case "log-level" -> logLevel = level(source, value);
      case "log-format" -> logJson = json(source, value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String name(Source source, String value) throws ConfigException {
    if (!InstanceDirs.isName(value)) {
      throw source.error(
          "name", value, "expected 1 to 64 of [A-Za-z0-9_.-], the first not a dot or dash");
    }
    return value;
  }

  private static Path path(Source source, String key, String value, Path base)
      throws ConfigException {
    if (value.isEmpty()) {
      throw source.error(key, value, "expected a path");
    }
    return AttachmentParser.resolve(source, base, value);
  }

  private static boolean flag(Source source, String key, String value) throws ConfigException {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw source.error(key, value, "expected true or false");
    };
  }

  private static long number(Source source, String key, String value, long least, long most)
      throws ConfigException {
    long number = Numbers.parseLong(value, least, most);
    if (number < 0) {
      throw source.error(key, value, "expected a number from " + least + " to " + most);
    }
    return number;
  }

  private static void state(Source source, String value) throws ConfigException {
    switch (value) {
      case "none" -> {}
      case "keep" -> throw source.error("state", value, "is not supported yet; expected none");
      default -> throw source.error("state", value, "expected none");
    }
  }

  private static DaemonConfig.Log.Level level(Source source, String value) throws ConfigException {
    for (DaemonConfig.Log.Level level : DaemonConfig.Log.Level.values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(value)) {
        return level;
      }
    }
    throw source.error("log-level", value, "expected error, warn, info, debug or trace");
  }

  private static boolean json(Source source, String value) throws ConfigException {
    return switch (value) {
      case "text" -> false;
      case "json" -> true;
      default -> throw source.error("log-format", value, "expected text or json");
    };
  }

  private static void checkNamespaces(List<Attachment> ports) throws ConfigException {
    Set<String> netns = new HashSet<>();
    for (Attachment port : ports) {
      if (!port.netns().isEmpty() && netns.add(port.netns()) && netns.size() > Namespaces.LIMIT) {
        throw port.source().error("more than " + Namespaces.LIMIT + " network namespaces");
      }
    }
  }

  /**
   * Gives names to the attachments without one and checks what only the whole shows.
   *
   * @throws ConfigException for names and addresses used twice, references to attachments that do
   *     not exist, a capture to standard output without ready file
   */
  public DaemonConfig build() throws ConfigException {
    List<Attachment> ports = named();
    checkAddresses(ports);
    checkNamespaces(ports);
    List<String> names =
        ports.isEmpty() ? List.of("net0") : ports.stream().map(Attachment::name).toList();
    List<String> reachable =
        ports.isEmpty()
            ? names
            : ports.stream().filter(a -> a.netns().isEmpty()).map(Attachment::name).toList();
    for (Forward forward : forwards) {
      forward.checkGuest(names, reachable);
    }
    checkForwards();
    checkCaptures(names);
    return new DaemonConfig(
        new DaemonConfig.Instance(name, dir, control, readyFile),
        ports,
        forwards,
        new DaemonConfig.Uplink(restrict, hostLoopback, allowLinkLocal),
        mtu,
        captures,
        exec,
        seed,
        new DaemonConfig.Log(logLevel, logJson),
        services,
        file,
        command);
  }

  /** Those without a name get the lowest free netN, as Linux numbers its devices. */
  private List<Attachment> named() throws ConfigException {
    Map<String, Attachment> taken = new HashMap<>();
    for (Attachment a : attachments) {
      Attachment other = a.name().isEmpty() ? null : taken.putIfAbsent(a.name(), a);
      if (other != null) {
        throw a.source()
            .error("name '" + a.name() + "' is already that of " + other.source().where());
      }
    }
    List<Attachment> ports = new ArrayList<>();
    int next = 0;
    for (Attachment a : attachments) {
      if (!a.name().isEmpty()) {
        ports.add(a);
        continue;
      }
      while (taken.containsKey("net" + next)) {
        next++;
      }
      ports.add(a.withName("net" + next++));
    }
    return ports;
  }

  /** What we bind or open for one attachment alone must not be another's. */
  private void checkAddresses(List<Attachment> ports) throws ConfigException {
    Map<Object, String> taken = new HashMap<>();
    if (control != null) {
      taken.put(new PlugAddress.Unix(control), "the control socket");
    }
    for (Attachment a : ports) {
      for (Object key : keys(a)) {
        String other = taken.putIfAbsent(key, "attachment " + a.name());
        if (other != null) {
          throw a.source().error("'" + key + "' is already used by " + other);
        }
      }
    }
    for (Forward f : forwards) {
      Path path = f.path();
      String other = path == null ? null : taken.get(new PlugAddress.Unix(path));
      if (other != null) {
        throw ForwardParser.error(
            f.source(), f.source().text(), "already used by " + other, String.valueOf(path));
      }
    }
  }

  private static List<Object> keys(Attachment a) {
    List<Object> keys = new ArrayList<>();
    switch (a.address()) {
      case PlugAddress.Unix unix -> keys.add(unix);
      case PlugAddress.Tcp tcp -> {
        if (tcp.port() != 0) {
          keys.add(tcp);
        }
      }
      case PlugAddress.UnixPair pair -> keys.add(new PlugAddress.Unix(pair.local()));
      case PlugAddress.UdpPair pair -> {
        if (pair.localPort() != 0) {
          keys.add("udp:" + IpLiterals.formatHost(pair.localHost()) + ":" + pair.localPort());
        }
      }
      case PlugAddress.Tap tap -> keys.add(tap);
      case PlugAddress.Mcast mcast -> {
        // two ports on one group are two members of it, as two machines are
      }
    }
    if (a.qmp() != null) {
      keys.add(new PlugAddress.Unix(a.qmp()));
    }
    return keys;
  }

  private void checkForwards() throws ConfigException {
    Set<String> taken = new HashSet<>();
    for (Forward f : forwards) {
      boolean any = f.proto() != Forward.Proto.UNIX && f.hostPort() == 0;
      if (!any && !taken.add(f.proto().word() + ":" + f.hostText())) {
        throw ForwardParser.error(
            f.source(), f.source().text(), "another rule has the host's side", f.hostText());
      }
    }
  }

  private void checkCaptures(List<String> names) throws ConfigException {
    Set<Optional<Path>> files = new HashSet<>();
    for (Capture c : captures) {
      String port = c.port();
      if (port != null && !names.contains(port) && LogGroups.group(port) < 0) {
        throw c.portSource()
            .error(
                "port",
                port,
                "no attachment has that name (there is " + String.join(", ", names) + ")");
      }
      Path to = c.file();
      if (to == null && readyFile == null) {
        throw c.source()
            .error("standard output is the capture, so the ready line needs --ready-file FILE");
      }
      if (!files.add(Optional.ofNullable(to))) {
        throw c.source()
            .error("another capture is written to " + (to == null ? "standard output" : to));
      }
    }
  }
}
