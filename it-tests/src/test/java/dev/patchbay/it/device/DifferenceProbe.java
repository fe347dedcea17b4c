package dev.patchbay.it.device;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.APTC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.DBLAC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.FCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.HPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.HPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.IER;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.ISR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.ITC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAC_LADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAC_MADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYDATA;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RBSR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.REVR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.TX;

import dev.patchbay.qemu.ftgmac100.Difference;
import dev.patchbay.qemu.phy.Mii;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Asks a machine for each {@link Difference} by name: whether it behaves as QEMU or as the
 * hardware. What is neither is a failure.
 */
final class DifferenceProbe {
  private static final long TX_RING = Subject.RAM + 0x100000;
  private static final long HP_RING = TX_RING + 0x200;
  private static final long RX_RING = TX_RING + 0x400;
  private static final long TX_BUFFERS = TX_RING + 0x1000;
  private static final long RX_BUFFERS = TX_RING + 0x10000;
  private static final int BUFFER = 0x2000;
  private static final int FTS = 1 << 29;
  private static final int LTS = 1 << 28;
  private static final int WHOLE = FTS | LTS;

  /** All engines, FCS appended, broadcast received. */
  private static final int ON = 0xf | 1 << 10 | 1 << 17;

  private static final byte[] OURS = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

  private final Subject machine;

  DifferenceProbe(Subject machine) {
    this.machine = machine;
  }

  /** Whether the machine has this difference. */
  boolean seen(Difference difference) throws IOException {
    begin();
    return switch (difference) {
      case VLAN_TAG_CUT -> either(u16(send(frame(60), 1 << 16 | 0x612c), 14), 0x002c, 0x612c);
      case WRONG_FCS -> fcs() != fcsOf(frame(60));
      case FCS_READS_BEYOND -> beyond();
      case VLAN_REMOVAL_KEEPS_LENGTH -> tagRemoval();
      case ONE_BUFFER -> buffers();
      case LENGTH_ORED -> {
        word(RX_RING, 0x0f00);
        machine.arrive(frame(60));
        yield either(word(RX_RING) & 0x3fff, 0x0f40, 0x0040);
      }
      case NO_MITIGATION -> {
        register(ITC, 7 << 12);
        send(frame(60), 0);
        yield either(register(ISR) & 0x10, 0x10, 0);
      }
      case NO_POLLING -> {
        register(APTC, 3);
        yield either(register(APTC), 0, 3);
      }
      case NO_FIFO -> fifo();
      case NO_RX_CHECKSUM -> {
        machine.arrive(udp(20));
        yield either(word(RX_RING + 4) >> 20 & 3, 0, 3);
      }
      case NO_RUNTS -> {
        machine.arrive(frame(42));
        yield either(word(RX_RING) >>> 31, 1, 0);
      }
      case TINY_DROPPED -> {
        register(MACCR, ON | 1 << 12);
        machine.arrive(Arrays.copyOf(OURS, 9));
        yield either(word(RX_RING) >>> 31, 0, 1);
      }
      case REGISTERS_MISSING -> {
        send(frame(60), 0);
        yield either(register(TX), 0, 1);
      }
      case RESET_VALUES -> resetValues();
      case WORDS_ONLY -> {
        machine.bus().write(Subject.MAC + IER, 1, 0xff);
        yield either(register(IER), 0, 0xff);
      }
      case REGISTERS_REPEAT -> either(register(0x100 + MAC_LADR), (int) Subject.ADDRESS, 0);
      case UNALIGNED_BASE_REFUSED -> {
        register(NPTXR_BADR, (int) TX_RING + 0x44);
        yield either(register(NPTXR_BADR), (int) TX_RING, (int) TX_RING + 0x40);
      }
      case RESET_REACHES_PHY -> reset();
      case PHYDATA_CLEARED -> {
        mdioRead(0, Mii.PHYSID1);
        register(PHYDATA, 5);
        yield either(register(PHYDATA), 5, 0x001c0005);
      }
      case PHY_EVERYWHERE -> either(mdioRead(7, Mii.PHYSID1), 0x001c, 0xffff);
      default -> seenInSending(difference);
    };
  }

