package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.Mdb;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups that were set by hand for good. A bridge takes them while it is up and snoops, and keeps
 * them afterwards: one that does not is made to for as long as that takes.
 */
public final class GroupSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    script
        .devices()
        .forEach(device -> {
          Space space = script.place(device);
          if (device instanceof Bridge bridge && space != null) {
            bridge(script, space, bridge);
          }
        });
  }

  private static void bridge(SaveScript script, Space space, Bridge bridge) {
    List<Mdb.Entry> mine =
        bridge.mdb().entries().reversed().stream()
            .filter(Mdb.Entry::permanent)
            .filter(entry -> entry.port() == null || script.place(entry.port().device()) != null)
            .toList();
    if (mine.isEmpty()) {
      return;
    }
    boolean snoops = bridge.snooping().isOn();
    if (!snoops) {
      set(script, space, bridge, "type", "bridge", "mcast_snooping", "1");
    }
    if (!bridge.isUp()) {
      set(script, space, bridge, "up");
    }
    // with filtering one of no VLAN would go into each of the port's
    boolean plain =
        bridge.vlans().isFiltering()
            && mine.stream().anyMatch(entry -> entry.vid() == 0 || !hasVlan(bridge, entry));
    if (plain) {
      set(script, space, bridge, "type", "bridge", "vlan_filtering", "0");
    }
    mine.forEach(entry -> entry(script, space, bridge, entry));
    if (plain) {
      set(script, space, bridge, "type", "bridge", "vlan_filtering", "1");
    }
    if (!bridge.isUp()) {
      set(script, space, bridge, "down");
    }
    if (!snoops) {
      set(script, space, bridge, "type", "bridge", "mcast_snooping", "0");
    }
  }

  private static boolean hasVlan(Bridge bridge, Mdb.Entry entry) {
    BridgePort port = entry.port();
    return (port == null ? bridge.vlans().own() : port.vlans()).has(entry.vid());
  }

  private static void set(SaveScript script, Space space, Bridge bridge, String... words) {
    List<String> line = new ArrayList<>(List.of("ip", "link", "set", "dev", bridge.name()));
    line.addAll(List.of(words));
    script.line(space, line);
  }

  private static void entry(SaveScript script, Space space, Bridge bridge, Mdb.Entry entry) {
    Mdb.Group group = entry.group();
    BridgePort port = entry.port();
    NetDevice member = port == null ? bridge : port.device();
    List<String> words = new ArrayList<>(List.of("bridge", "mdb", "add", "dev", bridge.name()));
    words.addAll(List.of("port", member.name(), "grp"));
    boolean ip = group.family() != 0;
    words.add(ip ? Addresses.toString(group.hi(), group.lo()) : Addresses.macToString(group.lo()));
    if (!group.isForAllSources()) {
      words.addAll(List.of("src", Addresses.toString(group.sourceHi(), group.sourceLo())));
    }
    words.add("permanent");
    if (entry.vid() != 0) {
      words.addAll(List.of("vid", String.valueOf(entry.vid())));
    }
    script.line(space, words);
  }
}
