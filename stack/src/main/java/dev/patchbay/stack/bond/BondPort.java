package dev.patchbay.stack.bond;

import dev.patchbay.stack.device.LinkAttributes.AddressOrigin;
import dev.patchbay.stack.device.MasterPort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;

/** A device as a port of a bond (Linux: {@code struct slave}). */
public final class BondPort implements MasterPort {
  /** What the bond thinks of the port's link ({@code BOND_LINK_*}). */
  public enum Link {
    UP("UP"),
    /** It went a moment ago. */
    FAIL("GOING_DOWN"),
    DOWN("DOWN"),
    /** It came a moment ago. */
    BACK("GOING_BACK");

    private final String text;

    Link(String text) {
      this.text = text;
    }

    /** The word of {@code ip -d link}. */
    public String text() {
      return text;
    }
  }

  private final Bond bond;
  private final NetDevice device;
  private final long permanentMac;
  private final AddressOrigin permanentOrigin;
  private final int originalMtu;
  private Link link = Link.UP;
  private Link next = Link.UP;
  private int delay;
  private long failures;

  BondPort(Bond bond, NetDevice device) {
    this.bond = bond;
    this.device = device;
    permanentMac = device.mac();
    permanentOrigin = device.attributes().addressOrigin;
    originalMtu = device.mtu();
  }

  @Override
  public Bond master() {
    return bond;
  }

  public NetDevice device() {
    return device;
  }

  /** Whether the bond sends by it. */
  public boolean isActive() {
    return equals(bond.active());
  }

  /** What the bond thinks of its link. */
  public Link link() {
    return link;
  }

  /** How often its link went. */
  public long failures() {
    return failures;
  }

  /** The address that it had before and gets back. */
  public long permanentMac() {
    return permanentMac;
  }

  /** Who gave it that address. */
  public AddressOrigin permanentOrigin() {
    return permanentOrigin;
  }

  /** The MTU that it had before and gets back, in bytes. */
  public int originalMtu() {
    return originalMtu;
  }

  /** Looks left before its link counts as up or down. */
  int delay() {
    return delay;
  }

  /** What the first look makes of it ({@code bond_enslave}). */
  void begin() {
    BondSettings s = bond.settings();
    if (s.miimon == 0) {
      link = Link.UP;
    } else if (!isLinked()) {
      link = Link.DOWN;
    } else {
      link = s.upDelay > 0 ? Link.BACK : Link.UP;
      delay = s.upDelay;
    }
    next = link;
  }

  /** Becomes active while its delay has not ended. */
  void upAtOnce() {
    link = Link.UP;
    delay = 0;
  }

  private boolean isLinked() {
    return device.isUp() && device.hasCarrier();
  }

  /**
   * Looks at the link ({@code bond_miimon_inspect}).
   *
   * @param inHaste no port is active: nothing that came is waited for
   * @return whether there is something to commit
   */
  boolean inspect(boolean inHaste) {
    next = link;
    boolean linked = isLinked();
    switch (link) {
      case UP -> {
        if (!linked) {
          delay = bond.settings().downDelay;
          next = Link.FAIL;
          fail(false);
        }
      }
      case FAIL -> fail(linked);
      case DOWN -> {
        if (linked) {
          delay = bond.settings().upDelay;
          next = Link.BACK;
          back(true, inHaste);
        }
      }
      case BACK -> back(linked, inHaste);
    }
    return next != link;
  }

  private void fail(boolean linked) {
    if (linked) {
      next = Link.UP;
    } else if (delay <= 0) {
      next = Link.DOWN;
    } else {
      delay--;
    }
  }

  private void back(boolean linked, boolean inHaste) {
    delay = inHaste ? 0 : delay;
    if (!linked) {
      next = Link.DOWN;
    } else if (delay <= 0) {
      next = Link.UP;
    } else {
      delay--;
    }
  }

  /**
   * Makes what the look has shown so ({@code bond_miimon_commit}).
   *
   * @return whether the link came or went for good
   */
  boolean commit() {
    Link before = link;
    link = next;
    if (link == before || link == Link.FAIL || link == Link.BACK) {
      return false;
    }
    if (link == Link.DOWN) {
      failures++;
    }
    return true;
  }

  // ---- its device

  /** Gives the device an address for as long as it is a port. */
  void address(long mac) {
    if (device.mac() != mac) {
      device.attributes().addressOrigin = AddressOrigin.SET;
      device.mac(mac);
    }
  }

  /** Leaves the device as it was before. */
  void restore(boolean withAddress) {
    if (withAddress && device.mac() != permanentMac) {
      device.mac(permanentMac);
      device.attributes().addressOrigin = permanentOrigin;
    }
    if (device.mtu() != originalMtu) {
      device.wantMtu(originalMtu);
    }
  }

  @Override
  public void receive(Packet packet) {
    if (!isActive() && !bond.settings().allReceive) {
      device.endHere(packet, DropReason.BOND_BACKUP);
    } else {
      bond.receive(packet);
    }
  }

  @Override
  public void linkChanged() {
    // looked at every miimon ms
  }

  @Override
  public void mtuChanged() {
    // as Linux: the bond keeps its own
  }

  @Override
  public void addressChanged(long before) {
    // as Linux: the bond keeps its own
  }

  @Override
  public void nameChanged() {
    bond.portRenamed(this);
  }

  /** Backup ports hear what is for all ports alone. */
  @Override
  public boolean isPromiscuous() {
    return isActive() && bond.promiscuity() > 0;
  }

  @Override
  public boolean isAllMulticast() {
    return isActive() && bond.allMulticast() > 0;
  }

  @Override
  public void remove() {
    bond.removePort(device);
  }

  @Override
  public String toString() {
    return device.name();
  }
}
