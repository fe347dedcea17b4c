package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.device.NetDevice;
import java.util.List;

/** Namespaces, and the appliance's own devices that were moved to others. */
public final class NamespaceSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    Space initial = script.spaces().getFirst();
    List<String> names = script.spaces().stream().map(Space::name).toList();
    for (String name : script.standing().namespaces()) {
      if (!names.contains(name)) {
        script.line(initial, "ip netns del", name);
      }
    }
    for (String name : names) {
      if (!name.isEmpty() && !script.standing().namespaces().contains(name)) {
        script.line(initial, "ip netns add", name);
      }
    }
    script.devices().forEach(device -> moved(script, device));
  }

  private static void moved(SaveScript script, NetDevice device) {
    Standing.Device at = script.standing().device(device);
    Space now = script.place(device);
    if (at == null || now == null || at.space().equals(now.name()) || now.name().isEmpty()) {
      return; // back to the initial one it comes with the end of its namespace
    }
    script.spaces().stream()
        .filter(space -> space.name().equals(at.space()))
        .findFirst()
        .ifPresent(
            from -> script.line(from, "ip link set dev", device.name(), "netns", now.name()));
  }
}
