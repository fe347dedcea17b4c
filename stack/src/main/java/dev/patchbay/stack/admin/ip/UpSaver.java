package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.PortState;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.OperState;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.VlanDevice;
import dev.patchbay.stack.link.Links;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What is up and down, each after what it stands on; carrier and states that were set by hand. */
public final class UpSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    List<NetDevice> all = new ArrayList<>(script.devices().toList());
    all.sort(Comparator.comparingInt(Links::depth));
    Set<NetDevice> up = new HashSet<>();
    for (NetDevice device : all) {
      Standing.Device at = script.standing(device);
      if (at != null && at.up()) {
        up.add(device);
      }
    }
    for (NetDevice device : all) {
      if (device.masterPort() instanceof BondPort && !up.contains(device)) {
        raise(all, up, device); // it came up when it became a port
      }
    }
    for (NetDevice device : all) {
      boolean wanted = device.isUp() || script.isLate(device);
      if (wanted && !up.contains(device)) {
        set(script, device, "up");
        raise(all, up, device);
      }
    }
    for (NetDevice device : all) {
      if (!device.isUp() && !script.isLate(device) && up.contains(device)) {
        set(script, device, "down");
      }
    }
    all.forEach(device -> states(script, device));
  }

  /** VLANs come up with what they stand on. */
  private static void raise(List<NetDevice> all, Set<NetDevice> up, NetDevice device) {
    up.add(device);
    for (NetDevice other : all) {
      if (other instanceof VlanDevice vlan
          && vlan.lower().equals(device)
          && !vlan.isLooselyBound()
          && !up.contains(other)) {
        raise(all, up, other);
      }
    }
  }

  private static void set(SaveScript script, NetDevice device, String... words) {
    Space space = script.place(device);
    if (space != null) {
      List<String> line = new ArrayList<>(List.of("ip", "link", "set", "dev", device.name()));
      line.addAll(List.of(words));
      script.line(space, line);
    }
  }

  private static void states(SaveScript script, NetDevice device) {
    LinkAttributes attributes = device.attributes();
    OperState state = attributes.state();
    boolean pulled = device instanceof PortDevice cable && cable.isPulled();
    if (pulled || device instanceof DummyDevice && !device.hasCarrier()) {
      set(script, device, "carrier", "off");
    }
    // of a new dummy nobody knows; one that was up before its mode was set does not wait
    boolean works =
        state == OperState.UP
            && (device instanceof DummyDevice || attributes.dormantMode && device.isUp());
    boolean waits =
        state == OperState.TESTING
            || state == OperState.DORMANT && !device.isDormant() && !attributes.dormantMode;
    if (works || waits) {
      set(script, device, "state", state.name().toLowerCase(Locale.ROOT));
    }
    if (device.masterPort() instanceof BridgePort port
        && !port.master().stp().isOn()
        && port.master().isUp()
        && port.isLive()
        && port.state() != PortState.FORWARDING) {
      String number = String.valueOf(port.state().ordinal());
      set(script, device, "type", "bridge_slave", "state", number);
    }
  }

  /** What has to be up until the routes are there ({@link SaveScript#isLate}). */
  public static final class Late implements Saver {
    @Override
    public void save(SaveScript script) {
      script.devices().filter(script::isLate).forEach(device -> set(script, device, "down"));
    }
  }
}
