package dev.patchbay.backend.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What one service of one device is told, as it was written: on with these keys, or off. Immutable.
 *
 * <p>The configuration file writes it as a mapping, the words {@code dhcp}, {@code ra} and {@code
 * dns} as {@code key=value…}: the same keys, where {@code option.42=10.0.2.2} is a member of {@code
 * options}, {@code host=MAC,IP,NAME} one of {@code hosts}, and commas part a list.
 */
public final class ServiceKeys {
  /** The services that devices have. */
  public enum Kind {
    /** Addresses by DHCP. */
    DHCP,
    /** Router advertisements. */
    RA,
    /** A DNS forwarder. */
    DNS;

    /** Its word and its key. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Keys whose value is a list where it has commas. */
  private static final Set<String> LISTS =
      Set.of("dns", "dns6", "search", "prefix", "route", "address", "upstream");

  private static final String OPTIONS = "options";
  private static final String HOSTS = "hosts";
  private static final int MAX_NAME = 15;

  private final Kind kind;
  private final String device;
  private final Source source;
  private final boolean on;
  private final SequencedMap<String, YamlNode.Entry> keys;

  private ServiceKeys(
      Kind kind,
      String device,
      Source source,
      boolean on,
      SequencedMap<String, YamlNode.Entry> keys) {
    this.kind = kind;
    this.device = device;
    this.source = source;
    this.on = on;
    this.keys = keys;
  }

  /** On, with every default. */
  public static ServiceKeys defaults(Kind kind, String device) {
    return new ServiceKeys(kind, device, Source.DEFAULT, true, new LinkedHashMap<>());
  }

  /**
   * Reads a member of {@code dhcp}, {@code ra} or {@code dns} of the configuration file.
   *
   * @param member its key is the device
   */
  static ServiceKeys of(Kind kind, YamlNode.Entry member) throws ConfigException {
    String device = checkDevice(kind, member.key(), member.source());
    SequencedMap<String, YamlNode.Entry> keys = new LinkedHashMap<>();
    YamlNode value = member.value();
    boolean on = true;
    if (value.isScalar()) {
      String word = value.scalar(device, "a mapping");
      on = word.equals("on") || word.equals("true");
      if (!on && !word.equals("off") && !word.equals("false")) {
        throw value.source().error(device, word, "expected on, off or a mapping of keys");
      }
    } else {
      for (YamlNode.Entry entry : value.entries(device, "on, off or a mapping of keys")) {
        keys.put(entry.key(), entry);
      }
    }
    return new ServiceKeys(kind, device, member.source(), on, keys).checked();
  }

  /**
   * Reads {@code on}, {@code off}, {@code key=value…}, or both: keys for later of what is off.
   * {@code key=} takes a key back.
   *
   * @param device {@code [NETNS/]DEVICE}
   */
  public static ServiceKeys ofWords(Kind kind, String device, List<String> words)
      throws ConfigException {
    Source source = Source.option(kind.word() + " set " + device, 1, "");
    checkDevice(kind, device, source);
    if (words.isEmpty()) {
      throw source.error("expected on, off or key=value…");
    }
    SequencedMap<String, YamlNode.Entry> keys = new LinkedHashMap<>();
    boolean said = false;
    for (String word : words) {
      int equals = word.indexOf('=');
      boolean onOff = !said && (word.equals("on") || word.equals("off"));
      said |= onOff;
      if (!onOff && equals <= 0) {
        throw source.error("expected on, off or key=value at '" + word + "'");
      }
      if (!onOff) {
        word(source, word.substring(0, equals), word.substring(equals + 1), keys);
      }
    }
    return new ServiceKeys(kind, device, source, !words.contains("off"), keys);
  }

