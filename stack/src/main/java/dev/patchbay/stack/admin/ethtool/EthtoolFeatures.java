package dev.patchbay.stack.admin.ethtool;

import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.Loopback;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.device.VethDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code -k} and {@code -K}: all features that ethtool names, on where a device here has it. They
 * are as they are, but for {@code gro} of a port: frames that the guest sent one behind the other
 * are merged before the stack sees them, or not.
 */
final class EthtoolFeatures {
  private static final String GRO = "rx-gro";

  /** Exit status of {@code -K} where nothing was changed. */
  private static final int NOT_CHANGED = 1;

  /** Exit status of {@code -K} where the kernel refuses. */
  private static final int REFUSED = 92;

  /**
   * Lines in ethtool's order.
   *
   * @param name as it is shown
   * @param words short forms for {@code -K}, beside the name
   * @param features the kernel's names: of a line of its own its one, of a group those below it
   */
  private record Line(String name, @Nullable String words, List<String> features) {
    static Line of(String name, String word, String... features) {
      return new Line(name, word, List.of(features));
    }
  }

  private static final List<Line> LINES =
      List.of(
          Line.of("rx-checksumming", "rx", "rx-checksum"),
          Line.of(
              "tx-checksumming",
              "tx",
              "tx-checksum-ipv4",
              "tx-checksum-ip-generic",
              "tx-checksum-ipv6",
              "tx-checksum-fcoe-crc",
              "tx-checksum-sctp"),
          Line.of("scatter-gather", "sg", "tx-scatter-gather", "tx-scatter-gather-fraglist"),
          Line.of(
              "tcp-segmentation-offload",
              "tso",
              "tx-tcp-segmentation",
              "tx-tcp-ecn-segmentation",
              "tx-tcp-mangleid-segmentation",
              "tx-tcp6-segmentation"),
          Line.of("generic-segmentation-offload", "gso", "tx-generic-segmentation"),
          Line.of("generic-receive-offload", "gro", GRO),
          Line.of("large-receive-offload", "lro", "rx-lro"),
          Line.of("rx-vlan-offload", "rxvlan", "rx-vlan-hw-parse"),
          Line.of("tx-vlan-offload", "txvlan", "tx-vlan-hw-insert"),
          Line.of("ntuple-filters", "ntuple", "rx-ntuple-filter"),
          Line.of("receive-hashing", "rxhash", "rx-hashing"));

  /** Those that ethtool shows by the kernel's names, behind the others. */
  private static final List<String> PLAIN =
      List.of(
          "highdma",
          "rx-vlan-filter",
          "vlan-challenged",
          "tx-lockless",
          "netns-local",
          "tx-gso-robust",
          "tx-fcoe-segmentation",
          "tx-gre-segmentation",
          "tx-gre-csum-segmentation",
          "tx-ipxip4-segmentation",
          "tx-ipxip6-segmentation",
          "tx-udp_tnl-segmentation",
          "tx-udp_tnl-csum-segmentation",
          "tx-gso-partial",
          "tx-tunnel-remcsum-segmentation",
          "tx-sctp-segmentation",
          "tx-esp-segmentation",
          "tx-udp-segmentation",
          "tx-gso-list",
          "fcoe-mtu",
          "tx-nocache-copy",
          "loopback",
          "rx-fcs",
          "rx-all",
          "tx-vlan-stag-hw-insert",
          "rx-vlan-stag-hw-parse",
          "rx-vlan-stag-filter",
          "l2-fwd-offload",
          "hw-tc-offload",
          "esp-hw-offload",
          "esp-tx-csum-hw-offload",
          "rx-udp_tunnel-port-offload",
          "tls-hw-tx-offload",
          "tls-hw-rx-offload",
          "rx-gro-hw",
          "tls-hw-record",
          "rx-gro-list",
          "macsec-hw-offload",
          "rx-udp-gro-forwarding",
          "hsr-tag-ins-offload",
          "hsr-tag-rm-offload",
          "hsr-fwd-offload",
          "hsr-dup-offload");

  private EthtoolFeatures() {}

  /** Whether a device has a feature now. */
  private static boolean isOn(NetDevice device, String feature) {
    return switch (feature) {
      case "rx-checksum" -> device instanceof VethDevice || device instanceof Loopback;
      case "tx-checksum-ip-generic" -> (device.features() & NetDevice.FEATURE_CSUM) != 0;
      case "tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp6-segmentation" ->
          (device.features() & NetDevice.FEATURE_TSO) != 0;
      case "tx-generic-segmentation" -> true;
      case GRO -> device instanceof PortDevice && device.attributes().mergesReceived;
      case "rx-vlan-hw-parse",
          "tx-vlan-hw-insert",
          "rx-vlan-stag-hw-parse",
          "tx-vlan-stag-hw-insert" ->
          device.kind() == NetDevice.Kind.ETHER;
      case "vlan-challenged" -> device.kind() != NetDevice.Kind.ETHER;
      case "netns-local" ->
          device instanceof Loopback || device instanceof Bridge || device instanceof UplinkDevice;
      default -> false;
    };
  }

