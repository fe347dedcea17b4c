package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.APTC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.DBLAC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.DMAFIFOS;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.HPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.HPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.HPTXR_PTR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_HPTXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_NPTXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_PHYSTS_CHG;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_BUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_ETH;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.ITC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAC_LADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAC_MADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_PTR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYDATA;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_PTR;

import dev.patchbay.qemu.device.DeviceBus;
import dev.patchbay.qemu.device.DeviceClock;
import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import dev.patchbay.qemu.device.GuestMemory;
import dev.patchbay.qemu.device.InterruptLine;
import dev.patchbay.qemu.device.RegisterActions;
import dev.patchbay.qemu.device.RegisterFile;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.Wire;
import dev.patchbay.qemu.device.WireEnd;
import dev.patchbay.qemu.phy.MdioBus;
import dev.patchbay.qemu.phy.QemuPhy;
import dev.patchbay.qemu.phy.Rtl8211e;
import org.jspecify.annotations.Nullable;

/** Faraday's FTGMAC100, the gigabit MAC of ASPEED's BMCs, with the PHY behind it. */
public final class Ftgmac100 implements DeviceBus, WireEnd {
  private static final int RX_FIFO_EMPTY = 1 << 26;
  private static final int TX_ENABLED =
      Ftgmac100Registers.MACCR_TXDMA_EN | Ftgmac100Registers.MACCR_TXMAC_EN;

  private final Ftgmac100Config config;
  private final RegisterFile registers;
  private final MacCore core;
  private final Wire wire;
  private final Mitigation rxMitigation;
  private final Mitigation txMitigation;
  private final Transmitter normal;
  private final Transmitter highPriority;
  private final Receiver receiver;
  private final MdioBus mdioBus = new MdioBus();
  private final Mdio mdio;
  private final @Nullable Rtl8211e phy;
  private final QemuPhy qemuPhy = new QemuPhy();
  private final DeviceTimer rxPoll;
  private final DeviceTimer txPoll;
  private boolean carrier = true;

  /** An FTGMAC100 just after power on, the carrier there. */
  public Ftgmac100(
      Ftgmac100Config config,
      GuestMemory memory,
      InterruptLine line,
      DeviceClock clock,
      Wire wire,
      RegisterTrace trace) {
    this.config = config;
    this.wire = wire;
    Profile profile = config.profile();
    this.registers =
        new RegisterFile(
            profile.isQemu() ? Ftgmac100Registers.QEMU : Ftgmac100Registers.DATASHEET,
            new Actions(),
            trace);
    Interrupts interrupts = new Interrupts(registers, line);
    this.core =
        new MacCore(
            profile, config.variant(), registers, interrupts, memory, clock, new Turn(interrupts));
    this.rxMitigation = new Mitigation(core, INT_RPKT_BUF);
    this.txMitigation = new Mitigation(core, INT_XPKT_ETH);
    this.normal = new Transmitter(core, this, new Ring(), INT_NO_NPTXBUF, txMitigation);
    this.highPriority = new Transmitter(core, this, new Ring(), INT_NO_HPTXBUF, txMitigation);
    this.receiver =
        profile.has(Difference.NO_FIFO)
            ? new QemuReceiver(core, new Ring())
            : new FifoReceiver(core, this, new Ring(), rxMitigation);
    this.mdio = new Mdio(profile, registers, mdioBus);
    this.rxPoll = core.timer(this::pollReceiver);
    this.txPoll = core.timer(this::pollTransmitters);
    this.phy = attachPhy(clock);
    setAddress();
  }

  private @Nullable Rtl8211e attachPhy(DeviceClock clock) {
    if (config.phyAddress() == Ftgmac100Config.NO_PHY) {
      return null;
    }
    if (config.profile().has(Difference.PHY_EVERYWHERE)) {
      mdioBus.attachEverywhere(qemuPhy);
      return null;
    }
    Rtl8211e made = new Rtl8211e(clock, (up, mbps, fullDuplex) -> linkChanged());
    mdioBus.attach(config.phyAddress(), made);
    return made;
  }

  /** How it is built in. */
  public Ftgmac100Config config() {
    return config;
  }

  /** Its PHYs, for an AST2600's MDIO controller. */
  public MdioBus mdioBus() {
    return mdioBus;
  }

