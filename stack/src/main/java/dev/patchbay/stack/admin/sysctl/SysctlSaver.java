package dev.patchbay.stack.admin.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.conf.ConfChanges;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.IfbDevice;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.sysctl.SysctlKey;
import dev.patchbay.stack.sysctl.SysctlTree;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values of {@code sysctl} that are others than the script finds: of namespaces as a whole, before
 * any device is made, and of devices ({@link Devices}), before they are up. What writing one does
 * to others ({@link ConfChanges}) is reckoned with.
 */
public final class SysctlSaver implements Saver {
  private static final String FORWARDING4 = "net/ipv4/conf/all/forwarding";
  private static final String FORWARDING6 = "net/ipv6/conf/all/forwarding";
  private static final String DISABLE6 = "net/ipv6/conf/all/disable_ipv6";

  /** Those whose writing writes others, which therefore come first. */
  private static final List<String> FIRST = List.of(FORWARDING4, FORWARDING6, DISABLE6);

  private static final String IP_FORWARD = "net/ipv4/ip_forward"; // FORWARDING4 by another name
  private static final String REDIRECTS = "net/ipv4/conf/all/accept_redirects";
  private static final List<String> FOLDERS =
      List.of("net/ipv4/conf/", "net/ipv6/conf/", "net/ipv4/neigh/", "net/ipv6/neigh/");

  /**
   * Whether a device has lost its addresses and routes of IPv6 when the script comes to them: by
   * its own {@code disable_ipv6}, or by that of all, which is written first and may be taken back
   * for the device.
   */
  public static boolean wipes6(SaveScript script, NetDevice device) {
    if (device.conf6().is(Ipv6Key.DISABLE_IPV6)) {
      return true;
    }
    Space space = script.place(device);
    return space != null
        && device.host() instanceof NetworkStack stack
        && stack.conf().all6().is(Ipv6Key.DISABLE_IPV6)
        && !"1".equals(script.standing().settings(space.name()).get(DISABLE6));
  }

  @Override
  public void save(SaveScript script) {
    for (Space space : script.spaces()) {
      Map<String, String> now = wholeOf(space);
      Map<String, String> there = new HashMap<>(script.standing().settings(space.name()));
      for (String path : FIRST) {
        String value = now.getOrDefault(path, "");
        if (!value.equals(there.get(path))) {
          write(script, space, path, value);
          affected(there, path, value);
        }
      }
      now.forEach((path, value) -> {
        if (!FIRST.contains(path) && !path.equals(IP_FORWARD) && !value.equals(there.get(path))) {
          write(script, space, path, value);
        }
      });
    }
  }

  /** What else a write changes among the values of the whole. */
  private static void affected(Map<String, String> there, String path, String value) {
    there.put(path.replace("/all/", "/default/"), value);
    if (path.equals(FORWARDING4)) {
      there.put(REDIRECTS, value.equals("0") ? "1" : "0");
    }
  }

  /** The values that can be written and are of no device. */
  private static Map<String, String> wholeOf(Space space) {
    Map<String, String> values = new LinkedHashMap<>();
    for (SysctlKey key : SysctlTree.of(space.stack()).all()) {
      boolean whole =
          FOLDERS.stream().noneMatch(key.path()::startsWith)
              || key.path().contains("/all/")
              || key.path().contains("/default/");
      if (whole && key.writer() != null) {
        values.put(key.path(), key.reader().get());
      }
    }
    return values;
  }

  private static void write(SaveScript script, Space space, String path, String value) {
    String setting = path + "=" + value.replace('\t', ' ');
    script.within(space, List.of("sysctl", "-q", "-w", setting));
  }

  /** Values of devices. */
  public static final class Devices implements Saver {
    @Override
    public void save(SaveScript script) {
      Map<Space, SysctlTree> trees = new HashMap<>();
      script
          .devices()
          .forEach(device -> {
            Space space = script.place(device);
            if (space != null) {
              SysctlTree tree = trees.computeIfAbsent(space, s -> SysctlTree.of(s.stack()));
              new Device(script, space, tree, device).save();
            }
          });
    }
  }

  /** One device, with its values when the script comes to them. */
  private record Device(SaveScript script, Space space, SysctlTree tree, NetDevice device) {
    void save() {
      for (String folder : FOLDERS) {
        String prefix = folder + device.name() + "/";
        for (SysctlKey key : tree.below(folder + device.name())) {
          String name = key.path().substring(prefix.length());
          String value = key.reader().get();
          if (!value.equals(expected(folder, name))) {
            write(script, space, key.path(), value);
          }
        }
      }
    }

    private String expected(String folder, String name) {
      Standing.Device at = script.standing(device);
      boolean loopback = device.kind() == NetDevice.Kind.LOOPBACK;
      if (at == null && !loopback && !isMoved()) {
        return ofNew(folder, name);
      }
      Map<String, String> standing = script.standing().settings(space.name());
      String all = folder + "all/" + name;
      String other = folder + "default/" + name;
      if (FIRST.contains(all) && !now(all).equals(standing.get(all))) {
        return now(all);
      }
      boolean follows =
          !folder.equals("net/ipv6/conf/")
              && !all.equals(FORWARDING4)
              && !(at != null && at.ownSettings().contains(folder + name));
      if (follows && tree.find(other) != null && !now(other).equals(standing.get(other))) {
        return now(other);
      }
      if (at != null) {
        return at.settings().getOrDefault(folder + name, "");
      }
      return loopback ? script.standing().ofLoopback(folder + name) : ofNewAtFirst(folder, name);
    }

    private boolean isMoved() {
      return script.standing().device(device) != null;
    }

    private String now(String path) {
      SysctlKey key = tree.find(path);
      return key == null ? "" : key.reader().get();
    }

    /** Of a device that a command has made behind those that set the defaults. */
    private String ofNew(String folder, String name) {
      boolean quiet = device instanceof DummyDevice || device instanceof IfbDevice;
      if (quiet && folder.equals("net/ipv6/conf/") && name.equals("accept_dad")) {
        return "-1";
      }
      if (device instanceof UplinkDevice && folder.equals("net/ipv4/conf/")) {
        return name.equals("accept_local") ? "1" : now(folder + "default/" + name);
      }
      SysctlKey key = tree.find(folder + "default/" + name);
      return key == null ? script.standing().ofLoopback(folder + name) : key.reader().get();
    }

    /** Of one that was moved before the defaults were set. */
    private String ofNewAtFirst(String folder, String name) {
      String value = script.standing().settings(space.name()).get(folder + "default/" + name);
      return value == null ? script.standing().ofLoopback(folder + name) : value;
    }
  }
}
