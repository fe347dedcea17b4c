package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_PHYSTS_CHG;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_BUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_ETH;
import static dev.patchbay.qemu.ftgmac100.Rig.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.device.Wire;
import dev.patchbay.qemu.ncsi.NcsiConfig;
import dev.patchbay.qemu.phy.Mii;
import dev.patchbay.qemu.phy.Rtl8211e;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptTest {
  private final Rig rig = new Rig().started(Ftgmac100Registers.MACCR_GIGA_MODE);

  private void arrive(int frames) {
    for (int i = 0; i < frames; i++) {
      rig.arrive(Rig.frame(OURS, 0x88b5, 60));
    }
  }

  @Test
  void theLineFollowsStatusAndEnable() {
    rig.buffers(8);
    arrive(1);
    assertThat(rig.interrupt).isFalse();
    rig.write(Ftgmac100Registers.IER, INT_RPKT_BUF);
    assertThat(rig.interrupt).isTrue();
    rig.acknowledge(INT_RPKT_FIFO);
    assertThat(rig.interrupt).isTrue();
    rig.acknowledge(INT_RPKT_BUF);
    assertThat(rig.interrupt).isFalse();
    arrive(3);
    assertThat(rig.edges).as("up, down, up").isEqualTo(3);
  }

  @Test
  void aThresholdCountsFrames() {
    rig.buffers(16);
    rig.write(Ftgmac100Registers.ITC, 3 << 4);
    arrive(2);
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO);
    arrive(1);
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO | INT_RPKT_BUF);
    rig.acknowledge(-1);
    arrive(2);
    assertThat(rig.isr() & INT_RPKT_BUF).isZero();
  }

  @Test
  void aTimeEndsTheWait() {
    rig.buffers(16);
    // seven frames, or twice 16.384 us after the first
    rig.write(Ftgmac100Registers.ITC, 7 << 4 | 1 << 7 | 2);
    rig.write(Ftgmac100Registers.IER, INT_RPKT_BUF);
    arrive(1);
    rig.clock.step(10_000);
    arrive(1);
    rig.clock.step(22_767);
    assertThat(rig.interrupt).isFalse();
    rig.clock.step(1);
    assertThat(rig.interrupt).isTrue();
    rig.acknowledge(-1);
    rig.clock.step(1_000_000);
    assertThat(rig.interrupt).as("nothing waits").isFalse();
  }

  @Test
  void whatWaitsFollowsNewLimits() {
    rig.buffers(16);
    rig.write(Ftgmac100Registers.ITC, 7 << 4);
    arrive(2);
    rig.write(Ftgmac100Registers.ITC, 0);
    assertThat(rig.isr() & INT_RPKT_BUF).as("no limits").isNotZero();
    rig.acknowledge(-1);
    rig.write(Ftgmac100Registers.ITC, 7 << 4);
    arrive(2);
    rig.write(Ftgmac100Registers.ITC, 2 << 4);
    assertThat(rig.isr() & INT_RPKT_BUF).as("as many as the new threshold").isNotZero();
    rig.acknowledge(-1);
    rig.write(Ftgmac100Registers.ITC, 7 << 4);
    arrive(2);
    rig.clock.step(3_000);
    rig.write(Ftgmac100Registers.ITC, 7 << 4 | 4);
    assertThat(rig.isr() & INT_RPKT_BUF).isZero();
    rig.clock.step(4 * 1024 - 3_000 - 1);
    assertThat(rig.isr() & INT_RPKT_BUF).isZero();
    rig.clock.step(1);
    assertThat(rig.isr() & INT_RPKT_BUF).as("the time since the first").isNotZero();
    rig.acknowledge(-1);
    arrive(1);
    rig.write(Ftgmac100Registers.ITC, 7 << 4);
    rig.clock.step(1_000_000);
    assertThat(rig.isr() & INT_RPKT_BUF).as("no limit of time any more").isZero();
  }

  @Test
  void theCycleFollowsTheSpeed() {
    rig.buffers(16);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON);
    rig.write(Ftgmac100Registers.ITC, 1);
    arrive(1);
    rig.clock.step(51_199);
    assertThat(rig.isr() & INT_RPKT_BUF).isZero();
    rig.clock.step(1);
    assertThat(rig.isr() & INT_RPKT_BUF).isNotZero();
  }

  @Test
  void transmissionIsMitigatedByItsOwnLimits() {
    rig.write(Ftgmac100Registers.ITC, 3 << 12);
    rig.queue(0, Rig.frame(OURS, 0x88b5, 60), Descriptor.TX_TXIC);
    rig.queue(1, Rig.frame(OURS, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.isr() & INT_XPKT_ETH).isZero();
    rig.queue(2, Rig.frame(OURS, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.isr() & INT_XPKT_ETH).isNotZero();
  }

  @Test
  void transmissionIsMitigatedByTimeToo() {
    // twice 16.384 us
    rig.write(Ftgmac100Registers.ITC, 1 << 15 | 2 << 8);
    rig.queue(0, Rig.frame(OURS, 0x88b5, 60), 0);
    rig.kick();
    rig.clock.step(32_767);
    assertThat(rig.isr() & INT_XPKT_ETH).isZero();
    rig.clock.step(1);
    assertThat(rig.isr() & INT_XPKT_ETH).isNotZero();
  }

  @Test
  void aLinkThatComesOrGoesIsTold() {
    rig.write(Ftgmac100Registers.IER, INT_PHYSTS_CHG);
    rig.mac.carrier(false);
    assertThat(rig.interrupt).isTrue();
    rig.acknowledge(INT_PHYSTS_CHG);
    rig.mac.carrier(true);
    rig.clock.step(1_499_999_999);
    assertThat(rig.interrupt).isFalse();
    rig.clock.step(1);
    assertThat(rig.interrupt).isTrue();
  }

  @Test
  void softwareResetLeavesOnlyTheSpeedAndThePhy() {
    rig.write(Ftgmac100Registers.IER, 0x7ff);
    rig.buffers(4);
    arrive(1);
    assertThat(rig.interrupt).isTrue();
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | 1 << 9 | 1 << 31);
    assertThat(rig.interrupt).isFalse();
    assertThat(rig.read(Ftgmac100Registers.MACCR)).isEqualTo(1 << 9);
    assertThat(rig.read(Ftgmac100Registers.RX)).isZero();
    assertThat(rig.read(Ftgmac100Registers.MAC_MADR)).isZero();
    assertThat(rig.read(Ftgmac100Registers.RXR_PTR)).isZero();
    assertThat(rig.mac.mdioBus().read(0, Mii.BMSR) & Mii.BMSR_LSTATUS).isNotZero();
  }

  @Test
  void powerOnResetGivesTheAddressBack() {
    rig.write(Ftgmac100Registers.MAC_LADR, 0);
    rig.mac.reset();
    assertThat(rig.read(Ftgmac100Registers.MACCR)).isZero();
    assertThat(rig.read(Ftgmac100Registers.MAC_MADR)).isEqualTo(0x5254);
    assertThat(rig.read(Ftgmac100Registers.MAC_LADR)).isEqualTo(0x00123456);
  }

  @Test
  void powerOnResetReachesThePhy() {
    rig.mac.mdioBus().write(0, Mii.ADVERTISE, 0x01);
    rig.write(Ftgmac100Registers.IER, INT_PHYSTS_CHG);
    rig.mac.reset();
    assertThat(rig.mac.mdioBus().read(0, Mii.ADVERTISE)).isEqualTo(0x0de1);
    assertThat(rig.isr()).isZero();
    assertThat(rig.interrupt).isFalse();
    rig.clock.step(Rtl8211e.NEGOTIATION);
    assertThat(rig.isr()).isEqualTo(INT_PHYSTS_CHG);
  }

  @Test
  void anIsolatedPhyPassesNothing() {
    rig.buffers(4);
    rig.mac.mdioBus().write(0, Mii.BMCR, 0x1140 | Mii.BMCR_ISOLATE);
    arrive(1);
    rig.queue(0, Rig.frame(OURS, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    assertThat(rig.read(Ftgmac100Registers.RX)).isZero();
    rig.mac.mdioBus().write(0, Mii.BMCR, 0x1140);
    arrive(1);
    assertThat(rig.read(Ftgmac100Registers.RX)).isEqualTo(1);
  }

  /** A driver whose handler runs within the access that raised the line. */
  @Test
  void theHandlerMayAccessRegistersAtOnce() {
    VirtualClock clock = new VirtualClock();
    ArrayMemory memory = new ArrayMemory(Rig.RAM, 0x10000);
    Ftgmac100[] mac = new Ftgmac100[1];
    int[] handled = new int[1];
    mac[0] =
        new Ftgmac100(
            Ftgmac100Config.DEFAULT,
            memory,
            raised -> {
              if (raised) {
                handled[0]++;
                mac[0].write(Ftgmac100Registers.ISR, 4, mac[0].read(Ftgmac100Registers.ISR, 4));
                mac[0].write(Ftgmac100Registers.NPTXPD, 4, 1);
              }
            },
            clock,
            (frame, offset, length, good) -> mac[0].write(Ftgmac100Registers.NPTXPD, 4, 1),
            RegisterTrace.NONE);
    mac[0].write(Ftgmac100Registers.IER, 4, INT_XPKT_ETH);
    mac[0].write(Ftgmac100Registers.NPTXR_BADR, 4, (int) Rig.RAM);
    mac[0].write(Ftgmac100Registers.MACCR, 4, Rig.ON);
    byte[] descriptor = new byte[16];
    descriptor[0] = 60;
    descriptor[3] = (byte) 0xb0;
    descriptor[7] = (byte) 0x80;
    descriptor[15] = (byte) 0x80;
    assertThat(memory.write(Rig.RAM, descriptor, 0, 16)).isTrue();
    clock.step(2_000_000_000L);
    mac[0].write(Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(handled[0]).isEqualTo(1);
    assertThat(mac[0].read(Ftgmac100Registers.TX, 4)).isEqualTo(1);
  }

  /** A MAC whose line tells what a descriptor, or a register, holds when it rises. */
  private static final class Watched {
    final ArrayMemory memory = new ArrayMemory(Rig.RAM, 0x10000);
    final VirtualClock clock = new VirtualClock();
    final List<String> seen = new ArrayList<>();
    final Ftgmac100 mac;
    Runnable look = () -> {};

    Watched(Wire wire, int phy) {
      mac =
          new Ftgmac100(
              Ftgmac100Config.DEFAULT.withMac(Rig.MAC).withPhyAddress(phy),
              memory,
              raised -> {
                if (raised) {
                  look.run();
                }
              },
              clock,
              wire,
              RegisterTrace.NONE);
      clock.step(Rtl8211e.NEGOTIATION);
      mac.write(Ftgmac100Registers.ISR, 4, -1);
    }

    void send(byte[] frame, int more) {
      mac.write(Ftgmac100Registers.IER, 4, INT_RPKT_BUF);
      mac.write(Ftgmac100Registers.NPTXR_BADR, 4, (int) Rig.RAM);
      mac.write(Ftgmac100Registers.RXR_BADR, 4, (int) Rig.RAM + 0x100);
      mac.write(Ftgmac100Registers.MACCR, 4, Rig.ON | more);
      Descriptor descriptor = new Descriptor();
      descriptor.word(3, (int) Rig.RAM + 0x1000);
      descriptor.store(memory, Rig.RAM + 0x100, 4);
      descriptor.word(0, Descriptor.TX_OWN | Descriptor.TX_FTS | Descriptor.TX_LTS | frame.length);
      descriptor.word(3, (int) Rig.RAM + 0x800);
      memory.write(Rig.RAM + 0x800, frame, 0, frame.length);
      descriptor.store(memory, Rig.RAM, 4);
      look =
          () -> {
            descriptor.fetch(memory, Rig.RAM);
            seen.add(descriptor.word(0) < 0 ? "in the middle" : "at rest");
          };
      mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    }
  }

  @Test
  void whatIsLoopedBackInterruptsWhenItsFrameIsSent() {
    Watched watched = new Watched(Wire.NONE, 0);
    watched.send(Rig.frame(OURS, 0x88b5, 60), Ftgmac100Registers.MACCR_LOOP_EN);
    assertThat(watched.seen).containsExactly("at rest");
  }

  @Test
  void anAnswerFromTheSidebandInterruptsWhenItsCommandIsSent() {
    NcsiSideband sideband = new NcsiSideband(NcsiConfig.DEFAULT, Wire.NONE);
    Watched watched = new Watched(sideband, Ftgmac100Config.NO_PHY);
    sideband.connect(watched.mac);
    byte[] command = new byte[60];
    System.arraycopy(
        Rig.hex("ffffffffffff ffffffffffff 88f8 00010001 00000000"), 0, command, 0, 22);
    watched.send(command, 0);
    assertThat(watched.seen).containsExactly("at rest");
  }

  @Test
  void aLinkThatGoesByMdioInterruptsWhenTheAccessIsOver() {
    Watched watched = new Watched(Wire.NONE, 0);
    watched.mac.write(Ftgmac100Registers.IER, 4, INT_PHYSTS_CHG);
    watched.look =
        () -> {
          int control = watched.mac.read(Ftgmac100Registers.PHYCR, 4);
          watched.seen.add(control >>> 27 != 0 ? "in the middle" : "at rest");
        };
    watched.mac.write(Ftgmac100Registers.PHYDATA, 4, Mii.BMCR_RESET);
    watched.mac.write(Ftgmac100Registers.PHYCR, 4, 1 << 27);
    assertThat(watched.seen).containsExactly("at rest");
  }
}