  /** Its PHY; none with NC-SI and in the profiles of QEMU. */
  public @Nullable Rtl8211e phy() {
    return phy;
  }

  /**
   * Power on reset: all is as after the constructor, except the carrier. The PHY negotiates anew;
   * the card behind an NC-SI sideband has power of its own.
   */
  public void reset() {
    core.turn(() -> {
      Rtl8211e behind = phy;
      if (behind != null) {
        behind.reset();
      }
      resetMac();
      registers.set(MACCR, 0);
      setAddress();
      qemuPhy.reset();
      core.interrupts().update();
    });
  }

  private void setAddress() {
    registers.set(MAC_MADR, (int) (config.mac() >>> 32));
    registers.set(MAC_LADR, (int) config.mac());
  }

  @Override
  public int size() {
    return config.profile().has(Difference.REGISTERS_REPEAT)
        ? 2 * Ftgmac100Registers.SIZE
        : Ftgmac100Registers.SIZE;
  }

  private int decode(int offset) {
    return config.profile().has(Difference.REGISTERS_REPEAT) ? offset & 0xff : offset;
  }

  @Override
  public int read(int offset, int width) {
    return registers.read(decode(offset), width);
  }

  @Override
  public void write(int offset, int width, int value) {
    core.turn().begin();
    try {
      registers.write(decode(offset), width, value);
      if (!config.profile().has(Difference.WORDS_ONLY) || width == 4 && decode(offset) < 0x100) {
        core.interrupts().update();
        schedulePolls();
      }
    } finally {
      core.turn().end();
    }
  }

  private final class Actions implements RegisterActions {
    @Override
    public int reading(int offset, int stored) {
      return switch (offset) {
        case NPTXR_PTR -> normal.pointer();
        case HPTXR_PTR -> highPriority.pointer();
        case RXR_PTR -> receiver.pointer();
        case DMAFIFOS -> receiver.isEmpty() ? stored | RX_FIFO_EMPTY : stored & ~RX_FIFO_EMPTY;
        default -> stored;
      };
    }

    @Override
    public boolean accepts(int offset, int value) {
      if (!config.profile().has(Difference.UNALIGNED_BASE_REFUSED)) {
        return true;
      }
      return switch (offset) {
        case NPTXR_BADR, RXR_BADR -> (value & 15) == 0;
        case DBLAC -> (value >>> 12 & 15) >= 2 && (value >>> 16 & 15) >= 2;
        default -> true;
      };
    }

    @Override
    public void written(int offset, int value) {
      switch (offset) {
        case NPTXPD -> kick();
        case HPTXPD -> kickHighPriority();
        case RXPD -> receiver.poll(true);
        case NPTXR_BADR -> normal.base(registers.get(offset));
        case HPTXR_BADR -> highPriority.base(registers.get(offset));
        case RXR_BADR -> receiver.base(registers.get(offset));
        case ITC -> configureMitigation();
        case MACCR -> control();
        case PHYCR -> mdio.written(value);
        case PHYDATA -> {
          if (config.profile().has(Difference.PHYDATA_CLEARED)) {
            registers.set(PHYDATA, value & 0xffff);
          }
        }
        default -> {}
      }
    }
  }

  private void kick() {
    kickHighPriority();
    normal.poll(true);
  }

  private void kickHighPriority() {
    if (!config.profile().has(Difference.NO_HIGH_PRIORITY)
        && core.enabled(Ftgmac100Registers.MACCR_HPTXR_EN)) {
      highPriority.poll(true);
    }
  }

  private void configureMitigation() {
    int itc = registers.get(ITC);
    rxMitigation.configure(itc >>> 4 & 7, (itc & 15) * core.cycle((itc & 1 << 7) != 0));
    txMitigation.configure(itc >>> 12 & 7, (itc >>> 8 & 15) * core.cycle((itc & 1 << 15) != 0));
  }

  private void control() {
    if (core.enabled(Ftgmac100Registers.MACCR_SW_RST)) {
      softwareReset();
      return;
    }
    // the cycles of the timers follow the speed
    configureMitigation();
    receiver.poll(false);
  }

