package dev.patchbay.qemu.ncsi;

/**
 * Whose card is shown: manufacturer, PCI ids and the OEM commands that a guest may then use. The
 * IANA numbers are those that Linux knows (net/ncsi/internal.h); the PCI ids are those of a common
 * card of that maker.
 */
public enum NcsiVendor {
  /** No manufacturer: IANA number 0, no OEM command. */
  NONE("none", 0, 0, 0),
  /** Mellanox (ConnectX-4 Lx); Linux takes its MAC address as it is told. */
  MELLANOX("mellanox", 0x8119, 0x15b3, 0x1015),
  /** Broadcom (BCM5719); Linux adds one to the address that it is told. */
  BROADCOM("broadcom", 0x113d, 0x14e4, 0x1657),
  /** Intel (I210); Linux adds one to the address that it is told. */
  INTEL("intel", 0x157, 0x8086, 0x1533);

  private final String word;
  private final int iana;
  private final int pciVendor;
  private final int pciDevice;

  NcsiVendor(String word, int iana, int pciVendor, int pciDevice) {
    this.word = word;
    this.iana = iana;
    this.pciVendor = pciVendor;
    this.pciDevice = pciDevice;
  }

  /** The word of the configuration, e.g. {@code mellanox}. */
  public String word() {
    return word;
  }

  /** IANA enterprise number, 0 for {@link #NONE}. */
  public int iana() {
    return iana;
  }

  int pciVendor() {
    return pciVendor;
  }

  int pciDevice() {
    return pciDevice;
  }

  /**
   * The vendor of a word.
   *
   * @throws IllegalArgumentException if there is none, naming the word and what was expected
   */
  public static NcsiVendor of(String word) {
    for (NcsiVendor vendor : values()) {
      if (vendor.word.equals(word)) {
        return vendor;
      }
    }
    throw new IllegalArgumentException(
        "ncsi-vendor: invalid value '" + word + "', expected none, mellanox, broadcom or intel");
  }
}
