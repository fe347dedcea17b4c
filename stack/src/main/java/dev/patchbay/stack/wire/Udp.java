package dev.patchbay.stack.wire;

/** UDP header (RFC 768). */
public final class Udp {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 8;

  private static final int SOURCE_PORT = 0;
  private static final int DESTINATION_PORT = 2;
  private static final int LENGTH_FIELD = 4;
  private static final int CHECKSUM = 6;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Udp wrap(byte[] array, int offset) {
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

  public Udp sourcePort(int value) {
    Bytes.put16(b, at + SOURCE_PORT, value);
    return this;
  }

  /** Destination port. */
  public int destinationPort() {
    return Bytes.u16(b, at + DESTINATION_PORT);
  }

  public Udp destinationPort(int value) {
    Bytes.put16(b, at + DESTINATION_PORT, value);
    return this;
  }

  /** Length of header and data. */
  public int length() {
    return Bytes.u16(b, at + LENGTH_FIELD);
  }

  public Udp length(int value) {
    Bytes.put16(b, at + LENGTH_FIELD, value);
    return this;
  }

  /** Checksum; 0 is none (IPv4 only). */
  public int checksum() {
    return Bytes.u16(b, at + CHECKSUM);
  }

  public Udp checksum(int value) {
    Bytes.put16(b, at + CHECKSUM, value);
    return this;
  }

  /** Whether the header is complete and its length fits {@code limit}. */
  public boolean check(int limit) {
    return at + LENGTH <= limit && length() >= LENGTH && at + length() <= limit;
  }

  @Override
  public String toString() {
    return "UDP " + sourcePort() + " > " + destinationPort() + ", length " + (length() - LENGTH);
  }
}
