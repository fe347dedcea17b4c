package dev.patchbay.qemu.phy;

import dev.patchbay.qemu.device.DeviceClock;
import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import dev.patchbay.qemu.device.Register;
import dev.patchbay.qemu.device.RegisterActions;
import dev.patchbay.qemu.device.RegisterFile;
import dev.patchbay.qemu.device.RegisterTable;
import dev.patchbay.qemu.device.RegisterTrace;
import java.util.List;

/**
 * A Realtek RTL8211E: 10/100/1000 Mbit/s over copper. Source: IEEE 802.3 clauses 22, 28 and 40 for
 * the registers 0 to 15, Realtek's data sheet (and Linux's {@code realtek} driver) for those above.
 */
public final class Rtl8211e implements MdioDevice {
  /**
   * Time from the cable's being plugged, or from a restart, to the link, ns. 1000BASE-T takes one
   * to three seconds.
   */
  public static final long NEGOTIATION = 1_500_000_000;

  /** PHY specific control. */
  public static final int PHYCR = 16;

  /** PHY specific status: speed, duplex, link. */
  public static final int PHYSR = 17;

  /** Interrupt enable. */
  public static final int INER = 18;

  /** Interrupt status, cleared by reading. */
  public static final int INSR = 19;

  /** Receive errors. */
  public static final int RXERC = 24;

  /** Page select. */
  public static final int PAGSEL = 31;

  private static final int INSR_ANEG_COMPLETE = 0x0800;
  private static final int INSR_LINK_CHANGE = 0x0400;
  private static final int BMSR_ABILITIES = 0x7949;

  /** Bits of BMCR whose change takes the link down. */
  private static final int LINK_BITS = Mii.BMCR_ANENABLE | Mii.BMCR_PDOWN;

  /** Bits of BMCR that choose the link where there is no autonegotiation. */
  private static final int FORCED_BITS = Mii.BMCR_SPEED100 | Mii.BMCR_SPEED1000 | Mii.BMCR_FULLDPLX;

  /** The registers; an offset is four times the register's number. */
  public static final RegisterTable TABLE = table();

  private final RegisterFile registers = new RegisterFile(TABLE, new Actions(), RegisterTrace.NONE);
  private final DeviceClock clock;
  private final LinkListener listener;
  private final DeviceTimer negotiation;
  private LinkPartner partner = LinkPartner.GIGABIT;
  private boolean carrier = true;
  private boolean up;
  private boolean latchedDown;
  private boolean negotiated;
  private int mbps = 1000;
  private boolean fullDuplex = true;
  private int controlBefore;

  /** A PHY that has just got power and begins to negotiate. */
  public Rtl8211e(DeviceClock clock, LinkListener listener) {
    this.clock = clock;
    this.listener = listener;
    this.negotiation = clock.timer(this::negotiationEnds);
    restart();
  }

