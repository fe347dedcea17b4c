package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.GuestMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A private copy of the descriptor at hand: four little-endian words. The guest's own is read once
 * and never looked at again.
 */
final class Descriptor {
  /** Bytes of a descriptor. */
  static final int SIZE = 16;

  /** First word, transmit: the MAC owns it. */
  static final int TX_OWN = 1 << 31;

  /** First word, transmit: first segment of a frame. */
  static final int TX_FTS = 1 << 29;

  /** First word, transmit: last segment of a frame. */
  static final int TX_LTS = 1 << 28;

  /** First word: bytes in the buffer. */
  static final int LENGTH = 0x3fff;

  /**
   * Second word, transmit: interrupt when the frame is on the wire. To no effect: XPKT_ETH is
   * raised for each frame, since Linux's driver frees its ring by it and never sets this bit
   * (ASPEED's change fef2843bb49f to QEMU).
   */
  static final int TX_TXIC = 1 << 31;

  /** Second word, transmit: interrupt when the frame is in the FIFO. */
  static final int TX_TX2FIC = 1 << 30;

  /** Second word, transmit: the frame has an LLC and SNAP header. */
  static final int TX_LLC = 1 << 22;

  static final int TX_IP_CHKSUM = 1 << 19;
  static final int TX_UDP_CHKSUM = 1 << 18;
  static final int TX_TCP_CHKSUM = 1 << 17;
  static final int TX_INS_VLANTAG = 1 << 16;

  /** First word, receive: the driver owns it. */
  static final int RX_READY = 1 << 31;

  /** First word, receive: first segment of a frame. */
  static final int RX_FRS = 1 << 29;

  /** First word, receive: last segment of a frame. */
  static final int RX_LRS = 1 << 28;

  static final int RX_PAUSE_FRAME = 1 << 25;
  static final int RX_PAUSE_OPCODE = 1 << 24;
  static final int RX_RUNT = 1 << 21;
  static final int RX_FTL = 1 << 20;
  static final int RX_CRC_ERR = 1 << 19;
  static final int RX_BROADCAST = 1 << 17;
  static final int RX_MULTICAST = 1 << 16;

  /** Second word, receive. */
  static final int RX_IP_CHKSUM_ERR = 1 << 27;

  static final int RX_UDP_CHKSUM_ERR = 1 << 26;
  static final int RX_TCP_CHKSUM_ERR = 1 << 25;
  static final int RX_VLANTAG_AVAIL = 1 << 24;
  static final int RX_DF = 1 << 23;
  static final int RX_LLC = 1 << 22;
  static final int RX_PROT_IP = 1 << 20;
  static final int RX_PROT_TCPIP = 2 << 20;
  static final int RX_PROT_UDPIP = 3 << 20;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes = new byte[SIZE];

  /**
   * Copies the guest's; false on a bus error. The first word, which says whose it is, comes first:
   * if it is ours, the others are what the driver wrote before it gave it.
   */
  boolean fetch(GuestMemory memory, long address) {
    long first = memory.readWord(address);
    if (first == GuestMemory.NOTHING) {
      return false;
    }
    word(0, (int) first);
    return memory.read(address + 4, bytes, 4, SIZE - 4);
  }

  /**
   * Writes the first {@code count} words back; false on a bus error. The first word goes last: it
   * gives the descriptor, and what was written before, to the driver.
   */
  boolean store(GuestMemory memory, long address, int count) {
    return (count == 1 || memory.write(address + 4, bytes, 4, 4 * count - 4))
        && memory.writeWord(address, word(0));
  }

  int word(int number) {
    return (int) INT.get(bytes, 4 * number);
  }

  void word(int number, int value) {
    INT.set(bytes, 4 * number, value);
  }

  /** Physical address of the buffer. */
  long buffer() {
    return word(3) & 0xffffffffL;
  }
}
