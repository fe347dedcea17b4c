package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.bridge.VlanGroup;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ports of bridges with their switches and VLANs, and the forwarding table's entries by hand. */
public final class BridgeSaver implements Saver {
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
    vlans(script, space, bridge, null);
    List<BridgePort> ports = new ArrayList<>(List.of(bridge.bridgePorts()));
    ports.removeIf(port -> script.place(port.device()) == null);
    // the appliance's own are there before the others, whatever their numbers have become
    Comparator<BridgePort> made = Comparator.comparing(p -> script.standing(p.device()) == null);
    ports.sort(made.thenComparingInt(BridgePort::number));
    for (BridgePort port : ports) {
      NetDevice device = port.device();
      Standing.Device at = script.standing(device);
      if (at == null || !bridge.equals(at.master())) {
        script.line(space, "ip link set dev", device.name(), "master", bridge.name());
      }
      List<String> words = BridgeSlaveAttributes.words(port);
      if (!words.isEmpty()) {
        List<String> line = new ArrayList<>(List.of("ip", "link", "set", "dev", device.name()));
        line.addAll(List.of("type", "bridge_slave"));
        line.addAll(words);
        script.line(space, line);
      }
      vlans(script, space, bridge, port);
    }
    entries(script, space, bridge, null);
    ports.forEach(port -> entries(script, space, bridge, port));
  }

  // ---- VLANs

  /** The difference to the default VLAN alone, without a tag. */
  private static void vlans(
      SaveScript script, Space space, Bridge bridge, @Nullable BridgePort port) {
    VlanGroup group = port == null ? bridge.vlans().own() : port.vlans();
    String name = port == null ? bridge.name() : port.device().name();
    int given = bridge.vlans().defaultPvid();
    if (given != 0 && !group.has(given)) {
      vlan(script, space, "del", name, String.valueOf(given), port == null, List.of());
    }
    for (int vid = group.next(1); vid > 0; vid = group.next(vid + 1)) {
      boolean pvid = group.pvid() == vid;
      boolean untagged = group.isUntagged(vid);
      int last = vid;
      while (!pvid && isLike(group, vid, last + 1, given)) {
        last++;
      }
      if (vid != given || !pvid || !untagged) {
        List<String> flags = new ArrayList<>();
        if (pvid) {
          flags.add("pvid");
        }
        if (untagged) {
          flags.add("untagged");
        }
        String range = last == vid ? String.valueOf(vid) : vid + "-" + last;
        vlan(script, space, "add", name, range, port == null, flags);
      }
      vid = last;
    }
  }

  private static boolean isLike(VlanGroup group, int first, int next, int given) {
    return next < VlanGroup.IDS
        && first != given
        && next != given
        && group.has(next)
        && group.pvid() != next
        && group.isUntagged(next) == group.isUntagged(first);
  }

  private static void vlan(
      SaveScript script,
      Space space,
      String verb,
      String device,
      String range,
      boolean self,
      List<String> flags) {
    List<String> words = new ArrayList<>(List.of("bridge", "vlan", verb, "vid", range));
    words.addAll(List.of("dev", device));
    words.addAll(flags);
    if (self) {
      words.add("self");
    }
    script.line(space, words);
  }

  // ---- forwarding table

  private static boolean isSaved(Fdb.@Nullable Entry entry) {
    return entry != null && entry.user() && entry.state() != Fdb.State.DYNAMIC;
  }

  /** Entries by hand that do not age; one in no VLAN is in each of the port's. */
  private static void entries(
      SaveScript script, Space space, Bridge bridge, @Nullable BridgePort port) {
    List<Fdb.Entry> mine =
        bridge.fdb().entries().stream()
            .filter(entry -> isSaved(entry) && Objects.equals(entry.port(), port))
            .sorted(Comparator.comparingLong(Fdb.Entry::mac).thenComparingInt(Fdb.Entry::vid))
            .toList();
    VlanGroup group = port == null ? bridge.vlans().own() : port.vlans();
    for (Fdb.Entry entry : mine) {
      Fdb.Entry all = entry.vid() == 0 ? null : bridge.fdb().get(entry.mac(), 0);
      boolean covered = isSaved(all) && all != null && isSame(all, entry);
      if (entry.vid() != 0 && !group.has(entry.vid())) {
        script.comment(
            "bridge fdb: "
                + Addresses.macToString(entry.mac())
                + " is in VLAN "
                + entry.vid()
                + ", which was taken from its port since");
      } else if (!covered) {
        line(script, space, bridge, entry, "replace");
      }
      for (int vid = group.next(1); vid > 0 && entry.vid() == 0; vid = group.next(vid + 1)) {
        Fdb.Entry there = bridge.fdb().get(entry.mac(), vid);
        if (there == null || !Objects.equals(there.port(), port) || !there.user()) {
          line(script, space, bridge, with(entry, vid), "del");
        }
      }
    }
  }

  private static Fdb.Entry with(Fdb.Entry entry, int vid) {
    return new Fdb.Entry(entry.mac(), vid, entry.port(), entry.state(), entry.sticky(), true, 0, 0);
  }

  private static boolean isSame(Fdb.Entry a, Fdb.Entry b) {
    return Objects.equals(a.port(), b.port()) && a.state() == b.state() && a.sticky() == b.sticky();
  }

  private static void line(
      SaveScript script, Space space, Bridge bridge, Fdb.Entry entry, String verb) {
    BridgePort port = entry.port();
    List<String> words = new ArrayList<>(List.of("bridge", "fdb", verb));
    words.add(Addresses.macToString(entry.mac()));
    words.addAll(List.of("dev", port == null ? bridge.name() : port.device().name()));
    words.add(port == null ? "self" : "master");
    if (!verb.equals("del")) {
      words.add(entry.state() == Fdb.State.STATIC ? "static" : "permanent");
      if (entry.sticky()) {
        words.add("sticky");
      }
    }
    if (entry.vid() != 0) {
      words.addAll(List.of("vlan", String.valueOf(entry.vid())));
    }
    script.line(space, words);
  }
}
