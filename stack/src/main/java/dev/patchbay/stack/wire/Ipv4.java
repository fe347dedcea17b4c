package dev.patchbay.stack.wire;

/** IPv4 header (RFC 791 section 3.1). */
public final class Ipv4 {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 20;

  private static final int VERSION_AND_LENGTH = 0;
  private static final int TOS = 1;
  private static final int TOTAL_LENGTH = 2;
  private static final int ID = 4;
  private static final int FLAGS_AND_OFFSET = 6;
  private static final int TTL = 8;
  private static final int PROTOCOL = 9;
  private static final int CHECKSUM = 10;
  private static final int SOURCE = 12;
  private static final int DESTINATION = 16;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Ipv4 wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** Version in the high, header length in words in the low half. */
  public int versionAndLength() {
    return Bytes.u8(b, at + VERSION_AND_LENGTH);
  }

  public Ipv4 versionAndLength(int value) {
    Bytes.put8(b, at + VERSION_AND_LENGTH, value);
    return this;
  }

  /** DSCP and ECN (RFC 2474, RFC 3168). */
  public int tos() {
    return Bytes.u8(b, at + TOS);
  }

  public Ipv4 tos(int value) {
    Bytes.put8(b, at + TOS, value);
    return this;
  }

  /** Length of header and payload in bytes. */
  public int totalLength() {
    return Bytes.u16(b, at + TOTAL_LENGTH);
  }

  public Ipv4 totalLength(int value) {
    Bytes.put16(b, at + TOTAL_LENGTH, value);
    return this;
  }

  /** Identification. */
  public int id() {
    return Bytes.u16(b, at + ID);
  }

  public Ipv4 id(int value) {
    Bytes.put16(b, at + ID, value);
    return this;
  }

  /** Flags (3 bits) and fragment offset in units of 8 bytes. */
  public int flagsAndOffset() {
    return Bytes.u16(b, at + FLAGS_AND_OFFSET);
  }

  public Ipv4 flagsAndOffset(int value) {
    Bytes.put16(b, at + FLAGS_AND_OFFSET, value);
    return this;
  }

  /** Time to live. */
  public int ttl() {
    return Bytes.u8(b, at + TTL);
  }

  public Ipv4 ttl(int value) {
    Bytes.put8(b, at + TTL, value);
    return this;
  }

  /** Protocol number. */
  public int protocol() {
    return Bytes.u8(b, at + PROTOCOL);
  }

  public Ipv4 protocol(int value) {
    Bytes.put8(b, at + PROTOCOL, value);
    return this;
  }

  /** Header checksum. */
  public int checksum() {
    return Bytes.u16(b, at + CHECKSUM);
  }

  public Ipv4 checksum(int value) {
    Bytes.put16(b, at + CHECKSUM, value);
    return this;
  }

  /** Source, mapped form. */
  public long source() {
    return Addresses.v4(Bytes.i32(b, at + SOURCE));
  }

  public Ipv4 source(long value) {
    Bytes.put32(b, at + SOURCE, (int) value);
    return this;
  }

  /** Destination, mapped form. */
  public long destination() {
    return Addresses.v4(Bytes.i32(b, at + DESTINATION));
  }

  public Ipv4 destination(long value) {
    Bytes.put32(b, at + DESTINATION, (int) value);
    return this;
  }

  public static final int DONT_FRAGMENT = 0x4000;
  public static final int MORE_FRAGMENTS = 0x2000;
  public static final int OFFSET_MASK = 0x1fff;

  /** Header length in bytes, options included. */
  public int headerLength() {
    return (versionAndLength() & 15) << 2;
  }

  /**
   * Whether version and lengths fit each other and {@code limit}; the checksum is not looked at.
   */
  public boolean check(int limit) {
    if (at + LENGTH > limit || versionAndLength() >>> 4 != 4) {
      return false;
    }
    int header = headerLength();
    return header >= LENGTH && totalLength() >= header && at + totalLength() <= limit;
  }

  /** Whether the header checksum is right. */
  public boolean checksumValid() {
    return InternetChecksum.fold(InternetChecksum.sum(b, at, headerLength())) == 0xffff;
  }

  /** Computes and stores the header checksum. */
  public Ipv4 fillChecksum() {
    checksum(0);
    return checksum(InternetChecksum.finish(InternetChecksum.sum(b, at, headerLength())));
  }

  /** Whether it is a fragment: an offset, or more to come. */
  public boolean isFragment() {
    return (flagsAndOffset() & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
  }

  /** Fragment offset in bytes. */
  public int fragmentOffset() {
    return (flagsAndOffset() & OFFSET_MASK) << 3;
  }

  @Override
  public String toString() {
    return "IP "
        + Addresses.toString(0, source())
        + " > "
        + Addresses.toString(0, destination())
        + ": proto "
        + protocol()
        + " ttl "
        + ttl()
        + " length "
        + totalLength();
  }
}