  private static void word(
      Source source, String key, String value, SequencedMap<String, YamlNode.Entry> keys)
      throws ConfigException {
    if (key.startsWith("option.")) {
      YamlNode node = value.isEmpty() ? YamlNode.nothing(source) : parts(source, value);
      append(keys, OPTIONS, source, new YamlNode.Entry(key.substring(7), node, source));
      return;
    }
    if (key.equals("host")) {
      List<YamlNode> hosts = new ArrayList<>();
      if (keys.containsKey(HOSTS)) {
        hosts.addAll(keys.get(HOSTS).value().list(HOSTS, "a list"));
      }
      if (!value.isEmpty()) {
        hosts.add(host(source, value));
      }
      keys.put(HOSTS, new YamlNode.Entry(HOSTS, YamlNode.list(source, hosts), source));
      return;
    }
    if (key.equals(OPTIONS) || key.equals(HOSTS)) {
      throw source.error(
          "unknown key '" + key + "'; expected option.NUMBER=VALUE or host=MAC,ADDRESS[,NAME]");
    }
    YamlNode node =
        value.isEmpty()
            ? YamlNode.nothing(source)
            : LISTS.contains(key) ? parts(source, value) : YamlNode.scalar(source, value);
    if (keys.put(key, new YamlNode.Entry(key, node, source)) != null) {
      throw source.error(key, value, "is given twice");
    }
  }

  private static YamlNode parts(Source source, String value) {
    List<YamlNode> nodes = new ArrayList<>();
    for (String part : value.split(",", -1)) {
      nodes.add(YamlNode.scalar(source, part));
    }
    return nodes.size() == 1 ? nodes.getFirst() : YamlNode.list(source, nodes);
  }

  private static YamlNode host(Source source, String value) throws ConfigException {
    String[] parts = value.split(",", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw source.error("host", value, "expected MAC,ADDRESS[,NAME]");
    }
    List<YamlNode.Entry> members = new ArrayList<>();
    String who = MacAddress.parse(parts[0]).isPresent() ? "mac" : "clientId";
    members.add(new YamlNode.Entry(who, YamlNode.scalar(source, parts[0]), source));
    members.add(new YamlNode.Entry("ip", YamlNode.scalar(source, parts[1]), source));
    if (parts.length == 3) {
      members.add(new YamlNode.Entry("hostname", YamlNode.scalar(source, parts[2]), source));
    }
    return YamlNode.map(source, members);
  }

  private static void append(
      SequencedMap<String, YamlNode.Entry> keys, String key, Source source, YamlNode.Entry member)
      throws ConfigException {
    List<YamlNode.Entry> members = new ArrayList<>();
    YamlNode.Entry there = keys.get(key);
    if (there != null) {
      members.addAll(there.value().entries(key, "a mapping"));
    }
    members.add(member);
    keys.put(key, new YamlNode.Entry(key, YamlNode.map(source, members), source));
  }

  private static String checkDevice(Kind kind, String text, Source source) throws ConfigException {
    String name = text.substring(text.indexOf('/') + 1);
    boolean good =
        !name.isEmpty()
            && name.length() <= MAX_NAME
            && name.indexOf('/') < 0
            && name.chars().allMatch(c -> c > ' ' && c <= '~' && c != ':')
            && !text.startsWith("/");
    if (!good) {
      throw source.error(kind.word(), text, "expected [NETNS/]DEVICE");
    }
    if (name.equals("lo") || text.equals("host0")) {
      throw source.error(kind.word(), text, "no guest is behind that device");
    }
    return text;
  }

