package dev.patchbay.backend.config;

import dev.patchbay.stack.Namespaces;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code KIND ADDRESS[,key=value…]}; one object reads one attachment. */
final class AttachmentParser {
  /** Bytes that fit into Linux's {@code sun_path} with its terminating zero (unix(7)). */
  static final int MAX_SOCKET_PATH = 107;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,15}");
  private static final Set<String> OUR_DEVICES = Set.of("lo", "br0", "host0");
  private static final String KEYS =
      "name, mac, netns, mtu, qmp, ncsi, ncsi-packages, ncsi-channels, ncsi-vendor or allow";

  private final Source source;
  private final Attachment.Kind kind;
  private final Path base;
  private final Set<String> seen = new HashSet<>();
  private final List<Cidr> allow = new ArrayList<>();
  private String name = "";
  private @Nullable MacAddress mac;
  private String netns = "";
  private OptionalInt mtu = OptionalInt.empty();
  private @Nullable Path qmp;
  private Ncsi ncsi = Ncsi.DEFAULT;
  private @Nullable KeyValue ncsiDetail;
  private @Nullable KeyValue local;
  private @Nullable KeyValue remote;

  private AttachmentParser(Source source, Attachment.Kind kind, Path base) {
    this.source = source;
    this.kind = kind;
    this.base = base;
  }

  /**
   * Reads an attachment.
   *
   * @param source where it stands
   * @param text the value of the option
   * @param more further keys, those of the configuration file
   * @param base the directory to which relative paths are relative
   * @return the attachment; its name is empty where none was given
   */
  static Attachment parse(
      Source source, Attachment.Kind kind, String text, List<KeyValue> more, Path base)
      throws ConfigException {
    return new AttachmentParser(source, kind, base).run(text, more);
  }

  /**
   * Whether a word may name a device: the rules of Linux's {@code dev_valid_name} and ours.
   *
   * @return what is wrong with it, or empty
   */
  static Optional<String> faultOfName(String name) {
    if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
      return Optional.of("expected a device name: 1 to 15 of [A-Za-z0-9_.-]");
    }
    return OUR_DEVICES.contains(name)
        ? Optional.of("is a device of the appliance; expected another name")
        : Optional.empty();
  }

  private Attachment run(String text, List<KeyValue> more) throws ConfigException {
    List<String> items = KeyValue.items(text);
    boolean positional = kind != Attachment.Kind.DGRAM;
    boolean keysOnly = text.isEmpty(); // the file may give local and remote as keys of their own
    int first = positional || keysOnly ? 1 : 0;
    for (String item : items.subList(first, items.size())) {
      take(KeyValue.of(item, source));
    }
    for (KeyValue kv : more) {
      take(kv);
    }
    PlugAddress address = address(positional ? items.get(0) : text);
    checkAllow(address);
    if (ncsiDetail != null && ncsi.profile() == Ncsi.Profile.OFF) {
      throw ncsiDetail.error("has no meaning with ncsi=off");
    }
    return new Attachment(source, kind, address, name, mac, netns, mtu, qmp, ncsi, allow);
  }

  private void take(KeyValue kv) throws ConfigException {
    if (!seen.add(kv.key()) && !kv.key().equals("allow")) {
      throw kv.givenTwice();
    }
    switch (kv.key()) {
      case "name" -> {
        Optional<String> fault = faultOfName(kv.value());
        if (fault.isPresent()) {
          throw kv.error(fault.get());
        }
        name = kv.value();
      }
      case "mac" -> mac = unicast(kv);
      case "mtu" -> mtu = OptionalInt.of(number(kv, Attachment.MIN_MTU, Attachment.MAX_MTU));
      case "qmp" -> qmp = unixPath(kv, kv.value());
      case "allow" -> takeAllow(kv);
      case "netns" -> {
        if (!Namespaces.isValidName(kv.value())) {
          throw kv.error("expected the name of a network namespace");
        }
        netns = kv.value();
      }
      case "mode" -> throw kv.notSupported();
      case "local", "remote" -> takeEnd(kv);
      default -> takeNcsi(kv);
    }
  }

  private void takeNcsi(KeyValue kv) throws ConfigException {
    Ncsi old = ncsi;
    switch (kv.key()) {
      case "ncsi" -> {
        Ncsi.Profile profile = word(kv, Ncsi.Profile.values(), "fast, strict or off");
        ncsi = new Ncsi(profile, old.packages(), old.channels(), old.vendor());
        return;
      }
      case "ncsi-packages" ->
          ncsi =
              new Ncsi(
                  old.profile(), number(kv, 1, Ncsi.MAX_PACKAGES), old.channels(), old.vendor());
      case "ncsi-channels" ->
          ncsi =
              new Ncsi(
                  old.profile(), old.packages(), number(kv, 1, Ncsi.MAX_CHANNELS), old.vendor());
      case "ncsi-vendor" -> {
        Ncsi.Vendor vendor = word(kv, Ncsi.Vendor.values(), "none, mellanox, broadcom or intel");
        ncsi = new Ncsi(old.profile(), old.packages(), old.channels(), vendor);
      }
      default -> throw kv.source().error("unknown key '" + kv.key() + "'; expected " + knownKeys());
    }
    ncsiDetail = kv;
  }

  private String knownKeys() {
    return switch (kind) {
      case DGRAM -> "local, remote, " + KEYS;
      case MCAST -> "local, " + KEYS;
      default -> KEYS;
    };
  }

  private void takeEnd(KeyValue kv) throws ConfigException {
    boolean ours = kv.key().equals("local");
    if (kind != Attachment.Kind.DGRAM && !(ours && kind == Attachment.Kind.MCAST)) {
      throw kv.source().error("unknown key '" + kv.key() + "'; expected " + knownKeys());
    }
    if (ours) {
      local = kv;
    } else {
      remote = kv;
    }
  }

  private static <E extends Enum<E>> E word(KeyValue kv, E[] values, String expected)
      throws ConfigException {
    for (E value : values) {
      if (value.name().toLowerCase(Locale.ROOT).equals(kv.value())) {
        return value;
      }
    }
    throw kv.error("expected " + expected);
  }

  private static int number(KeyValue kv, int least, int most) throws ConfigException {
    int value = Numbers.parse(kv.value(), least, most);
    if (value < 0) {
      throw kv.error("expected a number from " + least + " to " + most);
    }
    return value;
  }

  private static MacAddress unicast(KeyValue kv) throws ConfigException {
    MacAddress address =
        MacAddress.parse(kv.value())
            .orElseThrow(() -> kv.error("expected a MAC address such as 52:54:00:12:34:56"));
    if (!address.isUnicast()) {
      throw kv.error("expected the address of one card, not a group or zero");
    }
    return address;
  }

  private void takeAllow(KeyValue kv) throws ConfigException {
    for (String word : kv.value().split(",", -1)) {
      Cidr range =
          Cidr.parse(word)
              .orElseThrow(() ->
                  kv.place()
                      .error(
                          "allow '"
                              + word
                              + "': expected CIDR, e.g. 192.0.2.0/24 (no bits after the"
                              + " prefix)"));
      allow.add(range);
    }
  }

  private void checkAllow(PlugAddress address) throws ConfigException {
    if (!(address instanceof PlugAddress.Tcp tcp)) {
      if (!allow.isEmpty()) {
        throw source.error("allow= is for tcp: addresses only");
      }
      return;
    }
    if (allow.isEmpty()) {
      if (!tcp.host().isLoopbackAddress()) {
        throw source.error("'" + tcp + "' is not loopback: it needs allow=CIDR, who may connect");
      }
      return;
    }
    if (kind == Attachment.Kind.CONNECT
        && allow.stream().noneMatch(range -> range.contains(tcp.host()))) {
      throw source.error("allow= does not contain '" + IpLiterals.format(tcp.host()) + "'");
    }
  }

  private PlugAddress address(String text) throws ConfigException {
    return switch (kind) {
      case LISTEN -> stream(text, 0);
      case CONNECT -> stream(text, 1);
      case DGRAM -> pair();
      case MCAST -> mcast(text);
      case TAP -> tap(text);
    };
  }

  private PlugAddress stream(String text, int leastPort) throws ConfigException {
    if (text.startsWith("unix:")) {
      return new PlugAddress.Unix(unixPath(null, text));
    }
    if (text.startsWith("tcp:")) {
      HostPort at = hostPort(source, text, text.substring(4), leastPort);
      return new PlugAddress.Tcp(at.host(), at.port());
    }
    throw source.error("expected unix:PATH or tcp:HOST:PORT at '" + text + "'");
  }

  private PlugAddress pair() throws ConfigException {
    if (local == null || remote == null) {
      throw source.error(
          (local == null ? "local" : "remote")
              + "= is missing: expected local=unix:PATH,remote=unix:PATH or"
              + " local=udp:HOST:PORT,remote=udp:HOST:PORT");
    }
    String ours = local.value();
    String theirs = remote.value();
    if (ours.startsWith("unix:") && theirs.startsWith("unix:")) {
      Path a = unixPath(local, ours);
      Path b = unixPath(remote, theirs);
      if (a.equals(b)) {
        throw remote.error("is the same path as local=");
      }
      return new PlugAddress.UnixPair(a, b);
    }
    if (ours.startsWith("udp:") && theirs.startsWith("udp:")) {
      HostPort a = hostPort(local.place(), ours, ours.substring(4), 0);
      HostPort b = hostPort(remote.place(), theirs, theirs.substring(4), 1);
      if (a.host().getClass() != b.host().getClass()) {
        throw remote.error("is of another address family than local=");
      }
      return new PlugAddress.UdpPair(a.host(), a.port(), b.host(), b.port());
    }
    boolean known = ours.startsWith("unix:") || ours.startsWith("udp:");
    KeyValue wrong = known ? remote : local;
    String expected = ours.startsWith("unix:") ? "unix:PATH" : "udp:HOST:PORT";
    throw wrong.error("expected " + (known ? expected : "unix:PATH or udp:HOST:PORT"));
  }

  private PlugAddress mcast(String text) throws ConfigException {
    HostPort at = hostPort(source, text, text, 1);
    if (!(at.host() instanceof Inet4Address group) || !group.isMulticastAddress()) {
      throw source.error("expected an IPv4 multicast group (224.0.0.0/4) at '" + text + "'");
    }
    if (local == null) {
      return new PlugAddress.Mcast(group, at.port(), null);
    }
    KeyValue from = local;
    Inet4Address own =
        IpLiterals.parse4(from.value())
            .filter(a -> !a.isMulticastAddress())
            .orElseThrow(() -> from.error("expected an IPv4 address of this host"));
    return new PlugAddress.Mcast(group, at.port(), own);
  }

  private PlugAddress tap(String text) throws ConfigException {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    boolean fits = bytes >= 1 && bytes <= 15 && !text.equals(".") && !text.equals("..");
    if (!fits || text.chars().anyMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c))) {
      throw source.error("expected the name of a TAP interface (1 to 15 bytes) at '" + text + "'");
    }
    return new PlugAddress.Tap(text);
  }

  private record HostPort(InetAddress host, int port) {}

  /** Reads {@code HOST:PORT}, IPv6 in brackets; {@code localhost} is 127.0.0.1. */
  private static HostPort hostPort(Source place, String whole, String text, int leastPort)
      throws ConfigException {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw place.error("expected HOST:PORT at '" + whole + "'");
    }
    String host = text.substring(0, colon);
    int port = Numbers.parse(text.substring(colon + 1), leastPort, 65535);
    if (port < 0) {
      throw place.error(
          "expected a port from " + leastPort + " to 65535 at '" + text.substring(colon + 1) + "'");
    }
    if (host.equals("localhost")) {
      host = "127.0.0.1";
    }
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    Optional<? extends InetAddress> address =
        brackets
            ? IpLiterals.parse6(host.substring(1, host.length() - 1))
            : IpLiterals.parse4(host);
    if (address.isEmpty()) {
      throw place.error(
          IpLiterals.parse6(host).isPresent()
              ? "an IPv6 address stands in brackets: expected ["
                  + host
                  + "]:PORT at '"
                  + whole
                  + "'"
              : "expected an IP address (names are not resolved) at '" + host + "'");
    }
    return new HostPort(address.get(), port);
  }

  /** Reads {@code unix:PATH}. */
  private Path unixPath(@Nullable KeyValue kv, String text) throws ConfigException {
    String what = text.startsWith("unix:") ? text.substring(5) : "";
    if (what.isEmpty()) {
      throw kv == null
          ? source.error("expected unix:PATH at '" + text + "'")
          : kv.error("expected unix:PATH");
    }
    Source place = kv == null ? source : kv.place();
    Path path = resolve(place, base, what);
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH) {
      throw place.error(
          "the path '"
              + path
              + "' has "
              + bytes
              + " bytes; a socket's has at most "
              + MAX_SOCKET_PATH);
    }
    return path;
  }

  /** Makes a path absolute. */
  static Path resolve(Source source, Path base, String text) throws ConfigException {
    try {
      return base.resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw source.error("'" + text + "' cannot be a path: " + e.getReason());
    }
  }
}