  private static RegisterTable table() {
    return new RegisterTable(
        128,
        List.of(
            Register.readWrite("BMCR", 0, 0xfdc0, "basic mode control")
                .withReset(0x1140)
                .bit("RESET", 15)
                .bit("LOOPBACK", 14)
                .bit("SPEED100", 13)
                .bit("ANENABLE", 12)
                .bit("PDOWN", 11)
                .bit("ISOLATE", 10)
                .bit("ANRESTART", 9)
                .bit("FULLDPLX", 8)
                .bit("CTST", 7)
                .bit("SPEED1000", 6),
            Register.readOnly("BMSR", 4, 0xffff, "basic mode status")
                .withReset(BMSR_ABILITIES)
                .bit("ANEGCOMPLETE", 5)
                .bit("LSTATUS", 2),
            Register.readOnly("PHYSID1", 8, 0xffff, "identifier").withReset(0x001c),
            Register.readOnly("PHYSID2", 12, 0xffff, "identifier").withReset(0xc915),
            Register.readWrite("ADVERTISE", 16, 0x2fe0, "advertised abilities")
                .withReset(0x0de1)
                .withMasks(0xffff, 0x2fe0)
                .bit("ASYM_PAUSE", 11)
                .bit("PAUSE", 10)
                .bit("100FULL", 8)
                .bit("100HALF", 7)
                .bit("10FULL", 6)
                .bit("10HALF", 5)
                .field("SELECTOR", 4, 0),
            Register.readOnly("LPA", 20, 0xffff, "the partner's abilities"),
            Register.readOnly("EXPANSION", 24, 0x001f, "autonegotiation expansion"),
            Register.readWrite("CTRL1000", 36, 0xff00, "1000BASE-T control")
                .withReset(0x0300)
                .bit("1000FULL", 9)
                .bit("1000HALF", 8),
            Register.readOnly("STAT1000", 40, 0xffff, "1000BASE-T status"),
            Register.readOnly("ESTATUS", 60, 0xffff, "extended status").withReset(0x3000),
            Register.readWrite("PHYCR", 4 * PHYCR, 0xffff, "specific control").withReset(0x0160),
            Register.readOnly("PHYSR", 4 * PHYSR, 0xffff, "specific status")
                .field("SPEED", 15, 14)
                .bit("DUPLEX", 13)
                .bit("RESOLVED", 11)
                .bit("LINK", 10),
            Register.readWrite("INER", 4 * INER, 0xffff, "interrupt enable"),
            Register.readOnly("INSR", 4 * INSR, 0xffff, "interrupt status")
                .withClearOnRead(0xffff)
                .bit("ANEG_COMPLETE", 11)
                .bit("LINK_CHANGE", 10),
            Register.readOnly("RXERC", 4 * RXERC, 0xffff, "receive errors"),
            Register.readWrite("PAGSEL", 4 * PAGSEL, 0x07ff, "page select")));
  }

  private final class Actions implements RegisterActions {
    @Override
    public int reading(int offset, int stored) {
      return switch (offset >> 2) {
        case Mii.BMSR -> bmsr();
        case PHYSR -> physr();
        default -> stored;
      };
    }

    @Override
    public boolean accepts(int offset, int value) {
      if (offset >> 2 == Mii.BMCR) {
        controlBefore = registers.get(0);
      }
      return true;
    }

    @Override
    public void written(int offset, int value) {
      switch (offset >> 2) {
        case Mii.BMCR -> control(value);
        default -> {}
      }
    }
  }

  @Override
  public int read(int register) {
    return reachable(register) ? registers.read(register << 2, 4) : 0;
  }

  @Override
  public void write(int register, int value) {
    if (reachable(register)) {
      registers.write(register << 2, 4, value);
    }
  }

  private boolean reachable(int register) {
    return register < 16 || register == PAGSEL || registers.get(4 * PAGSEL) == 0;
  }

  /** Whether there is a link. */
  public boolean up() {
    return up;
  }

  /** 10, 100 or 1000: of the link, or of the last one. */
  public int mbps() {
    return mbps;
  }

  /** Whether the link, or the last one, can send and receive at once. */
  public boolean fullDuplex() {
    return fullDuplex;
  }

  /** Whether the MAC hears itself. */
  public boolean loopback() {
    return (registers.get(0) & (Mii.BMCR_LOOPBACK | Mii.BMCR_ISOLATE | Mii.BMCR_PDOWN))
        == Mii.BMCR_LOOPBACK;
  }

  /**
   * Whether frames pass between the MAC and the cable: there is a link, and the PHY does not keep
   * off the MAC's pins (ISOLATE, IEEE 802.3 section 22.2.4.1.6, which leaves the link as it is).
   */
  public boolean passes() {
    return up && (registers.get(0) & Mii.BMCR_ISOLATE) == 0;
  }

  /** The pin of that name, or power on: all registers anew, and a new negotiation. */
  public void reset() {
    registers.reset();
    restart();
  }

  /** The cable is plugged or pulled. */
  public void carrier(boolean plugged) {
    if (carrier != plugged) {
      carrier = plugged;
      restart();
    }
  }

  /** The far end of the cable becomes another; the link goes down and is negotiated anew. */
  public void partner(LinkPartner other) {
    partner = other;
    restart();
  }

