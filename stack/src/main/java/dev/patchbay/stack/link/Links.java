package dev.patchbay.stack.link;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bond.BondSettings;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.MasterPort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.device.VlanDevice;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the links of one namespace, with the checks and errors of Linux. It keeps nothing; of
 * the loop's thread.
 */
public final class Links {
  /** Longest name of a device in bytes ({@code IFNAMSIZ} without its end). */
  public static final int NAME_LENGTH = 15;

  /** How high devices may stand one above the other ({@code MAX_NEST_DEV}). */
  private static final int MAX_NESTING = 8;

  /** Most ports of a bond; Linux has no limit. */
  private static final int MAX_BOND_PORTS = 64;

  /** Most devices of one pattern of names ({@code __dev_alloc_name}: 8 pages of bits). */
  private static final int MAX_NUMBER = 32768;

  private final NetworkStack stack;

  public Links(NetworkStack stack) {
    this.stack = stack;
  }

  // ---- names

  /** Whether a device may have that name ({@code dev_valid_name}). */
  public static boolean isValidName(String name) {
    return !name.isEmpty()
        && name.length() <= NAME_LENGTH
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == ':' || c <= ' ' || c > '~');
  }

  /**
   * The name that a device gets: {@code pattern} itself, or with its {@code %d} replaced by the
   * least number that makes it unused ({@code dev_get_valid_name}).
   *
   * @throws LinkRefusedException {@code EINVAL}, {@code EEXIST}, {@code ENFILE}
   */
  public String freeName(String pattern) throws LinkRefusedException {
    if (!isValidName(pattern)) {
      throw new LinkRefusedException(Errno.EINVAL);
    }
    int at = pattern.indexOf('%');
    if (at < 0) {
      if (stack.device(pattern) != null) {
        throw new LinkRefusedException(Errno.EEXIST);
      }
      return pattern;
    }
    if (!pattern.startsWith("%d", at) || pattern.indexOf('%', at + 1) >= 0) {
      throw new LinkRefusedException(Errno.EINVAL);
    }
    for (int number = 0; number < MAX_NUMBER; number++) {
      String name = pattern.substring(0, at) + number + pattern.substring(at + 2);
      if (stack.device(name) == null) {
        if (name.length() > NAME_LENGTH) {
          throw new LinkRefusedException(Errno.EINVAL);
        }
        return name;
      }
    }
    throw new LinkRefusedException(Errno.ENFILE);
  }

  /**
   * Gives a device that is down another name ({@code dev_change_name}).
   *
   * @throws LinkRefusedException {@code EBUSY} while it is up, and those of {@link #freeName}
   */
  public void rename(NetDevice device, String pattern) throws LinkRefusedException {
    String name = checkName(device, pattern);
    if (!name.equals(device.name())) {
      device.name(name);
    }
  }

  /**
   * The name that {@link #rename} would give.
   *
   * @throws LinkRefusedException as it
   */
  public String checkName(NetDevice device, String pattern) throws LinkRefusedException {
    boolean same = pattern.equals(device.name());
    if (device.attributes().permanent && !same) {
      throw new LinkRefusedException(
          Errno.EBUSY, device.name() + " belongs to the appliance and keeps its name");
    }
    if (device.isUp() && !same) {
      throw new LinkRefusedException(Errno.EBUSY);
    }
    return same ? pattern : freeName(pattern);
  }

  // ---- what a device is

  /**
   * Refuses an MTU that the device's kind does not have ({@code dev_validate_mtu}).
   *
   * @throws LinkRefusedException {@code EINVAL}
   */
  public static void checkMtu(NetDevice device, long mtu) throws LinkRefusedException {
    LinkAttributes limits = device.attributes();
    if (mtu < 0 || mtu < limits.minMtu) {
      throw new LinkRefusedException(Errno.EINVAL, "mtu less than device minimum");
    }
    if (limits.maxMtu > 0 && mtu > limits.maxMtu) {
      throw new LinkRefusedException(Errno.EINVAL, "mtu greater than device maximum");
    }
  }

  /**
   * Sets the MTU ({@code dev_set_mtu_ext}).
   *
   * @throws LinkRefusedException {@code EINVAL}; {@code ERANGE} above that of the device below
   */
  public void mtu(NetDevice device, long mtu) throws LinkRefusedException {
    if (mtu != device.mtu()) {
      checkNewMtu(device, mtu);
      device.wantMtu((int) mtu);
    }
  }

  /**
   * Refuses what {@link #mtu} would refuse.
   *
   * @throws LinkRefusedException as it
   */
  public static void checkNewMtu(NetDevice device, long mtu) throws LinkRefusedException {
    if (mtu == device.mtu()) {
      return;
    }
    checkMtu(device, mtu);
    if (device instanceof VlanDevice vlan && mtu > vlan.lower().mtu()) {
      throw new LinkRefusedException(Errno.ERANGE);
    }
    if (device instanceof Bond bond) {
      for (NetDevice port : bond.ports()) {
        checkNewMtu(port, mtu);
      }
    }
  }

  /** Whether a station may have the address ({@code is_valid_ether_addr}). */
  public static boolean isStation(long mac) {
    return mac != 0 && !Addresses.isGroupMac(mac);
  }

  /**
   * Sets the Ethernet address ({@code dev_set_mac_address}).
   *
   * @throws LinkRefusedException {@code EADDRNOTAVAIL} for what no station has; {@code EOPNOTSUPP}
   *     where the device has none
   */
  public void address(NetDevice device, long mac) throws LinkRefusedException {
    checkAddress(device, mac);
    device.attributes().addressOrigin = LinkAttributes.AddressOrigin.SET;
    if (device.mac() != mac) {
      device.mac(mac);
    }
  }

  /**
   * Refuses what {@link #address} would refuse.
   *
   * @throws LinkRefusedException as it
   */
  public static void checkAddress(NetDevice device, long mac) throws LinkRefusedException {
    if (!device.isEthernet()) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
    if (!isStation(mac)) {
      throw new LinkRefusedException(Errno.EADDRNOTAVAIL);
    }
    if (device instanceof Bond bond
        && bond.settings().failOverMac != BondSettings.FailOverMac.NONE) {
      throw new LinkRefusedException(
          Errno.EOPNOTSUPP, "the address of the bond goes with its ports (fail_over_mac)");
    }
  }

  /**
   * Sets it up or down ({@code dev_change_flags}).
   *
   * @throws LinkRefusedException {@code ENETDOWN} where the device below is down, {@code ENOTCONN}
   *     for an end of a cable without the other
   */
  public void up(NetDevice device, boolean up) throws LinkRefusedException {
    if (up) {
      checkUp(device);
    }
    stack.setUp(device, up);
    if (up && device.openError() != 0) {
      stack.setUp(device, false);
      throw new LinkRefusedException(device.openError());
    }
  }

  /**
   * Refuses a device that cannot come up.
   *
   * @throws LinkRefusedException as {@link #up}
   */
  public static void checkUp(NetDevice device) throws LinkRefusedException {
    if (device instanceof VethDevice end && end.peer() == null) {
      throw new LinkRefusedException(Errno.ENOTCONN);
    }
    if (!device.isUp() && !device.canOpen()) {
      throw new LinkRefusedException(Errno.ENETDOWN);
    }
  }

  /**
   * Sets the carrier of a device that lets one do so ({@code dev_change_carrier}).
   *
   * @throws LinkRefusedException {@code EOPNOTSUPP}
   */
  public void carrier(NetDevice device, boolean carrier) throws LinkRefusedException {
    checkCarrier(device);
    device.wantCarrier(carrier);
  }

  /**
   * Refuses a device whose carrier nobody sets.
   *
   * @throws LinkRefusedException {@code EOPNOTSUPP}
   */
  public static void checkCarrier(NetDevice device) throws LinkRefusedException {
    if (!device.setsCarrier()) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
  }

  // ---- masters

  /**
   * Gives a device another master, or none ({@code do_set_master}).
   *
   * @throws LinkRefusedException {@code EOPNOTSUPP} where the master takes no ports; what {@code
   *     br_add_if} and {@code netdev_upper_dev_link} refuse
   */
  public void master(NetDevice device, @Nullable NetDevice master) throws LinkRefusedException {
    MasterPort before = device.masterPort();
    if (before != null && before.master().equals(master)) {
      return;
    }
    if (master != null) {
      checkPort(device, master);
    }
    if (before != null) {
      before.remove();
    }
    if (master instanceof Bridge bridge) {
      bridge.addPort(device);
    } else if (master instanceof Bond bond) {
      bond.addPort(device);
      int fault = device.openError();
      if (fault != 0) {
        bond.removePort(device);
        throw new LinkRefusedException(fault);
      }
    }
  }

  /**
   * Refuses what {@link #master} would refuse.
   *
   * @throws LinkRefusedException as it
   */
  public void checkPort(NetDevice device, NetDevice master) throws LinkRefusedException {
    if (master instanceof Bond bond) {
      checkBondPort(device, bond);
      return;
    }
    if (!(master instanceof Bridge)) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
    if (device.kind() != NetDevice.Kind.ETHER || !Objects.equals(device.host(), master.host())) {
      throw new LinkRefusedException(Errno.EINVAL);
    }
    if (master instanceof Bridge bridge && bridge.ports().size() >= Bridge.MAX_PORTS) {
      throw new LinkRefusedException(Errno.EXFULL);
    }
    if (device instanceof Bridge) {
      throw new LinkRefusedException(Errno.ELOOP, "Can not enslave a bridge to a bridge");
    }
    if (isAbove(device, master)) {
      throw new LinkRefusedException(Errno.EBUSY);
    }
    if (depth(device) + height(master) > MAX_NESTING) {
      throw new LinkRefusedException(Errno.EMLINK);
    }
  }

  /** {@code bond_enslave}. */
  private void checkBondPort(NetDevice device, Bond bond) throws LinkRefusedException {
    if (device.equals(bond)) {
      throw new LinkRefusedException(Errno.EPERM, "Cannot enslave bond to itself");
    }
    // leaving another bond it goes down
    if (device.isUp() && !(device.masterPort() instanceof BondPort)) {
      throw new LinkRefusedException(Errno.EPERM, "Device can not be enslaved while up");
    }
    if (device.kind() != NetDevice.Kind.ETHER || !Objects.equals(device.host(), bond.host())) {
      throw new LinkRefusedException(Errno.EINVAL, "Device type is different from other slaves");
    }
    if (bond.ports().size() >= MAX_BOND_PORTS) {
      throw new LinkRefusedException(Errno.EXFULL, "a bond has " + MAX_BOND_PORTS + " ports");
    }
    checkNewMtu(device, bond.mtu());
    checkUp(device);
    if (isAbove(device, bond)) {
      throw new LinkRefusedException(Errno.EBUSY);
    }
    if (depth(device) + height(bond) > MAX_NESTING) {
      throw new LinkRefusedException(Errno.EMLINK);
    }
  }

  /** The devices that have it as their master. */
  private static List<NetDevice> ports(NetDevice device) {
    if (device instanceof Bond bond) {
      return bond.ports();
    }
    return device instanceof Bridge bridge ? bridge.ports() : List.of();
  }

  /** Whether {@code upper} stands on {@code lower}, whatever is between them. */
  private static boolean isAbove(NetDevice upper, NetDevice lower) {
    if (upper.equals(lower)) {
      return true;
    }
    if (upper instanceof VlanDevice vlan) {
      return isAbove(vlan.lower(), lower);
    }
    return ports(upper).stream().anyMatch(port -> isAbove(port, lower));
  }

  /** Devices below it one under the other, itself counted ({@code dev->lower_level}). */
  public static int depth(NetDevice device) {
    if (device instanceof VlanDevice vlan) {
      return 1 + depth(vlan.lower());
    }
    int most = 0;
    for (NetDevice port : ports(device)) {
      most = Math.max(most, depth(port));
    }
    return 1 + most;
  }

  /** Devices above it one over the other, itself counted ({@code dev->upper_level}). */
  private int height(NetDevice device) {
    NetDevice master = device.master();
    int most = master == null ? 0 : height(master);
    for (NetDevice other : stack.devices()) {
      if (other instanceof VlanDevice vlan && vlan.lower().equals(device)) {
        most = Math.max(most, height(other));
      }
    }
    return 1 + most;
  }

  // ---- coming and going

  /**
   * Refuses a VLAN that cannot stand on its lower device ({@code vlan_check_real_dev}).
   *
   * @throws LinkRefusedException {@code EOPNOTSUPP}, {@code EEXIST}, {@code EMLINK}
   */
  public static void checkVlan(NetDevice lower, int protocol, int id) throws LinkRefusedException {
    if (lower.kind() != NetDevice.Kind.ETHER) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP, "8021q: VLANs not supported on device");
    }
    if (lower.vlan(protocol, id) != null) {
      throw new LinkRefusedException(Errno.EEXIST, "8021q: VLAN device already exists");
    }
    if (depth(lower) >= MAX_NESTING) {
      throw new LinkRefusedException(Errno.EMLINK);
    }
  }

  /**
   * Ends a device ({@code rtnl_dellink}).
   *
   * @throws LinkRefusedException {@code EOPNOTSUPP} for what no command can make
   */
  public void delete(NetDevice device) throws LinkRefusedException {
    checkDelete(device);
    stack.remove(device);
  }

  /**
   * Refuses what {@link #delete} would refuse.
   *
   * @throws LinkRefusedException as it
   */
  public static void checkDelete(NetDevice device) throws LinkRefusedException {
    if (device.attributes().permanent && device.type() != null) {
      throw new LinkRefusedException(
          Errno.EOPNOTSUPP, device.name() + " belongs to the appliance and cannot be deleted");
    }
    if (device.type() == null) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
  }
}
