package dev.patchbay.stack.socket;

/** Numbers of option values as they lie in memory: little-endian, cut where room is short. */
public final class OptionValue {
  private OptionValue() {}

  /** The {@code int} at {@code at}. */
  public static int int32(byte[] value, int at) {
    return value[at] & 0xff
        | (value[at + 1] & 0xff) << 8
        | (value[at + 2] & 0xff) << 16
        | value[at + 3] << 24;
  }

  /**
   * The value of an option of {@code SOL_IP}: an {@code int}, or a byte where it is shorter ({@code
   * do_ip_setsockopt}); 0 where there is none.
   */
  public static int intOrByte(byte[] value, int length) {
    return length >= 4 ? int32(value, 0) : length >= 1 ? value[0] & 0xff : 0;
  }

  /** Writes {@code number} at the start; returns the bytes written, at most 4. */
  public static int put(byte[] value, int length, int number) {
    return putAt(value, 0, length, number);
  }

  /** Writes 1 or 0 at the start; returns the bytes written, at most 4. */
  public static int put(byte[] value, int length, boolean flag) {
    return putAt(value, 0, length, flag ? 1 : 0);
  }

  /** Writes {@code number} at {@code at}; returns the bytes written, at most 4 and {@code room}. */
  public static int putAt(byte[] value, int at, int room, int number) {
    int n = Math.min(4, room);
    for (int i = 0; i < n; i++) {
      value[at + i] = (byte) (number >>> 8 * i);
    }
    return n;
  }
}
