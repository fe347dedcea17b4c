package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Descriptor.TX_FTS;
import static dev.patchbay.qemu.ftgmac100.Descriptor.TX_LTS;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_AHB_ERR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_HPTXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_NPTXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_ETH;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_LOST;
import static dev.patchbay.qemu.ftgmac100.Rig.OURS;
import static dev.patchbay.qemu.ftgmac100.Rig.TX_RING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TransmitTest {
  private static final byte[] PEER = {2, 0, 0, 0, 0, 1};

  private final Rig rig = new Rig().started(0);

  private byte[] sent(int number) {
    return rig.sent.get(number).bytes();
  }

  @Test
  void sendsAFrameAndGivesItsDescriptorBack() {
    byte[] frame = Rig.frame(PEER, 0x88b5, 60);
    rig.queue(0, frame, Descriptor.TX_TXIC);
    rig.kick();
    assertThat(rig.sent).hasSize(1);
    assertThat(sent(0)).isEqualTo(frame);
    assertThat(rig.word(TX_RING)).isEqualTo(TX_FTS | TX_LTS | 60);
    assertThat(rig.isr()).isEqualTo(INT_XPKT_ETH | INT_NO_NPTXBUF);
    assertThat(rig.read(Ftgmac100Registers.TX)).isEqualTo(1);
    assertThat(rig.read(Ftgmac100Registers.NPTXR_PTR)).isEqualTo((int) TX_RING + 16);
    assertThat(rig.read(Ftgmac100Registers.NPTXR_BADR)).isEqualTo((int) TX_RING);
  }

  @Test
  void gathersSegmentsAcrossKicks() {
    byte[] frame = Rig.frame(PEER, 0x88b5, 100);
    rig.segment(TX_RING, 0, Arrays.copyOf(frame, 14), TX_FTS, 0);
    rig.segment(TX_RING, 1, Arrays.copyOfRange(frame, 14, 50), 0, 0);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    rig.segment(TX_RING, 2, Arrays.copyOfRange(frame, 50, 100), TX_LTS, 0);
    rig.kick();
    assertThat(sent(0)).isEqualTo(frame);
  }

  @Test
  void goesRoundTheRing() {
    for (int i = 0; i < 6; i++) {
      byte[] frame = Rig.frame(PEER, 0x88b5, 60 + i);
      int end = i % 2 == 1 ? Rig.END : 0;
      rig.segment(TX_RING, i % 2, frame, TX_FTS | TX_LTS | end, 0);
      rig.kick();
    }
    assertThat(rig.sent)
        .extracting(one -> one.bytes().length)
        .containsExactly(60, 61, 62, 63, 64, 65);
    assertThat(rig.read(Ftgmac100Registers.NPTXR_PTR)).isEqualTo((int) TX_RING);
  }

  @Test
  void eachFrameIsToldAsLinuxExpectsWithoutTxic() {
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.isr()).isEqualTo(INT_XPKT_ETH | INT_NO_NPTXBUF);
    rig.acknowledge(-1);
    rig.queue(1, Rig.frame(PEER, 0x88b5, 60), Descriptor.TX_TX2FIC);
    rig.kick();
    assertThat(rig.isr()).isEqualTo(INT_XPKT_ETH | INT_NO_NPTXBUF | INT_XPKT_FIFO);
  }

  @Test
  void whatWasNotSentIsNotTold() {
    rig.segment(TX_RING, 0, new byte[5000], TX_FTS, 0);
    rig.segment(TX_RING, 1, new byte[5000], TX_LTS, Descriptor.TX_TXIC);
    rig.kick();
    assertThat(rig.isr()).isEqualTo(INT_XPKT_LOST | INT_NO_NPTXBUF);
  }

  @Test
  void insertsAllSixteenBitsOfATag() {
    byte[] frame = Rig.frame(PEER, 0x88b5, 60);
    rig.queue(0, frame, Descriptor.TX_INS_VLANTAG | 0x612c);
    rig.kick();
    assertThat(sent(0)).hasSize(64);
    assertThat(Arrays.copyOfRange(sent(0), 12, 18)).isEqualTo(Rig.hex("8100 612c 88b5"));
    assertThat(Arrays.copyOfRange(sent(0), 18, 64)).isEqualTo(Arrays.copyOfRange(frame, 14, 60));
  }

  @Test
  void fillsInChecksumsBehindIpOptionsAndTags() {
    // a UDP packet of 8 + 4 bytes behind a header of 24 bytes: NOP NOP NOP EOL
    byte[] frame =
        Rig.hex(
            "020000000001 020000000007 8100 0064 0800"
                + "46000024 00004000 40110000 0a000001 0a000002 01010100"
                + "03e807d0 000c0000 61626364");
    rig.queue(0, frame, Descriptor.TX_IP_CHKSUM | Descriptor.TX_UDP_CHKSUM);
    rig.kick();
    // 4600+0024+4000+4011+0a00+0001+0a00+0002+0101+0100 = dc39
    assertThat(Frames.u16(sent(0), 28)).isEqualTo(~0xdc39 & 0xffff);
    // 0a00+0001+0a00+0002+0011+000c + 03e8+07d0+000c + 6162+6364 = e4aa
    assertThat(Frames.u16(sent(0), 48)).isEqualTo(~0xe4aa & 0xffff);
  }

  @Test
  void leavesFragmentsAndOtherProtocolsAlone() {
    byte[] fragment =
        Rig.hex(
            "020000000001 020000000007 0800 45000020 00002000 40110000 0a000001 0a000002"
                + "03e807d0 000c0000 61626364");
    rig.queue(0, fragment, Descriptor.TX_IP_CHKSUM | Descriptor.TX_UDP_CHKSUM);
    rig.kick();
    assertThat(Frames.u16(sent(0), 24)).isNotZero();
    assertThat(Frames.u16(sent(0), 40)).isZero();
  }

  @Test
  void aHeaderThatLiesAboutItsLengthSumsNothingBehindTheFrame() {
    byte[] frame = new byte[Frames.LONGEST];
    frame[12] = 8;
    frame[14] = 0x40;
    frame[16] = (byte) (frame.length - 14 >> 8);
    frame[17] = (byte) (frame.length - 14);
    frame[23] = 6;
    Checksums.transmitAsQemu(frame, frame.length, Descriptor.TX_TCP_CHKSUM);
    assertThat(Frames.u16(frame, 50)).as("over what there is").isNotZero();
  }

  @Test
  void aSegmentOfNothingFetchesNothing() {
    byte[] frame = Rig.frame(PEER, 0x88b5, 60);
    rig.segment(TX_RING, 0, frame, TX_FTS, 0);
    rig.segment(TX_RING, 1, new byte[0], TX_LTS, 0);
    rig.word(TX_RING + 16 + 12, 0xffff_fff0);
    rig.kick();
    assertThat(sent(0)).isEqualTo(frame);
    assertThat(rig.isr() & INT_AHB_ERR).isZero();
  }

  @Test
  void tellsAWrongFcsOfTheGuestsOwn() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON & ~Ftgmac100Registers.MACCR_CRC_APD);
    byte[] frame = Rig.frame(PEER, 0x88b5, 60);
    int fcs = ~Frames.crc(-1, frame, 0, 60);
    byte[] whole = Arrays.copyOf(frame, 64);
    for (int i = 0; i < 4; i++) {
      whole[60 + i] = (byte) (fcs >> 8 * i);
    }
    rig.queue(0, whole, 0);
    whole[63] ^= 1;
    rig.queue(1, whole, 0);
    rig.kick();
    assertThat(rig.sent).extracting(Rig.Sent::goodFcs).containsExactly(true, false);
    assertThat(sent(0)).isEqualTo(frame);
  }

  @Test
  void sendsTheHighPriorityRingFirst() {
    rig.write(Ftgmac100Registers.HPTXR_BADR, (int) Rig.HP_RING);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.segment(Rig.HP_RING, 1, new byte[0], 0, 0);
    byte[] urgent = Rig.frame(PEER, 0x88b6, 60);
    rig.write(Ftgmac100Registers.HPTXR_BADR, (int) Rig.HP_RING + 16);
    rig.segment(Rig.HP_RING, 1, urgent, TX_FTS | TX_LTS, 0);
    rig.write(Ftgmac100Registers.HPTXPD, 1);
    assertThat(rig.sent).as("HPTXR_EN is off").isEmpty();
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_HPTXR_EN);
    rig.kick();
    assertThat(sent(0)).isEqualTo(urgent);
    assertThat(rig.sent).hasSize(2);
    assertThat(rig.isr() & INT_NO_HPTXBUF).isNotZero();
    assertThat(rig.read(Ftgmac100Registers.HPTXR_PTR)).isEqualTo((int) Rig.HP_RING + 32);
  }

  @Test
  void losesWhatIsTooLongForItsFifo() {
    byte[] half = new byte[5000];
    rig.segment(TX_RING, 0, half, TX_FTS, 0);
    rig.segment(TX_RING, 1, half, TX_LTS, 0);
    rig.queue(2, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).hasSize(1);
    assertThat(sent(0)).hasSize(60);
    assertThat(rig.isr() & INT_XPKT_LOST).isNotZero();
    assertThat(rig.read(Ftgmac100Registers.TX_ECOL_FAIL)).isEqualTo(1);
  }

  @Test
  void losesWhatIsTooShortForItsTag() {
    rig.queue(0, new byte[13], Descriptor.TX_INS_VLANTAG | 300);
    rig.queue(1, new byte[13], 0);
    rig.kick();
    assertThat(rig.sent).as("the one without a tag").hasSize(1);
    assertThat(rig.isr() & INT_XPKT_LOST).isNotZero();
    assertThat(rig.read(Ftgmac100Registers.TX_ECOL_FAIL)).isEqualTo(1);
  }

  @Test
  void jumboFramesPass() {
    rig.queue(0, Rig.frame(PEER, 0x88b5, 9014), 0);
    rig.kick();
    assertThat(sent(0)).hasSize(9014);
  }

  @Test
  void aBusErrorStopsTheEngineUntilTheNextKick() {
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.word(TX_RING + 12, 0x1e660000);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    assertThat(rig.isr()).isEqualTo(INT_AHB_ERR);
    assertThat(rig.word(TX_RING)).isNegative();
    rig.word(TX_RING + 12, (int) Rig.TX_BUFFERS);
    rig.kick();
    assertThat(rig.sent).hasSize(1);
  }

  @Test
  void aRingOutsideOfMemoryIsABusError() {
    rig.write(Ftgmac100Registers.NPTXR_BADR, 0x1e660000);
    rig.kick();
    assertThat(rig.isr()).isEqualTo(INT_AHB_ERR);
  }

  @Test
  void sendsNothingWhileOffOrWithoutLink() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON & ~1);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.word(TX_RING)).isNegative();
    rig.write(Ftgmac100Registers.MACCR, Rig.ON);
    rig.mac.carrier(false);
    rig.kick();
    assertThat(rig.word(TX_RING)).isPositive();
    assertThat(rig.sent).isEmpty();
  }

  @Test
  void pollsByItself() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_GIGA_MODE);
    rig.write(Ftgmac100Registers.APTC, 2 << 8);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.clock.step(2_047);
    assertThat(rig.sent).isEmpty();
    rig.clock.step(1);
    assertThat(rig.sent).hasSize(1);
    assertThat(rig.isr()).as("a timer complains of no empty ring").isEqualTo(INT_XPKT_ETH);
  }

  @Test
  void pollsSixteenTimesAsSeldom() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_GIGA_MODE);
    rig.write(Ftgmac100Registers.APTC, 1 << 12 | 1 << 8);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.clock.step(16_383);
    assertThat(rig.sent).isEmpty();
    rig.clock.step(1);
    assertThat(rig.sent).hasSize(1);
  }

  @Test
  void bothHalvesOfAnEngineAreNeeded() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON & ~Ftgmac100Registers.MACCR_TXMAC_EN);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    assertThat(rig.word(TX_RING)).isNegative();
    rig.write(Ftgmac100Registers.MACCR, Rig.ON);
    rig.kick();
    assertThat(rig.sent).hasSize(1);
  }

  @Test
  void descriptorsMayBeFartherApart() {
    rig.write(Ftgmac100Registers.DBLAC, 4 << 16 | 2 << 12);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.queue(2, Rig.frame(PEER, 0x88b5, 61), 0);
    rig.kick();
    assertThat(rig.sent).hasSize(2);
  }

  @Test
  void loopbackHearsItself() {
    rig.started(Ftgmac100Registers.MACCR_LOOP_EN);
    rig.buffers(2);
    byte[] frame = Rig.frame(OURS, 0x88b5, 60);
    rig.queue(0, frame, 0);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    assertThat(Arrays.copyOf(rig.received(0), 60)).isEqualTo(frame);
  }

  @Test
  void aPauseFrameStopsItForItsTime() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_GIGA_MODE);
    rig.write(Ftgmac100Registers.FCR, Ftgmac100Registers.FCR_FC_EN);
    byte[] pause = new byte[60];
    System.arraycopy(Rig.hex("0180c2000001 020000000007 8808 0001 0064"), 0, pause, 0, 18);
    rig.arrive(pause);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    // 100 times 512 ns
    rig.clock.step(51_199);
    assertThat(rig.sent).isEmpty();
    rig.clock.step(1);
    assertThat(rig.sent).hasSize(1);
    assertThat(rig.read(Ftgmac100Registers.RX_PF_AEP)).isEqualTo(0x10000);
  }

  @Test
  void thePauseFrameThatEndsAPauseTellsOfWhatItLetGo() {
    rig.write(Ftgmac100Registers.FCR, Ftgmac100Registers.FCR_FC_EN);
    rig.write(Ftgmac100Registers.IER, INT_XPKT_ETH);
    byte[] pause = new byte[60];
    System.arraycopy(Rig.hex("0180c2000001 020000000007 8808 0001 ffff"), 0, pause, 0, 18);
    rig.arrive(pause);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), Descriptor.TX_TXIC);
    rig.kick();
    assertThat(rig.sent).isEmpty();
    pause[16] = 0;
    pause[17] = 0;
    rig.arrive(pause);
    assertThat(rig.sent).hasSize(1);
    assertThat(rig.interrupt).isTrue();
  }

  @Test
  void whatIsLoopedBackHasTheSameBudget() {
    long[] accesses = new long[1];
    Rig all =
        new Rig(
            Ftgmac100Config.DEFAULT.withMac(Rig.MAC),
            (write, address, count) -> {
              accesses[0]++;
              return true;
            });
    all.started(Ftgmac100Registers.MACCR_LOOP_EN | Ftgmac100Registers.MACCR_JUMBO_LF);
    byte[] frame = Rig.frame(OURS, 0x88b5, 9000);
    for (int i = 0; i < 20; i++) {
      all.segment(TX_RING, 0, frame, TX_FTS | TX_LTS, 0);
      all.put(TX_RING + 16L * i, all.bytes(TX_RING, 16));
    }
    // buffers of 8 bytes: each frame fills more than a thousand of them
    long ring = Rig.RAM + 0x14000;
    for (int i = 0; i < 24_000; i++) {
      all.word(ring + 16L * i + 12, (int) Rig.RAM);
    }
    all.write(Ftgmac100Registers.RXR_BADR, (int) ring);
    all.write(Ftgmac100Registers.RBSR, 8);
    accesses[0] = 0;
    all.kick();
    assertThat(accesses[0]).isLessThan(5L * Turn.DESCRIPTORS + 8);
    assertThat(all.word(ring)).as("it does its work").isNegative();
  }

  @Test
  void longFramesHaveABudgetOfBytes() {
    long[] moved = new long[1];
    Rig all =
        new Rig(
            Ftgmac100Config.DEFAULT.withMac(Rig.MAC),
            (write, address, count) -> {
              moved[0] += count;
              return true;
            });
    all.started(0);
    byte[] frame = Rig.frame(PEER, 0x88b5, 9000);
    for (int i = 0; i < 200; i++) {
      all.segment(TX_RING, 0, frame, TX_FTS | TX_LTS, 0);
      all.put(TX_RING + 16L * i, all.bytes(TX_RING, 16));
    }
    moved[0] = 0;
    all.kick();
    assertThat(all.sent).hasSize(Turn.BYTES / 9000 + 1);
    assertThat(moved[0]).isLessThan(Turn.BYTES + 16_384 + 32 * 200);
    all.clock.step(Turn.REST);
    assertThat(all.sent).as("the rest comes a moment later").hasSize(200);
  }

  @Test
  void aPauseIsForTheGroupOfMacControlOrForUs() {
    rig.write(Ftgmac100Registers.FCR, Ftgmac100Registers.FCR_FC_EN);
    byte[] pause = new byte[60];
    byte[] head = Rig.hex("0180c200000e 020000000007 8808 0001 0064");
    System.arraycopy(head, 0, pause, 0, 18);
    rig.arrive(pause);
    System.arraycopy(PEER, 0, pause, 0, 6);
    rig.arrive(pause);
    rig.queue(0, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).as("paused by what was for others").hasSize(1);
    assertThat(rig.read(Ftgmac100Registers.RX_PF_AEP)).isZero();
    System.arraycopy(OURS, 0, pause, 0, 6);
    rig.arrive(pause);
    rig.queue(1, Rig.frame(PEER, 0x88b5, 60), 0);
    rig.kick();
    assertThat(rig.sent).hasSize(1);
    assertThat(rig.read(Ftgmac100Registers.RX_PF_AEP)).isEqualTo(0x10000);
  }

  @Test
  void theEndOfAPauseLeavesNothingArmed() {
    rig.write(Ftgmac100Registers.FCR, Ftgmac100Registers.FCR_FC_EN);
    byte[] pause = new byte[60];
    System.arraycopy(Rig.hex("0180c2000001 020000000007 8808 0001 ffff"), 0, pause, 0, 18);
    rig.arrive(pause);
    assertThat(rig.clock.nextDeadline()).isNotEqualTo(Long.MAX_VALUE);
    pause[16] = 0;
    pause[17] = 0;
    rig.arrive(pause);
    assertThat(rig.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }
}