  private void control(int value) {
    if ((value & Mii.BMCR_RESET) != 0) {
      reset();
      return;
    }
    int now = registers.get(0) & ~Mii.BMCR_ANRESTART;
    registers.set(0, now);
    int changed = now ^ controlBefore;
    boolean negotiates = (now & Mii.BMCR_ANENABLE) != 0;
    boolean again = negotiates && (value & Mii.BMCR_ANRESTART) != 0;
    boolean forced = !negotiates && (changed & FORCED_BITS) != 0;
    if (again || forced || (changed & LINK_BITS) != 0) {
      restart();
    }
  }

  private void restart() {
    boolean was = up;
    up = false;
    negotiated = false;
    registers.set(4 * Mii.LPA, 0);
    registers.set(4 * Mii.STAT1000, 0);
    registers.set(4 * Mii.EXPANSION, 0);
    negotiation.cancel();
    if (was) {
      latchedDown = true;
      raise(INSR_LINK_CHANGE);
      listener.linkChanged(false, mbps, fullDuplex);
    }
    if (carrier && (registers.get(0) & Mii.BMCR_PDOWN) == 0) {
      negotiation.arm(clock.now() + NEGOTIATION);
    }
  }

  private void negotiationEnds() {
    int control = registers.get(0);
    boolean found;
    if ((control & Mii.BMCR_ANENABLE) != 0) {
      found = resolve();
      negotiated = true;
      registers.set(4 * Mii.LPA, partner.anlpar());
      // both receivers work, and the partner's abilities
      int gigabit = partner.stat1000() == 0 ? 0 : 0x3000 | partner.stat1000();
      registers.set(4 * Mii.STAT1000, gigabit);
      registers.set(4 * Mii.EXPANSION, 1);
      raise(INSR_ANEG_COMPLETE);
    } else {
      found = forced(control);
    }
    if (found) {
      up = true;
      raise(INSR_LINK_CHANGE);
      listener.linkChanged(true, mbps, fullDuplex);
    }
  }

  /** The best that both can do (IEEE 802.3 annex 28B.3). */
  private boolean resolve() {
    int gigabit = registers.get(4 * Mii.CTRL1000) << 2 & partner.stat1000();
    int common = registers.get(4 * Mii.ADVERTISE) & partner.anlpar();
    if ((gigabit & (Mii.LPA_1000FULL | Mii.LPA_1000HALF)) != 0) {
      return resolved(1000, (gigabit & Mii.LPA_1000FULL) != 0);
    }
    if ((common & (Mii.ADVERTISE_100FULL | Mii.ADVERTISE_100HALF)) != 0) {
      return resolved(100, (common & Mii.ADVERTISE_100FULL) != 0);
    }
    if ((common & (Mii.ADVERTISE_10FULL | Mii.ADVERTISE_10HALF)) != 0) {
      return resolved(10, (common & Mii.ADVERTISE_10FULL) != 0);
    }
    return false;
  }

  private boolean resolved(int speed, boolean full) {
    mbps = speed;
    fullDuplex = full;
    return true;
  }

  /** Without autonegotiation: the partner detects the speed. 1000BASE-T does not go without. */
  private boolean forced(int control) {
    if ((control & Mii.BMCR_SPEED1000) != 0) {
      return false;
    }
    boolean fast = (control & Mii.BMCR_SPEED100) != 0;
    int needed =
        fast
            ? Mii.ADVERTISE_100FULL | Mii.ADVERTISE_100HALF
            : Mii.ADVERTISE_10FULL | Mii.ADVERTISE_10HALF;
    return (partner.anlpar() & needed) != 0
        && resolved(fast ? 100 : 10, (control & Mii.BMCR_FULLDPLX) != 0);
  }

  private void raise(int bits) {
    registers.set(4 * INSR, registers.get(4 * INSR) | bits);
  }

  private int bmsr() {
    int value = BMSR_ABILITIES;
    if (negotiated) {
      value |= Mii.BMSR_ANEGCOMPLETE;
    }
    // a link that was lost shows once, even if it is back (clause 22.2.4.2.13)
    if (up && !latchedDown) {
      value |= Mii.BMSR_LSTATUS;
    }
    latchedDown = false;
    return value;
  }

  private int physr() {
    int speed = mbps == 1000 ? 2 : mbps == 100 ? 1 : 0;
    return up ? speed << 14 | (fullDuplex ? 0x2000 : 0) | 0x0c00 : 0;
  }
}
