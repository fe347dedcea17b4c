package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.LinkWords;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondSettings.FailOverMac;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.Loopback;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Links: those that commands have made, each after the one it stands on, and what was set of these
 * and of the appliance's own. Masters, carrier and up are the business of others.
 */
public final class LinkSaver implements Saver {
  private static final int ETHERNET_MTU = 1500;

  @Override
  public void save(SaveScript script) {
    // what is set of a port would reach its bridge, and from there others
    script.devices().forEach(device -> released(script, device));
    // a bridge is made without its ports, so that the VLANs below one do not come before it
    int deepest = script.devices().mapToInt(SaveScript::below).max().orElse(0);
    Set<NetDevice> made = new HashSet<>();
    for (int depth = 0; depth <= deepest; depth++) {
      int at = depth;
      List<NetDevice> level =
          script.devices().filter(device -> SaveScript.below(device) == at).toList();
      level.forEach(device -> add(script, made, device));
      level.forEach(device -> set(script, device)); // which those above are made from
    }
  }

  private static void add(SaveScript script, Set<NetDevice> made, NetDevice device) {
    Space space = script.place(device);
    LinkType type = LinkTypes.of(device);
    boolean isOwn = script.standing().device(device) != null;
    if (space != null && type != null && !isOwn && made.add(device)) {
      add(script, space, device, type);
      if (device instanceof VethDevice veth && veth.peer() != null) {
        made.add(veth.peer());
      }
    }
  }

  /** One of the appliance's own that is no port any more, or another's. */
  private static void released(SaveScript script, NetDevice device) {
    Standing.Device at = script.standing(device);
    Space space = script.place(device);
    if (at != null
        && space != null
        && at.master() != null
        && !at.master().equals(device.master())) {
      script.line(space, "ip link set dev", device.name(), "nomaster");
    }
  }

  private static void add(SaveScript script, Space space, NetDevice device, LinkType type) {
    if (device instanceof PortDevice port && port.tap() != null) {
      addTap(script, space, port, port.tap());
      return;
    }
    List<String> words = new ArrayList<>(List.of("ip", "link", "add"));
    NetDevice lower = device instanceof VethDevice ? null : device.linked();
    Space from = lower == null ? space : script.place(lower);
    if (from == null) {
      return;
    }
    if (lower != null) {
      words.addAll(List.of("link", lower.name()));
    }
    // a name that is taken where the command runs is refused, wherever the device shall be
    boolean taken = !from.equals(space) && from.stack().device(device.name()) != null;
    String name = taken ? "saved" + from.stack().devices().size() : device.name();
    words.addAll(List.of("name", name));
    if (device instanceof Bond bond && bond.settings().failOverMac != FailOverMac.NONE) {
      if (bond.attributes().addressOrigin != LinkAttributes.AddressOrigin.STOLEN) {
        words.addAll(List.of("address", Addresses.macToString(bond.mac()))); // it is not set later
      }
    }
    if (!from.equals(space)) {
      words.addAll(List.of("netns", space.name()));
    }
    words.addAll(List.of("type", type.kind()));
    if (device instanceof VethDevice veth) {
      NetDevice peer = veth.peer();
      Space there = peer == null ? null : script.place(peer);
      if (peer != null && there != null) {
        words.addAll(List.of("peer", "name", peer.name()));
        if (!there.equals(space)) {
          words.addAll(List.of("netns", there.name()));
        }
      }
    } else {
      words.addAll(type.words(device));
    }
    script.line(from, words);
    if (taken) {
      script.line(space, "ip link set dev", name, "name", device.name());
    }
  }

  /** One that leads to a TAP interface of the host, whose name it has first. */
  private static void addTap(SaveScript script, Space space, PortDevice port, String tap) {
    boolean renamed = !port.name().equals(tap);
    if (renamed && space.stack().device(tap) != null) {
      script.comment("not saved: " + port.name() + " leads to the host's " + tap);
      return;
    }
    script.line(space, "ip tuntap add dev", tap, "mode", "tap");
    if (renamed) {
      script.line(space, "ip link set dev", tap, "name", port.name());
    }
  }

  private static void set(SaveScript script, NetDevice device) {
    Space space = script.place(device);
    if (space == null) {
      return;
    }
    List<String> words = new ArrayList<>(List.of("ip", "link", "set", "dev", device.name()));
    int least = words.size();
    Map<String, String> before = before(script, device);
    LinkWords.of(device)
        .forEach((word, value) -> {
          if (!value.equals(before.get(word))) {
            words.addAll(List.of(word, value));
          }
        });
    if (words.contains("mtu") && device instanceof Bridge && device.mtu() == ETHERNET_MTU) {
      // only another one than that of its ports is set, and is its own from then on
      script.line(space, "ip link set dev", device.name(), "mtu", String.valueOf(ETHERNET_MTU - 1));
    }
    if (words.size() > least) {
      script.line(space, words);
    }
    LinkType type = LinkTypes.of(device);
    if (type != null && script.standing().device(device) != null) {
      List<String> own = type.words(device);
      if (!own.isEmpty()) {
        List<String> line = new ArrayList<>(List.of("ip", "link", "set", "dev", device.name()));
        line.addAll(List.of("type", type.kind()));
        line.addAll(own);
        script.line(space, line);
      }
    }
  }

  /** What is set of the device when the script comes to it. */
  private static Map<String, String> before(SaveScript script, NetDevice device) {
    Standing.Device at = script.standing().device(device);
    if (at != null) {
      return at.words();
    }
    LinkType type = LinkTypes.of(device);
    EventLoop loop = script.spaces().getFirst().stack().loop();
    NetDevice fresh = type == null ? loopback(device, loop) : type.fresh(device, loop);
    if (fresh == null) {
      return Map.of();
    }
    Map<String, String> words = LinkWords.of(fresh);
    if (type != null && fresh.attributes().addressOrigin != LinkAttributes.AddressOrigin.STOLEN) {
      words.remove("address"); // one by chance
    }
    return words;
  }

  /** What a namespace has by itself. */
  private static @Nullable NetDevice loopback(NetDevice device, EventLoop loop) {
    return device.kind() == NetDevice.Kind.LOOPBACK ? new Loopback(1, loop) : null;
  }
}