  private void softwareReset() {
    int speed = Ftgmac100Registers.MACCR_GIGA_MODE | Ftgmac100Registers.MACCR_FAST_MODE;
    int kept = registers.get(MACCR) & speed;
    int first = registers.get(MAC_MADR);
    int last = registers.get(MAC_LADR);
    resetMac();
    registers.set(MACCR, kept);
    if (config.profile().has(Difference.RESET_REACHES_PHY)) {
      registers.set(MAC_MADR, first);
      registers.set(MAC_LADR, last);
      qemuPhy.reset();
    }
  }

  private void resetMac() {
    registers.reset();
    normal.reset();
    highPriority.reset();
    receiver.reset();
    rxMitigation.reset();
    txMitigation.reset();
    rxPoll.cancel();
    txPoll.cancel();
  }

  /** APTC: looks for buffers and frames by itself. */
  private void schedulePolls() {
    if (config.profile().has(Difference.NO_POLLING)) {
      return;
    }
    int aptc = registers.get(APTC);
    long rx = (aptc & 15) * core.cycle((aptc & 1 << 4) != 0);
    if (rx > 0 && !rxPoll.isArmed() && !receiver.isEmpty()) {
      rxPoll.arm(core.clock().now() + rx);
    }
    long tx = (aptc >>> 8 & 15) * core.cycle((aptc & 1 << 12) != 0);
    if (tx > 0 && !txPoll.isArmed() && core.enabled(TX_ENABLED)) {
      txPoll.arm(core.clock().now() + tx);
    }
  }

  private void pollReceiver() {
    receiver.poll(false);
    core.interrupts().update();
    schedulePolls();
  }

  private void pollTransmitters() {
    if ((registers.get(APTC) >>> 8 & 15) != 0) {
      if (core.enabled(Ftgmac100Registers.MACCR_HPTXR_EN)) {
        highPriority.poll(false);
      }
      normal.poll(false);
    }
    core.interrupts().update();
    schedulePolls();
  }

  /** An engine has a frame for the wire. */
  void send(byte[] frame, int length, boolean goodFcs) {
    if (length == 0) {
      return;
    }
    if (config.profile().isQemu()) {
      if (carrier) {
        wire.transmit(frame, 0, length, true);
      }
      return;
    }
    core.count(Ftgmac100Registers.TX);
    Rtl8211e behind = phy;
    if (core.enabled(Ftgmac100Registers.MACCR_LOOP_EN) || behind != null && behind.loopback()) {
      receiver.receive(frame, 0, length, goodFcs);
    } else if (linkUp()) {
      wire.transmit(frame, 0, length, goodFcs);
    }
  }

  /** The MAC has a control frame of its own for the wire, which no counter counts. */
  void sendControl(byte[] frame, int length) {
    if (!core.enabled(Ftgmac100Registers.MACCR_LOOP_EN) && linkUp()) {
      wire.transmit(frame, 0, length, true);
    }
  }

  /** A pause frame came. */
  void pause(long nanos) {
    normal.pause(nanos);
    highPriority.pause(nanos);
  }

  private boolean linkUp() {
    Rtl8211e behind = phy;
    return behind == null ? carrier : behind.passes();
  }

  private void linkChanged() {
    core.turn(() -> {
      core.interrupts().raise(INT_PHYSTS_CHG);
      core.interrupts().update();
    });
  }

  @Override
  public void receive(byte[] frame, int offset, int length, boolean goodFcs) {
    boolean looped = !config.profile().isQemu() && core.enabled(Ftgmac100Registers.MACCR_LOOP_EN);
    if (!linkUp() || looped) {
      return;
    }
    core.turn().begin();
    try {
      receiver.receive(frame, offset, length, goodFcs);
      if (!config.profile().isQemu()) {
        // a pause frame that ends a pause sends, whether it is itself received or not
        core.interrupts().update();
      }
      schedulePolls();
    } finally {
      core.turn().end();
    }
  }

  @Override
  public boolean ready() {
    return receiver.ready();
  }

  @Override
  public void carrier(boolean up) {
    if (carrier != up) {
      carrier = up;
      qemuPhy.carrier(up);
      Rtl8211e behind = phy;
      if (behind != null) {
        behind.carrier(up);
      }
    }
  }
}
