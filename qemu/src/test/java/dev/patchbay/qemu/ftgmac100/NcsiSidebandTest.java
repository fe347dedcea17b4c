package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.ncsi.NcsiConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A MAC without a PHY, whose pins lead to a network card. */
class NcsiSidebandTest {
  private final Rig rig = new Rig();
  private final List<Integer> network = new ArrayList<>();
  private final NcsiSideband sideband =
      new NcsiSideband(
          NcsiConfig.DEFAULT,
          (frame, offset, length, good) -> network.add(Frames.type(frame, offset, length)));
  private final Ftgmac100 mac =
      new Ftgmac100(
          Ftgmac100Config.DEFAULT.withMac(Rig.MAC).withPhyAddress(Ftgmac100Config.NO_PHY),
          rig.memory,
          raised -> {},
          rig.clock,
          sideband,
          RegisterTrace.NONE);

  NcsiSidebandTest() {
    sideband.connect(mac);
    mac.write(Ftgmac100Registers.NPTXR_BADR, 4, (int) Rig.TX_RING);
    mac.write(Ftgmac100Registers.RXR_BADR, 4, (int) Rig.RX_RING);
    mac.write(Ftgmac100Registers.MACCR, 4, Rig.ON);
    rig.buffers(4);
  }

  @Test
  void commandsAreAnsweredByTheCard() {
    commandsAreAnsweredByTheCard(0);
  }

  private void commandsAreAnsweredByTheCard(int descriptor) {
    // Clear Initial State for package 0, channel 0, instance 1, without a checksum
    byte[] command = new byte[60];
    System.arraycopy(
        Rig.hex("ffffffffffff ffffffffffff 88f8 00010001 00000000"), 0, command, 0, 22);
    rig.queue(descriptor, command, 0);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(network).isEmpty();
    byte[] answer = rig.received(0);
    assertThat(answer).hasSize(64);
    assertThat(Frames.u16(answer, 12)).isEqualTo(0x88f8);
    assertThat(answer[18]).as("response type").isEqualTo((byte) 0x80);
    assertThat(Frames.u16(answer, 30)).as("completed").isZero();
    assertThat(sideband.controller().snapshot().statistics().answered()).isEqualTo(1);
  }

  @Test
  void otherFramesPassBothWays() {
    rig.queue(0, Rig.frame(Rig.OURS, 0x0800, 60), 0);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(network).containsExactly(0x0800);
    byte[] in = Rig.frame(Rig.OURS, 0x0806, 60);
    assertThat(sideband.ready()).isTrue();
    sideband.receive(in, 0, 60, true);
    assertThat(rig.rxStatus(0)).isNegative();
  }

  @Test
  void theNetworkCannotSpeakForTheCard() {
    sideband.receive(Rig.frame(Rig.OURS, 0x88f8, 60), 0, 60, true);
    assertThat(mac.read(Ftgmac100Registers.RX, 4)).isZero();
  }

  @Test
  void theCableOfTheCardIsNotTheSideband() {
    sideband.carrier(false);
    assertThat(sideband.controller().linkUp()).isFalse();
    rig.queue(0, Rig.frame(Rig.OURS, 0x0800, 60), 0);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(mac.read(Ftgmac100Registers.TX, 4)).as("the MAC does not know").isEqualTo(1);
    sideband.receive(Rig.frame(Rig.OURS, 0x0806, 60), 0, 60, true);
    assertThat(network).isEmpty();
    assertThat(mac.read(Ftgmac100Registers.RX, 4)).isZero();
    commandsAreAnsweredByTheCard(1);
    sideband.carrier(true);
    rig.queue(2, Rig.frame(Rig.OURS, 0x0800, 60), 0);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(network).hasSize(1);
  }

  @Test
  void nobodyAnswersOnMdio() {
    mac.write(Ftgmac100Registers.PHYCR, 4, 1 << 26 | 2 << 21);
    assertThat(mac.read(Ftgmac100Registers.PHYDATA, 4)).isEqualTo(0xffff0000);
    assertThat(mac.phy()).isNull();
  }
}
