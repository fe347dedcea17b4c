package dev.patchbay.qemu.ncsi;

import java.util.Arrays;

/**
 * The one frame being written towards the guest: Ethernet header, control packet header, payload,
 * checksum.
 */
final class NcsiReply {
  // The longest is Get Controller Packet Statistics: 14 + 16 + 204 + 4.
  private static final int CAPACITY = 256;
  private static final int PACKET = NcsiWire.ETHERNET_HEADER;
  private static final int PAYLOAD = PACKET + NcsiWire.HEADER;

  private final byte[] buffer = new byte[CAPACITY];
  private int end = PAYLOAD;

  byte[] buffer() {
    return buffer;
  }

  /** Starts the answer of a command: its ids come back, its type with the top bit set. */
  void begin(byte[] command, int packet) {
    start(
        NcsiWire.u8(command, packet + NcsiWire.AT_MC_ID),
        NcsiWire.u8(command, packet + NcsiWire.AT_IID),
        NcsiWire.u8(command, packet + NcsiWire.AT_TYPE) | NcsiWire.RESPONSE,
        NcsiWire.u8(command, packet + NcsiWire.AT_CHANNEL));
  }

  /** Starts an asynchronous event; its IID is 0. */
  void beginAen(int mcId, int channel, int aenType) {
    start(mcId, 0, NcsiWire.AEN, channel);
    put32(aenType);
  }

  private void start(int mcId, int iid, int type, int channel) {
    Arrays.fill(buffer, (byte) 0);
    // Control packets carry the broadcast address as destination and source (DSP0222, Ethernet
    // header).
    Arrays.fill(buffer, 0, 12, (byte) 0xff);
    NcsiWire.u16(buffer, 12, NcsiWire.ETHER_TYPE);
    buffer[PACKET + NcsiWire.AT_MC_ID] = (byte) mcId;
    buffer[PACKET + NcsiWire.AT_REVISION] = NcsiWire.REVISION;
    buffer[PACKET + NcsiWire.AT_IID] = (byte) iid;
    buffer[PACKET + NcsiWire.AT_TYPE] = (byte) type;
    buffer[PACKET + NcsiWire.AT_CHANNEL] = (byte) channel;
    end = PAYLOAD;
  }

  /**
   * Response and reason code, then nothing that was put before: an error has no further payload.
   */
  void result(int code) {
    end = PAYLOAD;
    put32(code);
  }

  void put8(int value) {
    buffer[end++] = (byte) value;
  }

  void put16(int value) {
    NcsiWire.u16(buffer, end, value);
    end += 2;
  }

  void put32(int value) {
    NcsiWire.u32(buffer, end, value);
    end += 4;
  }

  void put64(long value) {
    NcsiWire.u64(buffer, end, value);
    end += 8;
  }

  /** The low 48 bits. */
  void putMac(long value) {
    put16((int) (value >> 32));
    put32((int) value);
  }

  /** ASCII text in a field of fixed size, filled with zeros. */
  void putText(String text, int size) {
    for (int i = 0; i < size; i++) {
      put8(i < text.length() ? text.charAt(i) : 0);
    }
  }

  /** Writes length and checksum; answers the frame's length, at least 60. */
  int finish() {
    int length = end - PAYLOAD;
    NcsiWire.u16(buffer, PACKET + NcsiWire.AT_LENGTH, length);
    int covered = NcsiWire.HEADER + NcsiWire.aligned(length);
    NcsiWire.u32(buffer, PACKET + covered, NcsiWire.checksum(buffer, PACKET, covered));
    return Math.max(NcsiWire.MIN_FRAME, PACKET + covered + NcsiWire.CHECKSUM);
  }
}
