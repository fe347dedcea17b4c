package dev.patchbay.qemu.phy;

/** Numbers and bits of the clause 22 registers, by the names of Linux's {@code linux/mii.h}. */
public final class Mii {
  /** Basic mode control register. */
  public static final int BMCR = 0;

  /** Basic mode status register. */
  public static final int BMSR = 1;

  /** Identifier, high. */
  public static final int PHYSID1 = 2;

  /** Identifier, low. */
  public static final int PHYSID2 = 3;

  /** What we advertise. */
  public static final int ADVERTISE = 4;

  /** What the link partner advertises. */
  public static final int LPA = 5;

  /** Autonegotiation expansion. */
  public static final int EXPANSION = 6;

  /** 1000BASE-T control. */
  public static final int CTRL1000 = 9;

  /** 1000BASE-T status. */
  public static final int STAT1000 = 10;

  /** Extended status. */
  public static final int ESTATUS = 15;

  public static final int BMCR_RESET = 0x8000;
  public static final int BMCR_LOOPBACK = 0x4000;
  public static final int BMCR_SPEED100 = 0x2000;
  public static final int BMCR_ANENABLE = 0x1000;
  public static final int BMCR_PDOWN = 0x0800;
  public static final int BMCR_ISOLATE = 0x0400;
  public static final int BMCR_ANRESTART = 0x0200;
  public static final int BMCR_FULLDPLX = 0x0100;
  public static final int BMCR_CTST = 0x0080;
  public static final int BMCR_SPEED1000 = 0x0040;

  public static final int BMSR_ANEGCOMPLETE = 0x0020;
  public static final int BMSR_LSTATUS = 0x0004;

  public static final int ADVERTISE_10HALF = 0x0020;
  public static final int ADVERTISE_10FULL = 0x0040;
  public static final int ADVERTISE_100HALF = 0x0080;
  public static final int ADVERTISE_100FULL = 0x0100;

  public static final int ADVERTISE_1000HALF = 0x0100;
  public static final int ADVERTISE_1000FULL = 0x0200;
  public static final int LPA_1000HALF = 0x0400;
  public static final int LPA_1000FULL = 0x0800;

  private Mii() {}
}
