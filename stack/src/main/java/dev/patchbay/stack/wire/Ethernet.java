package dev.patchbay.stack.wire;

/** Ethernet II header (IEEE 802.3 clause 3). */
public final class Ethernet {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 14;

  private static final int DESTINATION = 0;
  private static final int SOURCE = 6;
  private static final int TYPE = 12;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Ethernet wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** Destination address. */
  public long destination() {
    return Bytes.u48(b, at + DESTINATION);
  }

  public Ethernet destination(long value) {
    Bytes.put48(b, at + DESTINATION, value);
    return this;
  }

  /** Source address. */
  public long source() {
    return Bytes.u48(b, at + SOURCE);
  }

  public Ethernet source(long value) {
    Bytes.put48(b, at + SOURCE, value);
    return this;
  }

  /** EtherType, or a length below 0x600. */
  public int type() {
    return Bytes.u16(b, at + TYPE);
  }

  public Ethernet type(int value) {
    Bytes.put16(b, at + TYPE, value);
    return this;
  }

  /** Whether the fixed header ends at or before {@code limit}. */
  public boolean check(int limit) {
    return at + LENGTH <= limit;
  }

  @Override
  public String toString() {
    return Addresses.macToString(source())
        + " > "
        + Addresses.macToString(destination())
        + ", ethertype 0x"
        + String.format("%04x", type());
  }
}
