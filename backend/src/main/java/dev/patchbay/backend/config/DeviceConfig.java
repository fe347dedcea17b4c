package dev.patchbay.backend.config;

import dev.patchbay.qemu.ftgmac100.Profile;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code patchbay device} is asked for.
 *
 * @param model {@code ftgmac100}
 * @param profile whose behaviour it has
 * @param mac its MAC address after power on, the first octet on top of 48 bits
 * @param qtest where it speaks qtest
 * @param qtestListens whether the client connects to us; else we connect to it, as QEMU does
 * @param wire where its cable ends
 * @param wireListens whether the peer connects to us
 * @param allow who may connect to the cable by TCP; empty: the loopback
 */
public record DeviceConfig(
    String model,
    Profile profile,
    long mac,
    PlugAddress qtest,
    boolean qtestListens,
    PlugAddress wire,
    boolean wireListens,
    List<Cidr> allow) {
  /** The address that QEMU gives to a machine's first card. */
  private static final long MAC = 0x525400123456L;

  private static final String QTEST = "unix:PATH[,server=on|off]";

  /** Takes a copy of the list. */
  public DeviceConfig {
    allow = List.copyOf(allow);
  }

  /** Whether it behaves as one of QEMU's. */
  public boolean isQemu() {
    return profile != Profile.DATASHEET;
  }

  /** Whether this address may connect to the cable. */
  public boolean mayConnect(InetAddress from) {
    return allow.isEmpty() || allow.stream().anyMatch(range -> range.contains(from));
  }

  /**
   * Reads the values of the options.
   *
   * @param model of {@code --model}
   * @param profile of {@code --profile}
   * @param qtest of {@code --qtest}
   * @param kind which of {@code --listen} and {@code --connect} it was
   * @param wire its value
   * @param cwd to which relative paths are relative
   */
  public static DeviceConfig parse(
      String model, String profile, String qtest, Attachment.Kind kind, String wire, Path cwd)
      throws ConfigException {
    checkModel(model);
    Source source = Source.option("--" + kind.word(), 1, wire);
    Attachment cable = AttachmentParser.parse(source, kind, wire, List.of(), cwd);
    checkCable(cable, source, wire);
    MacAddress mac = cable.mac();
    Source of = Source.option("--qtest", 1, qtest);
    List<String> items = KeyValue.items(qtest);
    return new DeviceConfig(
        model,
        profile(profile),
        mac == null ? MAC : mac.value(),
        qtestAddress(of, items, cwd),
        qtestListens(of, items),
        cable.address(),
        kind == Attachment.Kind.LISTEN,
        cable.allow());
  }

  private static void checkModel(String model) throws ConfigException {
    if (model.equals("e1000")) {
      throw new ConfigException("--model 'e1000': is not supported yet; expected ftgmac100");
    }
    if (!model.equals("ftgmac100")) {
      throw new ConfigException("--model '" + model + "': expected ftgmac100");
    }
  }

  private static Profile profile(String word) throws ConfigException {
    for (Profile one : Profile.values()) {
      if (one.word().equals(word)) {
        return one;
      }
    }
    String known =
        Arrays.stream(Profile.values()).map(Profile::word).collect(Collectors.joining(", "));
    throw new ConfigException("--profile '" + word + "': expected one of " + known);
  }

  /** A card is no port of an appliance: of an attachment's keys it has its address and allow. */
  private static void checkCable(Attachment cable, Source source, String text)
      throws ConfigException {
    for (String item : KeyValue.items(text).stream().skip(1).toList()) {
      String key = KeyValue.of(item, source).key();
      if (!key.equals("mac") && !key.equals("allow")) {
        throw source.error("key '" + key + "' has no meaning for a device; expected mac or allow");
      }
    }
    if (!(cable.address() instanceof PlugAddress.Unix)
        && !(cable.address() instanceof PlugAddress.Tcp)) {
      throw source.error("expected unix:PATH or tcp:HOST:PORT");
    }
  }

  private static PlugAddress qtestAddress(Source source, List<String> items, Path cwd)
      throws ConfigException {
    String text = items.getFirst();
    if (!text.startsWith("unix:")) {
      throw source.error("expected " + QTEST + " at '" + text + "'");
    }
    return AttachmentParser.parse(
            source, Attachment.Kind.LISTEN, text.replace(",", ",,"), List.of(), cwd)
        .address();
  }

  private static boolean qtestListens(Source source, List<String> items) throws ConfigException {
    boolean listens = true;
    boolean given = false;
    for (String item : items.subList(1, items.size())) {
      KeyValue kv = KeyValue.of(item, source);
      if (!kv.key().equals("server")) {
        throw source.error("unknown key '" + kv.key() + "'; expected " + QTEST);
      }
      if (given) {
        throw kv.givenTwice();
      }
      given = true;
      if (!kv.value().equals("on") && !kv.value().equals("off")) {
        throw kv.error("expected on or off");
      }
      listens = kv.value().equals("on");
    }
    return listens;
  }
}
