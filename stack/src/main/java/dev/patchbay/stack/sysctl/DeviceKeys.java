package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.ConfChanges;
import dev.patchbay.stack.conf.ConfKey;
import dev.patchbay.stack.conf.DeviceConf;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.neighbour.NeighbourSettings;
import dev.patchbay.stack.neighbour.NeighbourTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** The keys of devices, of {@code all} and {@code default} ({@code conf} and {@code neigh}). */
final class DeviceKeys {
  private final List<SysctlKey> keys = new ArrayList<>();
  private final NetworkStack stack;

  private DeviceKeys(NetworkStack stack) {
    this.stack = stack;
  }

  static List<SysctlKey> of(NetworkStack stack) {
    DeviceKeys all = new DeviceKeys(stack);
    for (Ipv4Key key : Ipv4Key.values()) {
      all.add4(key);
    }
    for (Ipv6Key key : Ipv6Key.values()) {
      all.add6(key);
    }
    for (NeighbourKey key : NeighbourKey.values()) {
      all.addNeighbours(key, true);
      if (key != NeighbourKey.LOCKTIME) {
        all.addNeighbours(key, false); // locktime is ARP's alone
      }
    }
    return all.keys;
  }

  private <K extends Enum<K> & ConfKey> void add(
      String folder, String place, DeviceConf<K> values, K key, IntConsumer set) {
    String path = "net/" + folder + "/" + place + "/" + key.text();
    keys.add(SysctlKey.number(path, key.least(), key.greatest(), () -> values.get(key), set));
  }

  private void add4(Ipv4Key key) {
    StackConf conf = stack.conf();
    String folder = "ipv4/conf";
    add(folder, "all", conf.all4(), key, v -> ConfChanges.all4(stack, key, v));
    add(folder, "default", conf.default4(), key, v -> ConfChanges.default4(stack, key, v));
    for (NetDevice device : stack.devices()) {
      add(folder, device.name(), device.conf4(), key, v -> ConfChanges.device4(device, key, v));
    }
  }

  private void add6(Ipv6Key key) {
    StackConf conf = stack.conf();
    String folder = "ipv6/conf";
    add(folder, "all", conf.all6(), key, v -> ConfChanges.all6(stack, key, v));
    add(folder, "default", conf.default6(), key, v -> ConfChanges.device6(stack, null, key, v));
    for (NetDevice device : stack.devices()) {
      add(
          folder,
          device.name(),
          device.conf6(),
          key,
          v -> ConfChanges.device6(stack, device, key, v));
    }
  }

  /** {@code default} is the initial namespace's alone, as on Linux. */
  private void addNeighbours(NeighbourKey key, boolean v4) {
    String folder = v4 ? "ipv4/neigh" : "ipv6/neigh";
    NeighbourTable table = stack.neighbours();
    if (stack.equals(stack.namespaces().initial())) {
      add(folder, "default", table.defaults(v4).values(), key, v -> table.setDefault(v4, key, v));
    }
    for (NetDevice device : stack.devices()) {
      NeighbourSettings own = table.settings(device, v4);
      add(folder, device.name(), own.values(), key, v -> own.set(key, v));
    }
  }
}
