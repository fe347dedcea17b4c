package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bond.BondSettings.FailOverMac;
import dev.patchbay.stack.bond.BondSettings.Reselect;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.Links;
import dev.patchbay.stack.wire.Addresses;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Ports of bonds in the order in which they came, the primary and the active one. A port is down
 * when it becomes one, and up from then on.
 */
public final class BondSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    // one that is a port itself has the address of its own ports before
    script
        .devices()
        .sorted(Comparator.comparingInt(Links::depth))
        .forEach(device -> {
          Space space = script.place(device);
          if (device instanceof Bond bond && space != null) {
            bond(script, space, bond);
          }
        });
  }

  private static void bond(SaveScript script, Space space, Bond bond) {
    for (BondPort port : bond.bondPorts()) {
      NetDevice device = port.device();
      if (script.place(device) == null) {
        continue;
      }
      Standing.Device at = script.standing(device);
      if (at != null && at.up()) {
        script.line(space, "ip link set dev", device.name(), "down");
      }
      script.line(space, "ip link set dev", device.name(), "master", bond.name());
      since(script, space, bond, device);
    }
    String primary = bond.settings().primary;
    if (!primary.isEmpty() && space.stack().device(primary) == null) {
      script.comment(
          "not saved: the primary port of "
              + bond.name()
              + " is "
              + primary
              + ", which is not there");
    } else if (!primary.isEmpty()) {
      option(script, space, bond, "primary", primary);
    }
    active(script, space, bond);
  }

  /** What was set of a port since it is one. */
  private static void since(SaveScript script, Space space, Bond bond, NetDevice device) {
    if (device.mtu() != bond.mtu()) {
      script.line(space, "ip link set dev", device.name(), "mtu", String.valueOf(device.mtu()));
    }
    boolean same = bond.settings().failOverMac != FailOverMac.NONE || device.mac() == bond.mac();
    if (!same && !(device instanceof Bond)) {
      String mac = Addresses.macToString(device.mac());
      script.line(space, "ip link set dev", device.name(), "address", mac);
    }
  }

  private static void option(SaveScript script, Space space, Bond bond, String word, String value) {
    script.line(space, "ip link set dev", bond.name(), "type", "bond", word, value);
  }

  /** The port by which it sends, where it would choose another one by itself. */
  private static void active(SaveScript script, Space space, Bond bond) {
    BondPort active = bond.active();
    if (bond.settings().miimon == 0) {
      // no link is looked at: all are good from the first moment
      BondPort chosen = bond.primary();
      if (chosen == null && !bond.bondPorts().isEmpty()) {
        chosen = bond.bondPorts().getFirst();
      }
      if (active != null && !active.equals(chosen)) {
        option(script, space, bond, "active_slave", active.device().name());
      }
    } else if (!isKnown(bond)) {
      String port = active == null ? "no port" : active.device().name();
      script.comment("not saved: " + bond.name() + " sends by " + port + " now");
    }
  }

  /** Whether it is known beforehand what the links will be and which port is chosen. */
  private static boolean isKnown(Bond bond) {
    // one that is down keeps what it saw when its ports came: of most that there was no carrier yet
    boolean looks =
        bond.isUp() || bond.bondPorts().stream().allMatch(p -> p.device() instanceof DummyDevice);
    return looks && (bond.active() == null || bond.active().equals(chosen(bond)));
  }

  /** Which one it chooses when the links have come up, where that is known beforehand. */
  private static @Nullable BondPort chosen(Bond bond) {
    BondPort primary = bond.primary();
    boolean prefers = bond.settings().reselect == Reselect.ALWAYS;
    if (primary != null && primary.link() == BondPort.Link.UP && prefers) {
      return primary;
    }
    BondPort only = null;
    for (BondPort port : bond.bondPorts()) {
      if (port.link() == BondPort.Link.UP) {
        boolean atOnce = port.device() instanceof DummyDevice && bond.settings().upDelay == 0;
        if (atOnce && primary == null) {
          return only == null ? port : null;
        }
        if (only != null) {
          return null;
        }
        only = port;
      }
    }
    return only;
  }
}
