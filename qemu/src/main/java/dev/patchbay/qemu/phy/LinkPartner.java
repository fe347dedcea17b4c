package dev.patchbay.qemu.phy;

/**
 * The PHY at the far end of the cable.
 *
 * @param anlpar its base page as our register 5 shows it (IEEE 802.3 clause 28)
 * @param stat1000 its 1000BASE-T abilities as our register 10 shows them: bits 11 (full duplex) and
 *     10 (half duplex)
 */
public record LinkPartner(int anlpar, int stat1000) {
  /** A port of a gigabit switch: 10, 100 and 1000 Mbit/s, pause frames. */
  public static final LinkPartner GIGABIT = new LinkPartner(0x45e1, 0x0800);

  /** A port that does up to 100 Mbit/s. */
  public static final LinkPartner FAST_ETHERNET = new LinkPartner(0x45e1, 0);

  /** A hub: 10 Mbit/s, half duplex. */
  public static final LinkPartner HUB = new LinkPartner(0x4021, 0);
}
