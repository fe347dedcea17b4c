package dev.patchbay.stack.wire;

/** ARP packet for IPv4 over Ethernet (RFC 826). */
public final class Arp {
  /** Bytes of the fixed header. */
  public static final int LENGTH = 28;

  private static final int HARDWARE_TYPE = 0;
  private static final int PROTOCOL_TYPE = 2;
  private static final int HARDWARE_LENGTH = 4;
  private static final int PROTOCOL_LENGTH = 5;
  private static final int OPERATION = 6;
  private static final int SENDER_MAC = 8;
  private static final int SENDER_IP = 14;
  private static final int TARGET_MAC = 18;
  private static final int TARGET_IP = 24;

  private byte[] b = new byte[0];
  private int at;

  /** Puts the view on {@code at} of {@code array}; nothing is checked here. */
  public Arp wrap(byte[] array, int offset) {
    b = array;
    at = offset;
    return this;
  }

  /** Offset of the header in its array. */
  public int offset() {
    return at;
  }

  /** 1 for Ethernet. */
  public int hardwareType() {
    return Bytes.u16(b, at + HARDWARE_TYPE);
  }

  public Arp hardwareType(int value) {
    Bytes.put16(b, at + HARDWARE_TYPE, value);
    return this;
  }

  /** 0x0800 for IPv4. */
  public int protocolType() {
    return Bytes.u16(b, at + PROTOCOL_TYPE);
  }

  public Arp protocolType(int value) {
    Bytes.put16(b, at + PROTOCOL_TYPE, value);
    return this;
  }

  /** 6. */
  public int hardwareLength() {
    return Bytes.u8(b, at + HARDWARE_LENGTH);
  }

  public Arp hardwareLength(int value) {
    Bytes.put8(b, at + HARDWARE_LENGTH, value);
    return this;
  }

  /** 4. */
  public int protocolLength() {
    return Bytes.u8(b, at + PROTOCOL_LENGTH);
  }

  public Arp protocolLength(int value) {
    Bytes.put8(b, at + PROTOCOL_LENGTH, value);
    return this;
  }

  /** 1 request, 2 reply. */
  public int operation() {
    return Bytes.u16(b, at + OPERATION);
  }

  public Arp operation(int value) {
    Bytes.put16(b, at + OPERATION, value);
    return this;
  }

  /** Sender hardware address. */
  public long senderMac() {
    return Bytes.u48(b, at + SENDER_MAC);
  }

  public Arp senderMac(long value) {
    Bytes.put48(b, at + SENDER_MAC, value);
    return this;
  }

  /** Sender protocol address, mapped form. */
  public long senderIp() {
    return Addresses.v4(Bytes.i32(b, at + SENDER_IP));
  }

  public Arp senderIp(long value) {
    Bytes.put32(b, at + SENDER_IP, (int) value);
    return this;
  }

  /** Target hardware address. */
  public long targetMac() {
    return Bytes.u48(b, at + TARGET_MAC);
  }

  public Arp targetMac(long value) {
    Bytes.put48(b, at + TARGET_MAC, value);
    return this;
  }

  /** Target protocol address, mapped form. */
  public long targetIp() {
    return Addresses.v4(Bytes.i32(b, at + TARGET_IP));
  }

  public Arp targetIp(long value) {
    Bytes.put32(b, at + TARGET_IP, (int) value);
    return this;
  }

  public static final int REQUEST = 1;
  public static final int REPLY = 2;

  /** Whether it is complete and speaks of IPv4 over Ethernet. */
  public boolean check(int limit) {
    return at + LENGTH <= limit
        && hardwareType() == 1
        && protocolType() == EtherType.IPV4
        && hardwareLength() == 6
        && protocolLength() == 4;
  }

  @Override
  public String toString() {
    String who = Addresses.toString(0, targetIp());
    return operation() == REQUEST
        ? "ARP, Request who-has " + who + " tell " + Addresses.toString(0, senderIp())
        : "ARP, Reply "
            + Addresses.toString(0, senderIp())
            + " is-at "
            + Addresses.macToString(senderMac());
  }
}
