package dev.patchbay.qemu.ftgmac100;

/** What the MAC reads in an Ethernet frame. */
final class Frames {
  /** Bytes of the FCS. */
  static final int FCS = 4;

  /** Bytes of a VLAN tag. */
  static final int TAG = 4;

  /** Fewest bytes of a frame, with FCS. */
  static final int SHORTEST = 64;

  /** Room for the longest frame that the MAC takes: 9216 bytes and a tag. */
  static final int LONGEST = 9220;

  static final int VLAN = 0x8100;

  private static final int POLYNOMIAL = 0xedb88320;
  private static final int[] CRC = crcTable();

  private Frames() {}

  static int u16(byte[] b, int at) {
    return (b[at] & 0xff) << 8 | b[at + 1] & 0xff;
  }

  /** The EtherType, or -1 where the frame is too short to have one. */
  static int type(byte[] b, int at, int length) {
    return length < 14 ? -1 : u16(b, at + 12);
  }

  /** Longest frame with FCS that is not too long. */
  static int limit(boolean jumbo, int type) {
    return (jumbo ? 9216 : 1518) + (type == VLAN ? TAG : 0);
  }

  static boolean isBroadcast(byte[] b, int at) {
    return (b[at] & b[at + 1] & b[at + 2] & b[at + 3] & b[at + 4] & b[at + 5]) == -1;
  }

  /** Whether it goes to the group of MAC control, 01:80:c2:00:00:01. */
  static boolean isControl(byte[] b, int at) {
    return u16(b, at) == 0x0180 && u16(b, at + 2) == 0xc200 && u16(b, at + 4) == 1;
  }

  static boolean isMulticast(byte[] b, int at) {
    return (b[at] & 1) != 0;
  }

  /**
   * CRC-32 (IEEE 802.3) as a shift register without the final complement, lowest bit first.
   *
   * @param initial what the register holds at first: -1 for an FCS
   */
  static int crc(int initial, byte[] b, int at, int length) {
    int crc = initial;
    for (int i = at; i < at + length; i++) {
      crc = crc >>> 8 ^ CRC[(crc ^ b[i]) & 0xff];
    }
    return crc;
  }

  private static int[] crcTable() {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ (POLYNOMIAL & -(crc & 1));
      }
      table[i] = crc;
    }
    return table;
  }

  /** Number of the multicast hash table's bit, 0 to 63 (Linux: ftgmac100_calc_mc_hash). */
  static int hash(byte[] b, int at) {
    return ~(crc(-1, b, at, 6) >>> 2) & 0x3f;
  }
}
