package dev.patchbay.qemu.phy;

/**
 * The PHY inside QEMU's ftgmac100, as versions 7.2 to 11.1 have it: an RTL8211E that negotiates in
 * no time, shows the same link partner whatever happens, and has no pages. For comparisons with
 * QEMU.
 */
public final class QemuPhy implements MdioDevice {
  private static final int BMCR_MASK =
      Mii.BMCR_LOOPBACK
          | Mii.BMCR_SPEED100
          | Mii.BMCR_ANENABLE
          | Mii.BMCR_PDOWN
          | Mii.BMCR_FULLDPLX
          | Mii.BMCR_CTST;
  private static final int ADVERTISE_MASK = 0x2d7f;
  private static final int INT_ANEG_COMPLETE = 0x0800;
  private static final int INT_DOWN = 0x0100;

  private int control;
  private int status;
  private int advertise;
  private int interruptMask;
  private int interrupts;

  /** A PHY with a link. */
  public QemuPhy() {
    reset();
  }

  /** As after power on: with a link, even if the carrier is gone. */
  public void reset() {
    control = Mii.BMCR_ANENABLE | Mii.BMCR_FULLDPLX | Mii.BMCR_SPEED1000;
    status = 0x7949 | Mii.BMSR_ANEGCOMPLETE | Mii.BMSR_LSTATUS;
    advertise = 0x0de1;
    interruptMask = 0;
    interrupts = 0;
  }

  /** QMP's {@code set_link}. */
  public void carrier(boolean up) {
    if (up) {
      status |= Mii.BMSR_ANEGCOMPLETE | Mii.BMSR_LSTATUS;
      interrupts |= INT_ANEG_COMPLETE;
    } else {
      status &= ~(Mii.BMSR_ANEGCOMPLETE | Mii.BMSR_LSTATUS);
      interrupts |= INT_DOWN;
    }
  }

  @Override
  public int read(int register) {
    return switch (register) {
      case Mii.BMCR -> control;
      case Mii.BMSR -> status;
      case Mii.PHYSID1 -> 0x001c;
      case Mii.PHYSID2 -> 0xc915;
      case Mii.ADVERTISE -> advertise;
      case Mii.LPA -> 0x45e1;
      case Mii.EXPANSION -> 1;
      case Mii.CTRL1000 -> 0x0300;
      case Mii.STAT1000 -> 0x0800;
      case Rtl8211e.INER -> interruptMask;
      case Rtl8211e.INSR -> {
        int value = interrupts;
        interrupts = 0;
        yield value;
      }
      default -> 0;
    };
  }

  @Override
  public void write(int register, int value) {
    switch (register) {
      case Mii.BMCR -> {
        if ((value & Mii.BMCR_RESET) != 0) {
          reset();
        } else {
          control = value & BMCR_MASK;
          if ((value & Mii.BMCR_ANENABLE) != 0) {
            status |= Mii.BMSR_ANEGCOMPLETE;
          }
        }
      }
      case Mii.ADVERTISE -> advertise = value & ADVERTISE_MASK | Mii.ADVERTISE_100HALF;
      case Rtl8211e.INER -> interruptMask = value & 0xff;
      default -> {}
    }
  }
}
