package dev.patchbay.qemu.ftgmac100;

/** The receive FIFO: frames with what the MAC found out about them, in 16 KiB. */
final class ReceiveFifo {
  /** Bytes, as FEAR tells. */
  static final int SIZE = 16_384;

  private static final int HEADER = 12;

  private final byte[] bytes = new byte[SIZE];
  private int head;
  private int used;

  boolean isEmpty() {
    return used == 0;
  }

  /** Bytes that are taken. */
  int used() {
    return used;
  }

  void clear() {
    head = 0;
    used = 0;
  }

  /**
   * Adds a frame with two words about it.
   *
   * @return false if there is no room
   */
  boolean add(byte[] frame, int length, int first, int second) {
    if (used + HEADER + length > SIZE) {
      return false;
    }
    putWord(length);
    putWord(first);
    putWord(second);
    int tail = (head + used) % SIZE;
    int part = Math.min(length, SIZE - tail);
    System.arraycopy(frame, 0, bytes, tail, part);
    System.arraycopy(frame, part, bytes, 0, length - part);
    used += length;
    return true;
  }

  /** Takes the next word: a frame's length, then the two words about it. */
  int takeWord() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | bytes[head] & 0xff;
      head = (head + 1) % SIZE;
    }
    used -= 4;
    return value;
  }

  /** Takes the frame's bytes. */
  void take(byte[] to, int length) {
    int part = Math.min(length, SIZE - head);
    System.arraycopy(bytes, head, to, 0, part);
    System.arraycopy(bytes, 0, to, part, length - part);
    head = (head + length) % SIZE;
    used -= length;
  }

  private void putWord(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[(head + used) % SIZE] = (byte) (value >> shift);
      used++;
    }
  }
}
