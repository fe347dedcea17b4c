package dev.patchbay.stack.wire;

/** ICMP and ICMPv6 header (RFC 792, RFC 4443 section 2.1). */
public final class Icmp {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 8;

  private static final int TYPE = 0;
  private static final int CODE = 1;
  private static final int CHECKSUM = 2;
  private static final int REST = 4;
  private static final int ID = 4;
  private static final int SEQUENCE = 6;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Icmp wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** Type. */
  public int type() {
    return Bytes.u8(b, at + TYPE);
  }

  public Icmp type(int value) {
    Bytes.put8(b, at + TYPE, value);
    return this;
  }

  /** Code. */
  public int code() {
    return Bytes.u8(b, at + CODE);
  }

  public Icmp code(int value) {
    Bytes.put8(b, at + CODE, value);
    return this;
  }

  /** Checksum. */
  public int checksum() {
    return Bytes.u16(b, at + CHECKSUM);
  }

  public Icmp checksum(int value) {
    Bytes.put16(b, at + CHECKSUM, value);
    return this;
  }

  /** The second word: its meaning depends on the type. */
  public int rest() {
    return Bytes.i32(b, at + REST);
  }

  public Icmp rest(int value) {
    Bytes.put32(b, at + REST, value);
    return this;
  }

  /** Identifier of echo messages. */
  public int id() {
    return Bytes.u16(b, at + ID);
  }

  public Icmp id(int value) {
    Bytes.put16(b, at + ID, value);
    return this;
  }

  /** Sequence number of echo messages; MTU of ICMP type 3 code 4. */
  public int sequence() {
    return Bytes.u16(b, at + SEQUENCE);
  }

  public Icmp sequence(int value) {
    Bytes.put16(b, at + SEQUENCE, value);
    return this;
  }

  /** Whether the fixed header ends at or before {@code limit}. */
  public boolean check(int limit) {
    return at + LENGTH <= limit;
  }

  @Override
  public String toString() {
    return "ICMP type " + type() + " code " + code();
  }
}