  private boolean seenInSending(Difference difference) throws IOException {
    return switch (difference) {
      case NO_LOOPBACK -> {
        register(MACCR, ON | 1 << 6);
        yield either(sent(frame(60), 0).size(), 1, 0);
      }
      case CRC_APD_IGNORED -> {
        register(MACCR, ON & ~(1 << 10));
        ByteBuffer whole = ByteBuffer.allocate(64).put(frame(60)).putInt(fcsOf(frame(60)));
        yield either(send(whole.array(), 0).length, 64, 60);
      }
      case NO_FLOW_CONTROL -> {
        register(FCR, 1);
        byte[] pause = HexFormat.of().parseHex("0180c200000102000000000788080001ffff");
        machine.arrive(Arrays.copyOf(pause, 60));
        yield either(sent(frame(60), 0).size(), 1, 0);
      }
      case NO_HIGH_PRIORITY -> {
        register(MACCR, ON | 1 << 5);
        register(HPTXR_BADR, (int) HP_RING);
        descriptor(HP_RING, WHOLE, frame(60), 0);
        register(HPTXPD, 1);
        yield either(machine.takeSent().size(), 0, 1);
      }
      case LOST_FRAMES_SENT -> {
        descriptor(TX_RING, FTS, new byte[5000], 0);
        descriptor(TX_RING + 16, LTS, new byte[5000], 0);
        register(NPTXPD, 1);
        yield either(machine.takeSent().size(), 1, 0);
      }
      case FRAME_ENDS_WITH_RING -> {
        descriptor(TX_RING, FTS, frame(30), 0);
        register(NPTXPD, 1);
        descriptor(TX_RING + 16, LTS, frame(60), 0);
        register(NPTXPD, 1);
        yield either(machine.takeSent().getFirst().length, 60, 90);
      }
      case CHECKSUM_IGNORES_OPTIONS -> {
        byte[] out = send(udp(24), 1 << 18);
        yield either(u16(out, 44) == 0 ? 1 : 0, 1, 0);
      }
      default -> throw new AssertionError("nobody asks for " + difference);
    };
  }

  /** True for what QEMU does, false for what the hardware does. */
  private static boolean either(int actual, int qemu, int hardware) {
    if (actual != qemu && actual != hardware) {
      throw new AssertionError(
          String.format("%x is neither QEMU's %x nor the hardware's %x", actual, qemu, hardware));
    }
    return actual == qemu;
  }

  private void begin() throws IOException {
    register(MACCR, 1 << 31);
    register(MAC_MADR, (int) (Subject.ADDRESS >> 32));
    register(MAC_LADR, (int) Subject.ADDRESS);
    register(DBLAC, 0x22f00);
    register(REVR, 0);
    register(RBSR, 0x2000 - 8);
    register(NPTXR_BADR, (int) TX_RING);
    register(RXR_BADR, (int) RX_RING);
    machine.bus().fillMemory(TX_RING, 0x30000, 0);
    for (int i = 0; i < 4; i++) {
      word(RX_RING + 16 * i + 12, (int) RX_BUFFERS + BUFFER * i);
    }
    register(MACCR, ON);
    machine.takeSent();
    machine.bus().takeEdges();
  }

  private int register(int offset) throws IOException {
    return machine.register(offset);
  }

  private void register(int offset, int value) throws IOException {
    machine.register(offset, value);
  }

  private int word(long at) throws IOException {
    return (int) machine.bus().read(at, 4);
  }

  private void word(long at, int value) throws IOException {
    machine.bus().write(at, 4, value & 0xffffffffL);
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  /** A frame to the machine's address. */
  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    for (int i = 14; i < length; i++) {
      frame[i] = (byte) i;
    }
    System.arraycopy(OURS, 0, frame, 0, 6);
    frame[11] = 7;
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    return frame;
  }

  /** A UDP packet of 12 bytes without a checksum, behind an IPv4 header of this length. */
  private static byte[] udp(int header) {
    byte[] frame = frame(60);
    Arrays.fill(frame, 14, 60, (byte) 0);
    frame[12] = 8;
    frame[13] = 0;
    int total = header + 12;
    frame[14] = (byte) (0x40 | header / 4);
    frame[17] = (byte) total;
    frame[22] = 64;
    frame[23] = 17;
    frame[26] = 10;
    frame[30] = 10;
    Arrays.fill(frame, 34, 14 + header, (byte) 1);
    frame[14 + header + 1] = 9;
    frame[14 + header + 5] = 12;
    int sum = 0;
    for (int i = 14; i < 14 + header; i += 2) {
      sum += u16(frame, i);
    }
    sum = ~((sum & 0xffff) + (sum >> 16));
    frame[24] = (byte) (sum >> 8);
    frame[25] = (byte) sum;
    return frame;
  }

