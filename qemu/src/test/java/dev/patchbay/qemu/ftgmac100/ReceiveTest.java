package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Descriptor.RX_FRS;
import static dev.patchbay.qemu.ftgmac100.Descriptor.RX_LRS;
import static dev.patchbay.qemu.ftgmac100.Descriptor.RX_READY;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_AHB_ERR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_RXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_BUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_LOST;
import static dev.patchbay.qemu.ftgmac100.Rig.OURS;
import static dev.patchbay.qemu.ftgmac100.Rig.RX_RING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.phy.Rtl8211e;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ReceiveTest {
  private static final int WHOLE = RX_READY | RX_FRS | RX_LRS;
  private static final byte[] ALL = {-1, -1, -1, -1, -1, -1};
  private static final byte[] GROUP = {1, 0, 0x5e, 0, 0, 1};

  private final Rig rig = new Rig().started(0);

  private static byte[] ours(int length) {
    return Rig.frame(OURS, 0x88b5, length);
  }

  private static int fcs(byte[] frame) {
    CRC32 crc = new CRC32();
    crc.update(frame);
    return Integer.reverseBytes((int) crc.getValue());
  }

  private static int last4(byte[] bytes) {
    int at = bytes.length - 4;
    return Frames.u16(bytes, at) << 16 | Frames.u16(bytes, at + 2);
  }

  @Test
  void putsAFrameAndItsFcsIntoTheBuffer() {
    rig.buffers(4);
    byte[] frame = ours(60);
    rig.arrive(frame);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | 64);
    assertThat(rig.rxOffload(0)).isZero();
    assertThat(Arrays.copyOf(rig.received(0), 60)).isEqualTo(frame);
    assertThat(last4(rig.received(0))).isEqualTo(fcs(frame));
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO | INT_RPKT_BUF);
    assertThat(rig.read(Ftgmac100Registers.RX)).isEqualTo(1);
    assertThat(rig.read(Ftgmac100Registers.RXR_PTR)).isEqualTo((int) RX_RING + 16);
  }

  @Test
  void writesTheDescriptorsFieldsAnew() {
    rig.buffers(1);
    rig.word(RX_RING, Rig.END | 0x3fff | Descriptor.RX_CRC_ERR);
    rig.arrive(ours(60));
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | 64);
  }

  @Test
  void fillsSeveralBuffersAndWaitsInTheMiddleOfAFrame() {
    rig.write(Ftgmac100Registers.RBSR, 64);
    rig.buffers(2);
    byte[] frame = ours(186);
    rig.arrive(frame);
    assertThat(rig.rxStatus(0)).isEqualTo(RX_READY | RX_FRS | 64);
    assertThat(rig.rxStatus(1)).isEqualTo(RX_READY | Rig.END | 64);
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO | INT_NO_RXBUF);
    byte[] first = rig.received(0);
    rig.buffers(1);
    rig.write(Ftgmac100Registers.RXPD, 1);
    assertThat(rig.rxStatus(0)).isEqualTo(RX_READY | RX_LRS | Rig.END | 62);
    assertThat(first).isEqualTo(Arrays.copyOf(frame, 64));
    assertThat(Arrays.copyOf(rig.received(0), 58)).isEqualTo(Arrays.copyOfRange(frame, 128, 186));
  }

  @Test
  void keepsFramesInTheFifoUntilTheDriverGivesBuffers() {
    rig.write(Ftgmac100Registers.APTC, 0);
    rig.buffers(1);
    rig.arrive(ours(60));
    rig.arrive(ours(61));
    rig.arrive(ours(62));
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO | INT_RPKT_BUF | INT_NO_RXBUF);
    assertThat(rig.mac.ready()).isFalse();
    assertThat(rig.read(Ftgmac100Registers.DMAFIFOS) & 1 << 26).isZero();
    for (int length = 61; length <= 62; length++) {
      rig.buffers(1);
      rig.write(Ftgmac100Registers.RXPD, 1);
      assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | length + 4);
      assertThat(Arrays.copyOf(rig.received(0), length)).isEqualTo(ours(length));
    }
    assertThat(rig.read(Ftgmac100Registers.DMAFIFOS) & 1 << 26).isNotZero();
  }

  @Test
  void looksForBuffersByItself() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_FAST_MODE);
    rig.write(Ftgmac100Registers.APTC, 3);
    rig.buffers(1);
    rig.arrive(ours(60));
    rig.arrive(ours(61));
    rig.buffers(1);
    rig.acknowledge(-1);
    rig.clock.step(3 * 5_120 - 1);
    assertThat(rig.rxStatus(0)).isEqualTo(Rig.END);
    rig.clock.step(1);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | 65);
    assertThat(rig.isr()).isEqualTo(INT_RPKT_BUF);
    assertThat(rig.clock.nextDeadline()).as("nothing waits").isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void looksForBuffersSixteenTimesAsSeldom() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_GIGA_MODE);
    rig.write(Ftgmac100Registers.APTC, 1 << 4 | 1);
    rig.word(RX_RING, RX_READY);
    rig.arrive(ours(60));
    rig.buffers(1);
    rig.clock.step(16_383);
    assertThat(rig.rxStatus(0)).isEqualTo(Rig.END);
    rig.clock.step(1);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | 64);
  }

  @Test
  void keepsWhatComesWhileItsDmaIsOff() {
    rig.write(Ftgmac100Registers.APTC, 0);
    rig.buffers(1);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON & ~Ftgmac100Registers.MACCR_RXDMA_EN);
    rig.arrive(ours(60));
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | 64);
  }

  @Test
  void descriptorsMayBeFartherApart() {
    rig.write(Ftgmac100Registers.DBLAC, 2 << 16 | 4 << 12);
    rig.buffers(3);
    rig.arrive(ours(60));
    rig.arrive(ours(61));
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | 64);
    assertThat(rig.rxStatus(1)).isZero();
    assertThat(rig.rxStatus(2)).isEqualTo(WHOLE | Rig.END | 65);
  }

  @Test
  void losesFramesWhenTheFifoIsFull() {
    rig.write(Ftgmac100Registers.APTC, 0);
    rig.write(Ftgmac100Registers.RBSR, 1600);
    int taken = 0;
    while ((rig.isr() & INT_RPKT_LOST) == 0) {
      rig.word(RX_RING, RX_READY);
      rig.arrive(ours(1514));
      taken++;
    }
    // one in the DMA engine, ten in 16 KiB, one lost
    assertThat(taken).isEqualTo(12);
    assertThat(rig.read(Ftgmac100Registers.RX_COL_LOST)).isEqualTo(1);
  }

  @Test
  void takesFramesByTheirDestination() {
    rig.buffers(16);
    rig.write(Ftgmac100Registers.MACCR, 0xf);
    byte[] other = {0x52, 0x54, 0, 0x12, 0x34, 0x57};
    rig.arrive(ours(60));
    rig.arrive(Rig.frame(other, 0x88b5, 60));
    rig.arrive(Rig.frame(ALL, 0x88b5, 60));
    rig.arrive(Rig.frame(GROUP, 0x88b5, 60));
    assertThat(rig.read(Ftgmac100Registers.RX)).isEqualTo(1);
    rig.write(Ftgmac100Registers.MACCR, 0xf | Ftgmac100Registers.MACCR_RX_BROADPKT);
    rig.arrive(Rig.frame(ALL, 0x88b5, 60));
    assertThat(rig.rxStatus(1)).isEqualTo(WHOLE | Descriptor.RX_BROADCAST | 64);
    rig.write(Ftgmac100Registers.MACCR, 0xf | Ftgmac100Registers.MACCR_RX_MULTIPKT);
    rig.arrive(Rig.frame(GROUP, 0x88b5, 60));
    assertThat(rig.rxStatus(2)).isEqualTo(WHOLE | Descriptor.RX_MULTICAST | 64);
    rig.write(Ftgmac100Registers.MACCR, 0xf | Ftgmac100Registers.MACCR_RX_ALL);
    rig.arrive(Rig.frame(other, 0x88b5, 60));
    assertThat(rig.rxStatus(3)).isEqualTo(WHOLE | 64);
    assertThat(rig.read(Ftgmac100Registers.RX_BC)).isEqualTo(1);
    assertThat(rig.read(Ftgmac100Registers.RX_MC)).isEqualTo(1);
  }

  @Test
  void hashesGroupsAsLinuxDoes() {
    rig.buffers(4);
    rig.write(Ftgmac100Registers.MACCR, 0xf | Ftgmac100Registers.MACCR_HT_MULTI_EN);
    rig.arrive(Rig.frame(GROUP, 0x88b5, 60));
    assertThat(rig.isr()).isZero();
    CRC32 crc = new CRC32();
    crc.update(GROUP);
    // the CRC without its final complement, complemented, bits 7 to 2
    int hash = (int) crc.getValue() >>> 2 & 0x3f;
    rig.write(hash < 32 ? Ftgmac100Registers.MAHT0 : Ftgmac100Registers.MAHT1, 1 << (hash & 31));
    rig.arrive(Rig.frame(GROUP, 0x88b5, 60));
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Descriptor.RX_MULTICAST | 64);
  }

  @Test
  void dropsRuntsOrMarksThem() {
    rig.buffers(2);
    rig.arrive(ours(42));
    assertThat(rig.isr()).isZero();
    assertThat(rig.read(Ftgmac100Registers.RX_RUNT)).isEqualTo(1);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_RX_RUNT);
    rig.arrive(ours(42));
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Descriptor.RX_RUNT | 46);
  }

  @Test
  void cutsAndMarksWhatIsTooLong() {
    rig.buffers(8);
    rig.write(Ftgmac100Registers.RBSR, 0x3ff8);
    rig.arrive(ours(1514));
    rig.arrive(ours(1515));
    rig.arrive(Rig.frame(OURS, 0x8100, 1518));
    rig.arrive(Rig.frame(OURS, 0x8100, 1519));
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | 1518);
    assertThat(rig.rxStatus(1)).isEqualTo(WHOLE | Descriptor.RX_FTL | 1518);
    assertThat(rig.rxStatus(2)).isEqualTo(WHOLE | 1522);
    assertThat(rig.rxStatus(3)).isEqualTo(WHOLE | Descriptor.RX_FTL | 1522);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_JUMBO_LF);
    rig.arrive(ours(9014));
    assertThat(rig.rxStatus(4)).isEqualTo(WHOLE | 9018);
    assertThat(rig.read(Ftgmac100Registers.RX_CRCER_FTL)).isEqualTo(2);
  }

  @Test
  void marksOrDropsAWrongFcs() {
    rig.buffers(2);
    byte[] frame = ours(60);
    rig.mac.receive(frame, 0, 60, false);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Descriptor.RX_CRC_ERR | 64);
    assertThat(last4(rig.received(0))).isNotEqualTo(fcs(frame));
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_DISCARD_CRCERR);
    rig.mac.receive(frame, 0, 60, false);
    assertThat(rig.rxStatus(1)).isEqualTo(Rig.END);
    assertThat(rig.read(Ftgmac100Registers.RX_CRCER_FTL)).isEqualTo(0x20000);
  }

  @Test
  void removesTagsOrOnlyTellsThem() {
    rig.buffers(3);
    byte[] tagged = Rig.frame(OURS, 0x8100, 64);
    tagged[14] = 0x61;
    tagged[15] = 0x2c;
    rig.arrive(tagged);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | 68);
    assertThat(rig.rxOffload(0) & 0x100ffff).isEqualTo(Descriptor.RX_VLANTAG_AVAIL | 0x612c);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_RM_VLAN);
    rig.arrive(tagged);
    assertThat(rig.rxStatus(1)).isEqualTo(WHOLE | 64);
    byte[] without = rig.received(1);
    assertThat(Arrays.copyOf(without, 12)).isEqualTo(Arrays.copyOf(tagged, 12));
    assertThat(Arrays.copyOfRange(without, 12, 60)).isEqualTo(Arrays.copyOfRange(tagged, 16, 64));
    assertThat(last4(without)).as("of the frame as it came").isEqualTo(fcs(tagged));
    // 64 bytes on the wire, 60 left: the hardware calls it a runt, and Linux puts it right
    rig.arrive(Arrays.copyOf(tagged, 60));
    assertThat(rig.rxStatus(2) & ~Rig.END).isEqualTo(WHOLE | Descriptor.RX_RUNT | 60);
  }

  @Test
  void checksChecksums() {
    rig.buffers(8);
    String ip = "0a000001 0a000002";
    String udp = "45000020 00004000 401166c9 " + ip + "03e807d0 000c0a00 61626364";
    byte[] good = ip4("45000020 00004000 401126cb " + ip + "03e807d0 000c1b55 61626364");
    rig.arrive(good);
    assertThat(rig.rxOffload(0)).isEqualTo(Descriptor.RX_PROT_UDPIP | Descriptor.RX_DF);
    good[45] ^= 1;
    rig.arrive(good);
    assertThat(rig.rxOffload(1))
        .isEqualTo(Descriptor.RX_PROT_UDPIP | Descriptor.RX_DF | Descriptor.RX_UDP_CHKSUM_ERR);
    rig.arrive(ip4(udp));
    assertThat(rig.rxOffload(2)).isEqualTo(Descriptor.RX_PROT_IP | Descriptor.RX_IP_CHKSUM_ERR);
    rig.arrive(Rig.frame(OURS, 0x86dd, 60));
    assertThat(rig.rxOffload(3)).isZero();
    rig.arrive(Rig.frame(OURS, 46, 60));
    assertThat(rig.rxOffload(4)).isEqualTo(Descriptor.RX_LLC);
  }

  private static byte[] ip4(String packet) {
    byte[] frame = new byte[60];
    byte[] head = Rig.hex("525400123456 020000000007 0800" + packet);
    System.arraycopy(head, 0, frame, 0, head.length);
    return frame;
  }

  @Test
  void pauseFramesAreMarkedWhereTheyPass() {
    rig.buffers(1);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_RX_MULTIPKT);
    byte[] pause = new byte[60];
    System.arraycopy(Rig.hex("0180c2000001 020000000007 8808 0001 ffff"), 0, pause, 0, 18);
    rig.arrive(pause);
    assertThat(rig.rxStatus(0) & ~Rig.END)
        .isEqualTo(
            WHOLE
                | Descriptor.RX_PAUSE_FRAME
                | Descriptor.RX_PAUSE_OPCODE
                | Descriptor.RX_MULTICAST
                | 64);
    rig.queue(0, ours(60), 0);
    rig.kick();
    assertThat(rig.sent).as("FC_EN is off").hasSize(1);
  }

  @Test
  void aBufferOutsideOfMemoryIsABusError() {
    rig.buffers(1);
    rig.word(RX_RING + 12, 0x1e660000);
    rig.arrive(ours(60));
    assertThat(rig.isr()).isEqualTo(INT_RPKT_FIFO | INT_AHB_ERR);
    assertThat(rig.rxStatus(0)).isEqualTo(Rig.END);
    rig.word(RX_RING + 12, (int) Rig.RX_BUFFERS);
    rig.write(Ftgmac100Registers.RXPD, 1);
    assertThat(rig.rxStatus(0)).isEqualTo(WHOLE | Rig.END | 64);
  }

  @Test
  void hearsNothingWhileOffOrWithoutLink() {
    rig.buffers(4);
    rig.write(Ftgmac100Registers.MACCR, Rig.ON & ~8);
    rig.arrive(ours(60));
    rig.write(Ftgmac100Registers.MACCR, Rig.ON);
    rig.mac.carrier(false);
    rig.arrive(ours(60));
    rig.mac.carrier(true);
    rig.arrive(ours(60));
    assertThat(rig.read(Ftgmac100Registers.RX)).isZero();
    rig.clock.step(Rtl8211e.NEGOTIATION);
    rig.arrive(ours(60));
    assertThat(rig.read(Ftgmac100Registers.RX)).isEqualTo(1);
  }

  private static byte[] pause(int time) {
    byte[] frame = new byte[60];
    System.arraycopy(Rig.hex("0180c2000001 525400123456 8808 0001"), 0, frame, 0, 16);
    frame[16] = (byte) (time >> 8);
    frame[17] = (byte) time;
    return frame;
  }

  @Test
  void asksForAPauseWhileItsFifoFills() {
    rig.write(Ftgmac100Registers.MACCR, Rig.ON | Ftgmac100Registers.MACCR_GIGA_MODE);
    rig.write(Ftgmac100Registers.FCR, 100 << 16 | Ftgmac100Registers.FCR_FCTHR_EN);
    rig.write(Ftgmac100Registers.APTC, 0);
    rig.word(RX_RING, RX_READY);
    // one in the DMA engine, eight short of three quarters of 16 KiB
    for (int i = 0; i < 9; i++) {
      rig.arrive(ours(1514));
    }
    assertThat(rig.sent).isEmpty();
    rig.arrive(ours(1514));
    assertThat(rig.sent).extracting(Rig.Sent::bytes).containsExactly(pause(100));
    // 100 times 512 ns, of which half
    rig.clock.step(25_599);
    rig.arrive(ours(60));
    assertThat(rig.sent).hasSize(1);
    rig.clock.step(1);
    rig.arrive(ours(60));
    assertThat(rig.sent).as("the peer sends on").hasSize(2);
    rig.sent.clear();
    rig.buffers(16);
    rig.write(Ftgmac100Registers.RXPD, 1);
    assertThat(rig.sent).extracting(Rig.Sent::bytes).containsExactly(pause(0));
    assertThat(rig.read(Ftgmac100Registers.TX)).as("of the driver's").isZero();
  }

  @Test
  void asksForNoPauseUnlessItShall() {
    rig.write(Ftgmac100Registers.FCR, 100 << 16 | Ftgmac100Registers.FCR_FC_EN);
    rig.write(Ftgmac100Registers.APTC, 0);
    rig.word(RX_RING, RX_READY);
    for (int i = 0; i < 12; i++) {
      rig.arrive(ours(1514));
    }
    assertThat(rig.isr() & INT_RPKT_LOST).isNotZero();
    assertThat(rig.sent).isEmpty();
  }
}
