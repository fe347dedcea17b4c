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
 * Groups that were set by hand for good, when bridges are up, without which they take none; a
 * bridge that was set down since keeps them, and no word makes them again there.
 */
public final class GroupSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    script
        .devices()
        .forEach(device -> {
          Space space = script.place(device);
          if (device instanceof Bridge bridge && space != null) {
            for (Mdb.Entry entry : bridge.mdb().entries().reversed()) {
              if (entry.permanent()) {
                entry(script, space, bridge, entry);
              }
            }
          }
        });
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
    if (bridge.isUp() && bridge.snooping().isOn()) {
      script.line(space, words);
    } else {
      script.comment(String.join(" ", words) + ": the bridge takes none now");
    }
  }
}