  private void descriptor(long at, int bits, byte[] bytes, int flags) throws IOException {
    long buffer = TX_BUFFERS + (at - TX_RING) / 16 * BUFFER % 0xc000;
    machine.bus().writeMemory(buffer, bytes);
    word(at + 12, (int) buffer);
    word(at + 4, flags);
    word(at, 1 << 31 | bits | bytes.length);
  }

  private List<byte[]> sent(byte[] bytes, int flags) throws IOException {
    descriptor(TX_RING, WHOLE, bytes, flags);
    register(NPTXPD, 1);
    return machine.takeSent();
  }

  private byte[] send(byte[] bytes, int flags) throws IOException {
    List<byte[]> sent = sent(bytes, flags);
    if (sent.size() != 1) {
      throw new AssertionError(sent.size() + " frames were sent");
    }
    return sent.getFirst();
  }

  /** The four bytes behind a frame of 60 that came in, the first on top. */
  private int fcs() throws IOException {
    machine.arrive(frame(60));
    byte[] fcs = machine.bus().readMemory(RX_BUFFERS + 60, 4);
    return u16(fcs, 0) << 16 | u16(fcs, 2);
  }

  private static int fcsOf(byte[] frame) {
    CRC32 crc = new CRC32();
    crc.update(frame);
    return Integer.reverseBytes((int) crc.getValue());
  }

  private boolean beyond() throws IOException {
    int register = 0;
    for (byte one : frame(60)) {
      register ^= one & 0xff;
      for (int i = 0; i < 8; i++) {
        register = register >>> 1 ^ (0xedb88320 & -(register & 1));
      }
    }
    int fcs = fcs();
    return fcs != fcsOf(frame(60)) && fcs != ~register;
  }

  private boolean tagRemoval() throws IOException {
    register(MACCR, ON | 1 << 4);
    byte[] tagged = frame(80);
    tagged[12] = (byte) 0x81;
    tagged[13] = 0;
    machine.arrive(tagged);
    return either(word(RX_RING) & 0x3fff, 84, 80);
  }

  private boolean buffers() throws IOException {
    register(RBSR, 64);
    machine.arrive(frame(150));
    either(word(RX_RING) & (WHOLE | 0x3fff), FTS | 64, FTS | 64);
    return either(word(RX_RING + 16) >>> 31, 0, 1);
  }

  private boolean fifo() throws IOException {
    word(RX_RING, 1 << 31);
    machine.arrive(frame(60));
    boolean silent = either(register(ISR) & 0xc, 0, 4);
    // let in what waits outside
    word(RX_RING, 0);
    register(RXPD, 1);
    machine.bus().command("endianness");
    machine.bus().command("endianness");
    return silent;
  }

  private boolean resetValues() throws IOException {
    register(MACCR, 1 << 31);
    boolean dblac = either(register(DBLAC), 0x22f00, 0x22f72);
    boolean fcr = either(register(FCR), 0x400, 0);
    boolean revr = either(register(REVR), 0, 0x600);
    if (dblac != fcr || fcr != revr) {
      throw new AssertionError("a mixture of reset values");
    }
    return dblac;
  }

  private boolean reset() throws IOException {
    register(PHYDATA, 0x0181);
    register(PHYCR, 1 << 27 | Mii.ADVERTISE << 21);
    register(MACCR, 1 << 31);
    boolean phy = either(mdioRead(0, Mii.ADVERTISE), 0x0de1, 0x0181);
    boolean address = either(register(MAC_LADR), (int) Subject.ADDRESS, 0);
    if (phy != address) {
      throw new AssertionError("the reset reaches one of PHY and address");
    }
    return phy;
  }

  private int mdioRead(int phy, int register) throws IOException {
    register(PHYCR, 1 << 26 | register << 21 | phy << 16);
    return register(PHYDATA) >>> 16;
  }
}
