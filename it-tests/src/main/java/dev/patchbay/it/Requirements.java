package dev.patchbay.it;

import dev.patchbay.qemu.process.QemuBinary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What tests may need of a machine. Each is looked at once per JVM.
 *
 * <ul>
 *   <li>{@code root}: user id 0
 *   <li>{@code netns}: network namespaces can be made
 *   <li>{@code tun}: {@code /dev/net/tun} can be opened
 *   <li>{@code qemu-arm}, {@code qemu-x86}: the system's QEMU, 7.2 or later
 *   <li>{@code qemu-11}: QEMU 11, unpacked by {@code images/build qemu-11}
 *   <li>{@code image-NAME}: a guest image, cached or built now
 *   <li>{@code daemon}: the built daemon
 *   <li>{@code uml}: Debian's User-Mode Linux with its modules
 *   <li>{@code iptables}: iptables 1.8.9 over nf_tables, whose texts ours are compared with
 *   <li>{@code conntrack}: conntrack-tools
 *   <li>{@code ip tshark iperf3 nc socat curl strace dig python3 vsftpd dnsmasq}: a program of that
 *       name
 * </ul>
 */
public final class Requirements {
  /** System property with the names whose lack is a failure, by commas, or {@code all}. */
  public static final String PROPERTY = "patchbay.require";

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Set<String> PROGRAMS =
      Set.of(
          "ip", "tshark", "iperf3", "nc", "socat", "curl", "strace", "dig", "python3", "vsftpd",
          "dnsmasq");

  /** Looks whether something is there. */
  private interface Probe {
    /** Why it is missing, or empty if it is there. */
    Optional<String> lack() throws IOException, InterruptedException;
  }

  private static final Requirements MACHINE = new Requirements(System.getProperty(PROPERTY, ""));

  private final Map<String, Probe> probes = new TreeMap<>();
  private final Map<String, Optional<String>> known = new ConcurrentHashMap<>();
  private final Set<String> demanded;

  /**
   * Requirements with an own list of what is insisted on.
   *
   * @param demand names by commas, or {@code all}, or empty
   * @throws IllegalArgumentException if a name is unknown
   */
  Requirements(String demand) {
    probes.put("root", Requirements::root);
    probes.put("netns", Requirements::netns);
    probes.put("tun", () -> device("/dev/net/tun"));
    probes.put("qemu-arm", () -> qemu("qemu-system-arm"));
    probes.put("qemu-x86", () -> qemu("qemu-system-x86_64"));
    probes.put("qemu-11", Requirements::qemu11);
    probes.put("daemon", Requirements::daemon);
    probes.put("uml", Requirements::uml);
    probes.put("iptables", Requirements::iptables);
    probes.put("conntrack", () -> program("conntrack"));
    PROGRAMS.forEach(name -> probes.put(name, () -> program(name)));
    demanded =
        Arrays.stream(demand.split(",", -1))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    for (String name : demanded) {
      if (!name.equals("all")) {
        probe(name);
      }
    }
  }

  /** Those of this machine, with what {@code -Dpatchbay.require} insists on. */
  public static Requirements ofThisMachine() {
    return MACHINE;
  }

  /** Whether a lack of this is a failure. */
  public boolean isDemanded(String name) {
    return demanded.contains("all") || demanded.contains(name);
  }

  /**
   * Whether something is there.
   *
   * @return empty if so, else {@code NAME: REASON}
   * @throws IllegalArgumentException if the name is unknown: a slip of the pen must not skip a test
   */
  public Optional<String> missing(String name) {
    Probe probe = probe(name);
    return known.computeIfAbsent(name, key -> ask(key, probe));
  }

  private static Optional<String> ask(String name, Probe probe) {
    try {
      return probe.lack().map(reason -> name + ": " + reason);
    } catch (IOException e) {
      return Optional.of(name + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(name + ": interrupted");
    }
  }

  private Probe probe(String name) {
    Probe probe = probes.get(name);
    if (probe != null) {
      return probe;
    }
    if (name.startsWith("image-")) {
      return () -> image(name.substring("image-".length()));
    }
    throw new IllegalArgumentException(
        "unknown requirement '" + name + "': expected image-NAME or one of " + probes.keySet());
  }

  /** The program of this name on {@code PATH}. */
  static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/sbin:/usr/bin");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder.isEmpty() ? "." : folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<String> program(String name) {
    return find(name).isPresent() ? Optional.empty() : Optional.of("no " + name + " on PATH");
  }

  private static Optional<String> root() throws IOException {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return uid.equals(0) ? Optional.empty() : Optional.of("user id is " + uid + ", not 0");
  }

  private static Optional<String> netns() throws IOException, InterruptedException {
    if (find("ip").isEmpty()) {
      return Optional.of("no ip on PATH");
    }
    String name = "pb-probe-" + ProcessHandle.current().pid();
    Result made = HostCommand.run(LIMIT, List.of("ip", "netns", "add", name));
    if (!made.succeeded()) {
      return Optional.of("ip netns add: " + made.errors().strip());
    }
    Result used = HostCommand.run(LIMIT, List.of("ip", "netns", "exec", name, "true"));
    HostCommand.run(LIMIT, List.of("ip", "netns", "del", name)).ok();
    return used.succeeded() ? Optional.empty() : Optional.of(used.errors().strip());
  }

  private static Optional<String> device(String path) {
    Path device = Path.of(path);
    boolean usable = Files.isReadable(device) && Files.isWritable(device);
    return usable ? Optional.empty() : Optional.of(path + " cannot be opened");
  }

  private static Optional<String> qemu(String program) throws IOException {
    Optional<QemuBinary> found = QemuBinary.find(program);
    if (found.isEmpty()) {
      return Optional.of("no " + program + " on PATH");
    }
    return found.get().version().atLeast(7, 2)
        ? Optional.empty()
        : Optional.of(program + " is " + found.get().version() + ", not 7.2 or later");
  }

  private static Optional<String> qemu11() throws IOException {
    QemuBinary binary = QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm");
    return binary.version().atLeast(11, 0)
        ? Optional.empty()
        : Optional.of("version " + binary.version());
  }

  private static Optional<String> image(String name) throws IOException {
    Images.get(name);
    return Optional.empty();
  }

  private static Optional<String> uml() {
    return Files.isDirectory(Path.of("/usr/lib/uml/modules"))
        ? program("linux.uml")
        : Optional.of("no modules in /usr/lib/uml: package user-mode-linux");
  }

  private static Optional<String> iptables() throws IOException, InterruptedException {
    Optional<String> lack = program("iptables-restore");
    if (lack.isPresent()) {
      return lack;
    }
    String version = HostCommand.run(LIMIT, List.of("iptables", "--version")).output().strip();
    return version.equals("iptables v1.8.9 (nf_tables)")
        ? Optional.empty()
        : Optional.of(version + ", not v1.8.9 (nf_tables)");
  }

  private static Optional<String> daemon() throws IOException, InterruptedException {
    Path script = Daemon.SCRIPT;
    if (!Files.isExecutable(script)) {
      return Optional.of("no " + script);
    }
    Result version = HostCommand.run(LIMIT, List.of(script.toString(), "--version"));
    return version.succeeded()
        ? Optional.empty()
        : Optional.of((version.output() + version.errors()).strip());
  }
}
