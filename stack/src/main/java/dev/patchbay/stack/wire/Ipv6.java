package dev.patchbay.stack.wire;

/** IPv6 header (RFC 8200 section 3). */
public final class Ipv6 {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 40;

  private static final int VERSION_CLASS_FLOW = 0;
  private static final int PAYLOAD_LENGTH = 4;
  private static final int NEXT_HEADER = 6;
  private static final int HOP_LIMIT = 7;
  private static final int SOURCE_HI = 8;
  private static final int SOURCE_LO = 16;
  private static final int DESTINATION_HI = 24;
  private static final int DESTINATION_LO = 32;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Ipv6 wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** Version (4 bits), traffic class (8), flow label (20). */
  public int versionClassFlow() {
    return Bytes.i32(b, at + VERSION_CLASS_FLOW);
  }

  public Ipv6 versionClassFlow(int value) {
    Bytes.put32(b, at + VERSION_CLASS_FLOW, value);
    return this;
  }

  /** Length of all after this header. */
  public int payloadLength() {
    return Bytes.u16(b, at + PAYLOAD_LENGTH);
  }

  public Ipv6 payloadLength(int value) {
    Bytes.put16(b, at + PAYLOAD_LENGTH, value);
    return this;
  }

  /** Type of the next header. */
  public int nextHeader() {
    return Bytes.u8(b, at + NEXT_HEADER);
  }

  public Ipv6 nextHeader(int value) {
    Bytes.put8(b, at + NEXT_HEADER, value);
    return this;
  }

  /** Hop limit. */
  public int hopLimit() {
    return Bytes.u8(b, at + HOP_LIMIT);
  }

  public Ipv6 hopLimit(int value) {
    Bytes.put8(b, at + HOP_LIMIT, value);
    return this;
  }

  /** First half of the source. */
  public long sourceHi() {
    return Bytes.i64(b, at + SOURCE_HI);
  }

  public Ipv6 sourceHi(long value) {
    Bytes.put64(b, at + SOURCE_HI, value);
    return this;
  }

  /** Second half of the source. */
  public long sourceLo() {
    return Bytes.i64(b, at + SOURCE_LO);
  }

  public Ipv6 sourceLo(long value) {
    Bytes.put64(b, at + SOURCE_LO, value);
    return this;
  }

  /** First half of the destination. */
  public long destinationHi() {
    return Bytes.i64(b, at + DESTINATION_HI);
  }

  public Ipv6 destinationHi(long value) {
    Bytes.put64(b, at + DESTINATION_HI, value);
    return this;
  }

  /** Second half of the destination. */
  public long destinationLo() {
    return Bytes.i64(b, at + DESTINATION_LO);
  }

  public Ipv6 destinationLo(long value) {
    Bytes.put64(b, at + DESTINATION_LO, value);
    return this;
  }

  /** Whether version and payload length fit {@code limit}. */
  public boolean check(int limit) {
    return at + LENGTH <= limit
        && versionClassFlow() >>> 28 == 6
        && at + LENGTH + payloadLength() <= limit;
  }

  /** Traffic class: DSCP and ECN. */
  public int trafficClass() {
    return versionClassFlow() >>> 20 & 0xff;
  }

  @Override
  public String toString() {
    return "IP6 "
        + Addresses.toString(sourceHi(), sourceLo())
        + " > "
        + Addresses.toString(destinationHi(), destinationLo())
        + ": next "
        + nextHeader()
        + " hlim "
        + hopLimit()
        + " length "
        + payloadLength();
  }
}
