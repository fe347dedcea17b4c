package dev.patchbay.backend.config;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads what is said of one device's router advertisements. */
final class YamlRa {
  private static final long FOREVER = 0xffff_ffffL;

  /** What one message can hold even where the MTU is the least. */
  private static final int MAX_OF_A_KIND = 8;

  private final List<Cidr> prefixes = new ArrayList<>();
  private boolean onLink = true;
  private boolean autonomous = true;
  private OptionalLong valid = OptionalLong.empty();
  private OptionalLong preferred = OptionalLong.empty();
  private OptionalInt lifetime = OptionalInt.empty();
  private RaConfig.Preference preference = RaConfig.Preference.MEDIUM;
  private Optional<Boolean> managed = Optional.empty();
  private Optional<Boolean> other = Optional.empty();
  private final List<Inet6Address> dns = new ArrayList<>();
  private final List<String> search = new ArrayList<>();
  private OptionalInt mtu = OptionalInt.empty();
  private OptionalInt hopLimit = OptionalInt.empty();
  private OptionalInt reachable = OptionalInt.empty();
  private OptionalInt retrans = OptionalInt.empty();
  private final List<Cidr> routes = new ArrayList<>();
  private OptionalInt interval = OptionalInt.empty();

  private YamlRa() {}

  /**
   * Reads the keys of one device.
   *
   * @param source where the device stands
   */
  static RaConfig read(Source source, Iterable<YamlNode.Entry> keys) throws ConfigException {
    YamlRa ra = new YamlRa();
    for (YamlNode.Entry entry : keys) {
      ra.key(entry);
    }
    long most = ra.valid.orElse(FOREVER);
    if (ra.preferred.isPresent() && ra.preferred.getAsLong() > most) {
      throw source.error(
          "preferred", "" + ra.preferred.getAsLong(), "expected at most valid, " + most);
    }
    return new RaConfig(
        source,
        ra.prefixes,
        ra.onLink,
        ra.autonomous,
        ra.valid,
        ra.preferred,
        ra.lifetime,
        ra.preference,
        ra.managed,
        ra.other,
        ra.dns,
        ra.search,
        ra.mtu,
        ra.hopLimit,
        ra.reachable,
        ra.retrans,
        ra.routes,
        ra.interval);
  }

  private void key(YamlNode.Entry entry) throws ConfigException {
    YamlNode value = entry.value();
    String key = entry.key();
    switch (key) {
      case "prefix" -> KeyReader.networks6(key, value, MAX_OF_A_KIND, prefixes);
      case "onlink" -> onLink = KeyReader.flag(key, value);
      case "autonomous" -> autonomous = KeyReader.flag(key, value);
      case "valid" -> valid = OptionalLong.of(KeyReader.number(key, value, 0, FOREVER));
      case "preferred" -> preferred = OptionalLong.of(KeyReader.number(key, value, 0, FOREVER));
      case "lifetime" -> lifetime = number(key, value, 0, 65_535);
      case "preference" -> preference = preference(value);
      case "managed" -> managed = Optional.of(KeyReader.flag(key, value));
      case "other" -> other = Optional.of(KeyReader.flag(key, value));
      case "dns" -> KeyReader.addresses6(key, value, MAX_OF_A_KIND, dns);
      case "search" -> KeyReader.domains(key, value, search);
      case "mtu" -> mtu = number(key, value, 1280, 65_535);
      case "hop-limit" -> hopLimit = number(key, value, 0, 255);
      case "reachable" -> reachable = number(key, value, 0, 3_600_000);
      case "retrans" -> retrans = number(key, value, 0, 3_600_000);
      case "route" -> KeyReader.networks6(key, value, MAX_OF_A_KIND, routes);
      case "interval" -> interval = number(key, value, 4, 1800);
      default ->
          throw entry
              .source()
              .error(
                  "unknown key '"
                      + key
                      + "'; expected prefix, onlink, autonomous, valid, preferred, lifetime,"
                      + " preference, managed, other, dns, search, mtu, hop-limit, reachable,"
                      + " retrans, route or interval");
    }
  }

  private static OptionalInt number(String key, YamlNode value, int least, int most)
      throws ConfigException {
    return OptionalInt.of((int) KeyReader.number(key, value, least, most));
  }

  private static RaConfig.Preference preference(YamlNode value) throws ConfigException {
    String word = value.scalar("preference", "high, medium or low");
    for (RaConfig.Preference one : RaConfig.Preference.values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(word)) {
        return one;
      }
    }
    throw value.source().error("preference", word, "expected high, medium or low");
  }
}
