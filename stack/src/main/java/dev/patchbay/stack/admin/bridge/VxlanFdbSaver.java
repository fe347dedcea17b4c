package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.vxlan.VxlanDevice;
import dev.patchbay.stack.vxlan.VxlanFdb;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;

/** Entries by hand of the tables of VXLAN devices, beside that for the remote host. */
public final class VxlanFdbSaver implements Saver {
  private static final String ALL = Addresses.macToString(0);

  @Override
  public void save(SaveScript script) {
    script
        .devices()
        .forEach(device -> {
          Space space = script.place(device);
          if (device instanceof VxlanDevice vxlan && space != null) {
            device(script, space, vxlan);
          }
        });
  }

  private static void device(SaveScript script, Space space, VxlanDevice device) {
    IpAddress remote = device.remote();
    VxlanFdb.Remote first = remote == null ? null : device.remoteOf(remote);
    boolean found = false;
    for (VxlanFdb.Entry entry : device.entries()) {
      if (entry.state() == VxlanFdb.State.DYNAMIC) {
        continue;
      }
      int from = 0;
      if (entry.mac() == 0) {
        found = true;
        boolean made = first != null && entry.remotes()[0].equals(first);
        if (made && entry.state() == VxlanFdb.State.PERMANENT) {
          from = 1;
        } else if (first != null) {
          script.line(space, "bridge fdb del", ALL, "dev", device.name());
        }
      }
      for (int i = from; i < entry.remotes().length; i++) {
        host(script, space, device, entry, i);
      }
    }
    if (!found && first != null) {
      script.line(space, "bridge fdb del", ALL, "dev", device.name());
    }
  }

  private static void host(
      SaveScript script, Space space, VxlanDevice device, VxlanFdb.Entry entry, int at) {
    VxlanFdb.Remote host = entry.remotes()[at];
    List<String> words = new ArrayList<>(List.of("bridge", "fdb"));
    words.add(at == 0 && entry.mac() != 0 ? "add" : "append");
    words.addAll(List.of(Addresses.macToString(entry.mac()), "dev", device.name()));
    words.addAll(List.of("dst", Addresses.toString(host.hi(), host.lo())));
    if (host.port() != device.port()) {
      words.addAll(List.of("port", String.valueOf(host.port())));
    }
    if (host.vni() != device.vni()) {
      words.addAll(List.of("vni", String.valueOf(host.vni())));
    }
    words.addAll(List.of("self", entry.state() == VxlanFdb.State.STATIC ? "static" : "permanent"));
    script.line(space, words);
  }
}