  /**
   * These keys with those that are given later, each in place of the one of its name.
   *
   * @throws ConfigException for a key or value that the service does not have
   */
  public ServiceKeys with(ServiceKeys later) throws ConfigException {
    SequencedMap<String, YamlNode.Entry> all = new LinkedHashMap<>(keys);
    for (YamlNode.Entry entry : later.keys.values()) {
      String key = entry.key();
      YamlNode.Entry there = all.get(key);
      if (entry.value().isNothing()) {
        all.remove(key);
      } else if (key.equals(OPTIONS) && there != null && there.value().isMap()) {
        Map<String, YamlNode.Entry> options = new LinkedHashMap<>();
        there.value().entries(key, "a mapping").forEach(o -> options.put(o.key(), o));
        entry.value().entries(key, "a mapping").forEach(o -> options.put(o.key(), o));
        all.put(key, options(options, entry.source()));
      } else if (key.equals(OPTIONS)) {
        Map<String, YamlNode.Entry> options = new LinkedHashMap<>();
        entry.value().entries(key, "a mapping").forEach(o -> options.put(o.key(), o));
        all.put(key, options(options, entry.source()));
      } else {
        all.put(key, entry);
      }
    }
    return new ServiceKeys(kind, device, later.source, later.on, all).checked();
  }

  private static YamlNode.Entry options(Map<String, YamlNode.Entry> options, Source source) {
    options.values().removeIf(option -> option.value().isNothing());
    return new YamlNode.Entry(OPTIONS, YamlNode.map(source, List.copyOf(options.values())), source);
  }

  private ServiceKeys checked() throws ConfigException {
    switch (kind) {
      case DHCP -> dhcp();
      case RA -> ra();
      case DNS -> dns();
    }
    return this;
  }

  /** The service. */
  public Kind kind() {
    return kind;
  }

  /** {@code [NETNS/]DEVICE}. */
  public String device() {
    return device;
  }

  /** The name of the namespace, empty for the initial one. */
  public String netns() {
    return device.substring(0, Math.max(0, device.indexOf('/')));
  }

  /** The device's name in its namespace. */
  public String deviceName() {
    return device.substring(device.indexOf('/') + 1);
  }

  /** Where it was written last. */
  public Source source() {
    return source;
  }

  /** Whether it is to serve. */
  public boolean isOn() {
    return on;
  }

  /** What is asked of a DHCP server. */
  public DhcpConfig dhcp() throws ConfigException {
    return YamlDhcp.read(source, keys.values());
  }

  /** What is asked of router advertisements. */
  public RaConfig ra() throws ConfigException {
    return YamlRa.read(source, keys.values());
  }

  /** What is asked of a DNS forwarder. */
  public DnsConfig dns() throws ConfigException {
    return YamlDns.read(source, keys.values());
  }

  /**
   * The words that set this on a device of which nothing was said: {@code key=value…}, on, or off
   * behind the keys that it keeps.
   */
  public List<String> words() throws ConfigException {
    List<String> words = new ArrayList<>();
    for (YamlNode.Entry entry : keys.values()) {
      switch (entry.key()) {
        case OPTIONS -> {
          for (YamlNode.Entry option : entry.value().entries(OPTIONS, "a mapping")) {
            words.add("option." + option.key() + "=" + joined(option));
          }
        }
        case HOSTS -> {
          for (YamlNode host : entry.value().list(HOSTS, "a list")) {
            words.add("host=" + hostText(host));
          }
        }
        default -> words.add(entry.key() + "=" + joined(entry));
      }
    }
    if (words.isEmpty() || !on) {
      words.add(on ? "on" : "off");
    }
    return words;
  }

  private static String joined(YamlNode.Entry entry) throws ConfigException {
    List<String> parts = new ArrayList<>();
    for (YamlNode node : entry.value().elements(entry.key(), "a value")) {
      parts.add(node.scalar(entry.key(), "a value"));
    }
    return String.join(",", parts);
  }

  private static String hostText(YamlNode host) throws ConfigException {
    String who = "";
    String ip = "";
    String name = "";
    for (YamlNode.Entry member : host.entries(HOSTS, "a mapping")) {
      String text = member.value().scalar(member.key(), "a value");
      switch (member.key()) {
        case "ip" -> ip = text;
        case "hostname" -> name = "," + text;
        default -> who = text;
      }
    }
    return who + "," + ip + name;
  }

  @Override
  public String toString() {
    return kind.word() + " " + device;
  }
}
