package dev.patchbay.qemu.ncsi;

/**
 * What a port's NC-SI side looks like.
 *
 * @param profile how absent packages are answered
 * @param packages number of packages, 1 to 8; their ids are 0 to {@code packages - 1}
 * @param channels channels of each package, 1 to 31; their ids are 0 to {@code channels - 1}
 * @param vendor manufacturer shown, and with it the OEM commands
 * @param mac address with which the guest shall end, in the low 48 bits with the first octet on
 *     top, or {@link #NO_MAC}
 */
public record NcsiConfig(
    NcsiProfile profile, int packages, int channels, NcsiVendor vendor, long mac) {

  /** No MAC address configured. */
  public static final long NO_MAC = -1;

  /** Most packages on one NC-SI bus (the package id has three bits). */
  public static final int MAX_PACKAGES = 8;

  /** Most channels of a package (id 0x1f means the package itself). */
  public static final int MAX_CHANNELS = 31;

  /** Profile fast, one package, one channel, no vendor, no MAC address. */
  public static final NcsiConfig DEFAULT =
      new NcsiConfig(NcsiProfile.FAST, 1, 1, NcsiVendor.NONE, NO_MAC);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the key, the value and the range
   */
  public NcsiConfig {
    if (packages < 1 || packages > MAX_PACKAGES) {
      throw new IllegalArgumentException(
          "ncsi-packages: " + packages + " is out of range, expected 1 to " + MAX_PACKAGES);
    }
    if (channels < 1 || channels > MAX_CHANNELS) {
      throw new IllegalArgumentException(
          "ncsi-channels: " + channels + " is out of range, expected 1 to " + MAX_CHANNELS);
    }
    if (mac != NO_MAC && (mac >>> 48 != 0 || mac == 0 || (mac & 0x0100_0000_0000L) != 0)) {
      throw new IllegalArgumentException(
          "mac: 0x"
              + Long.toHexString(mac)
              + " is not the address of one interface, expected 48 bits, not zero, not multicast");
    }
  }

  /** The same with another profile. */
  public NcsiConfig withProfile(NcsiProfile value) {
    return new NcsiConfig(value, packages, channels, vendor, mac);
  }

  /** The same with other counts. */
  public NcsiConfig withCounts(int packageCount, int channelCount) {
    return new NcsiConfig(profile, packageCount, channelCount, vendor, mac);
  }

  /** The same with another vendor. */
  public NcsiConfig withVendor(NcsiVendor value) {
    return new NcsiConfig(profile, packages, channels, value, mac);
  }

  /** The same with another MAC address (48 bits, or {@link #NO_MAC}). */
  public NcsiConfig withMac(long value) {
    return new NcsiConfig(profile, packages, channels, vendor, value);
  }
}