  private static boolean isFixed(NetDevice device, String feature) {
    return !feature.equals(GRO) || !(device instanceof PortDevice);
  }

  private static boolean anyOn(NetDevice device, Line line) {
    return line.features().stream().anyMatch(feature -> isOn(device, feature));
  }

  // ---- -k

  static IpCommand.Result show(NetDevice device, boolean json) {
    if (json) {
      return new IpCommand.Result(0, JsonWriter.write(List.of(object(device)), true), "");
    }
    StringBuilder text = new StringBuilder("Features for " + device.name() + ":\n");
    for (Line line : LINES) {
      if (line.features().size() == 1) {
        line(device, line.name(), line.features().getFirst(), text);
      } else {
        text.append(line.name()).append(anyOn(device, line) ? ": on\n" : ": off\n");
        line.features().forEach(feature -> line(device, "\t" + feature, feature, text));
      }
    }
    PLAIN.forEach(feature -> line(device, feature, feature, text));
    return new IpCommand.Result(0, text.toString(), "");
  }

  private static void line(NetDevice device, String name, String feature, StringBuilder text) {
    text.append(name).append(isOn(device, feature) ? ": on" : ": off");
    text.append(isFixed(device, feature) ? " [fixed]\n" : "\n");
  }

  private static Map<String, Object> object(NetDevice device) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("ifname", device.name());
    for (Line line : LINES) {
      if (line.features().size() == 1) {
        all.put(line.name(), state(device, line.features().getFirst()));
      } else {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("active", anyOn(device, line));
        group.put("fixed", null);
        group.put("requested", null);
        all.put(line.name(), group);
        line.features().forEach(feature -> all.put(feature, state(device, feature)));
      }
    }
    PLAIN.forEach(feature -> all.put(feature, state(device, feature)));
    return all;
  }

  private static Map<String, Object> state(NetDevice device, String feature) {
    boolean fixed = isFixed(device, feature);
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("active", isOn(device, feature));
    state.put("fixed", fixed);
    state.put("requested", !fixed && isOn(device, feature));
    return state;
  }

  // ---- -K

  /**
   * A word behind {@code -K DEV}: on is wanted of any of its features, off of all.
   *
   * @param on whether they shall be on
   */
  record Wish(List<String> features, boolean on) {
    private boolean isFulfilled(NetDevice device) {
      return features.stream().anyMatch(feature -> isOn(device, feature)) == on;
    }

    private boolean canBe(NetDevice device) {
      return isFulfilled(device)
          || features.stream().anyMatch(feature -> !isFixed(device, feature));
    }
  }

  /** Changes what is wanted, or, where something of it cannot be, nothing. */
  static IpCommand.Result change(NetDevice device, List<Wish> wishes) {
    StringBuilder refused = new StringBuilder();
    for (Wish wish : wishes) {
      if (!wish.canBe(device)) {
        for (String feature : wish.features()) {
          if (isOn(device, feature) != wish.on()) {
            refused.append(feature);
            refused.append(wish.on() ? ": off [requested on]\n" : ": on [requested off]\n");
          }
        }
      }
    }
    boolean none = wishes.isEmpty() || wishes.stream().anyMatch(wish -> !wish.canBe(device));
    if (none) {
      String out = refused.isEmpty() ? "" : "Actual changes:\n" + refused;
      return new IpCommand.Result(NOT_CHANGED, out, "Could not change any device features\n");
    }
    for (Wish wish : wishes) {
      if (wish.features().contains(GRO)) {
        device.attributes().mergesReceived = wish.on();
      }
    }
    return new IpCommand.Result(0, "", "");
  }

  /**
   * The features that words behind {@code -K DEV} name.
   *
   * @param into takes them
   * @return what is wrong, or null
   */
  static IpCommand.@Nullable Result read(List<String> words, List<Wish> into) {
    for (int i = 0; i < words.size(); i += 2) {
      String value = i + 1 < words.size() ? words.get(i + 1) : "(null)";
      if (!value.equals("on") && !value.equals("off")) {
        return new IpCommand.Result(
            1,
            "",
            "ethtool (-K): flag '"
                + value
                + "' for parameter '(null)' is not followed by 'on' or 'off'\n");
      }
      List<String> features = named(words.get(i));
      if (features == null) {
        return new IpCommand.Result(
            REFUSED,
            "",
            "netlink error: bit name not found (offset 52)\n"
                + "netlink error: Operation not supported\n");
      }
      into.add(new Wish(features, value.equals("on")));
    }
    return null;
  }

  private static @Nullable List<String> named(String word) {
    for (Line line : LINES) {
      if (word.equals(line.name()) || word.equals(line.words())) {
        return line.features();
      }
      if (line.features().contains(word)) {
        return List.of(word);
      }
    }
    if (word.equals("ufo") || word.equals("udp-fragmentation-offload")) {
      return List.of(); // ethtool still knows the word, the kernel has it no more
    }
    return PLAIN.contains(word) ? List.of(word) : null;
  }
}
