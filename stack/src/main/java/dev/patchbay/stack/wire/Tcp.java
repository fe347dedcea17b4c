package dev.patchbay.stack.wire;

/** TCP header (RFC 9293 section 3.1). */
public final class Tcp {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 20;

  private static final int SOURCE_PORT = 0;
  private static final int DESTINATION_PORT = 2;
  private static final int SEQUENCE = 4;
  private static final int ACKNOWLEDGMENT = 8;
  private static final int OFFSET_AND_FLAGS = 12;
  private static final int WINDOW = 14;
  private static final int CHECKSUM = 16;
  private static final int URGENT_POINTER = 18;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Tcp wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** Source port. */
  public int sourcePort() {
    return Bytes.u16(b, at + SOURCE_PORT);
  }

  public Tcp sourcePort(int value) {
    Bytes.put16(b, at + SOURCE_PORT, value);
    return this;
  }

  /** Destination port. */
  public int destinationPort() {
    return Bytes.u16(b, at + DESTINATION_PORT);
  }

  public Tcp destinationPort(int value) {
    Bytes.put16(b, at + DESTINATION_PORT, value);
    return this;
  }

  /** Sequence number; compare with differences. */
  public int sequence() {
    return Bytes.i32(b, at + SEQUENCE);
  }

  public Tcp sequence(int value) {
    Bytes.put32(b, at + SEQUENCE, value);
    return this;
  }

  /** Acknowledgment number. */
  public int acknowledgment() {
    return Bytes.i32(b, at + ACKNOWLEDGMENT);
  }

  public Tcp acknowledgment(int value) {
    Bytes.put32(b, at + ACKNOWLEDGMENT, value);
    return this;
  }

  /** Data offset (4 bits), reserved (4), flags (8). */
  public int offsetAndFlags() {
    return Bytes.u16(b, at + OFFSET_AND_FLAGS);
  }

  public Tcp offsetAndFlags(int value) {
    Bytes.put16(b, at + OFFSET_AND_FLAGS, value);
    return this;
  }

  /** Window, before scaling. */
  public int window() {
    return Bytes.u16(b, at + WINDOW);
  }

  public Tcp window(int value) {
    Bytes.put16(b, at + WINDOW, value);
    return this;
  }

  /** Checksum. */
  public int checksum() {
    return Bytes.u16(b, at + CHECKSUM);
  }

  public Tcp checksum(int value) {
    Bytes.put16(b, at + CHECKSUM, value);
    return this;
  }

  /** Urgent pointer. */
  public int urgentPointer() {
    return Bytes.u16(b, at + URGENT_POINTER);
  }

  public Tcp urgentPointer(int value) {
    Bytes.put16(b, at + URGENT_POINTER, value);
    return this;
  }

  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  public static final int URG = 0x20;
  public static final int ECE = 0x40;
  public static final int CWR = 0x80;

  /** Header length in bytes, options included. */
  public int headerLength() {
    return offsetAndFlags() >>> 12 << 2;
  }

  /** The eight flags. */
  public int flags() {
    return offsetAndFlags() & 0xff;
  }

  /** Whether the header with its options ends at or before {@code limit}. */
  public boolean check(int limit) {
    return at + LENGTH <= limit && headerLength() >= LENGTH && at + headerLength() <= limit;
  }

  @Override
  public String toString() {
    StringBuilder names = new StringBuilder(8);
    String letters = "FSRP.UEW";
    for (int bit = 0; bit < 8; bit++) {
      if ((flags() & 1 << bit) != 0) {
        names.append(letters.charAt(bit));
      }
    }
    return "TCP "
        + sourcePort()
        + " > "
        + destinationPort()
        + ": Flags ["
        + names
        + "], seq "
        + Integer.toUnsignedString(sequence())
        + ", ack "
        + Integer.toUnsignedString(acknowledgment())
        + ", win "
        + window();
  }
}
