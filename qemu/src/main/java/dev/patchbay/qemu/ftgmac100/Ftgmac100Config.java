package dev.patchbay.qemu.ftgmac100;

/**
 * How an FTGMAC100 is built in.
 *
 * @param variant which one it is
 * @param profile whose behaviour it has
 * @param mac its address after power on, in the low 48 bits with the first octet on top; 0 for none
 * @param phyAddress where its PHY answers on MDIO, 0 to 31, or {@link #NO_PHY}
 */
public record Ftgmac100Config(Variant variant, Profile profile, long mac, int phyAddress) {
  /** No PHY: the MAC's pins lead to another card's sideband (NC-SI). */
  public static final int NO_PHY = -1;

  /** An AST2500 as the data sheet has it, with a PHY at address 0 and no MAC address. */
  public static final Ftgmac100Config DEFAULT =
      new Ftgmac100Config(Variant.AST2500, Profile.DATASHEET, 0, 0);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and the range
   */
  public Ftgmac100Config {
    if (mac >>> 48 != 0) {
      throw new IllegalArgumentException(
          "mac: 0x" + Long.toHexString(mac) + " has more than 48 bits");
    }
    if (phyAddress < NO_PHY || phyAddress > 31) {
      throw new IllegalArgumentException(
          "phy address: " + phyAddress + " is out of range, expected 0 to 31, or -1 for none");
    }
  }

  /** The same as another variant. */
  public Ftgmac100Config withVariant(Variant value) {
    return new Ftgmac100Config(value, profile, mac, phyAddress);
  }

  /** The same with another behaviour. */
  public Ftgmac100Config withProfile(Profile value) {
    return new Ftgmac100Config(variant, value, mac, phyAddress);
  }

  /** The same with another MAC address. */
  public Ftgmac100Config withMac(long value) {
    return new Ftgmac100Config(variant, profile, value, phyAddress);
  }

  /** The same with its PHY at another address, or without one. */
  public Ftgmac100Config withPhyAddress(int value) {
    return new Ftgmac100Config(variant, profile, mac, value);
  }
}
