package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;

/**
 * A packet has some bytes in it, or has not ({@code xt_string}; Knuth, Morris, Pratt 1977). The
 * whole of them must lie between two offsets from the IP header on, as since Linux 6.7. Each byte
 * is looked at once and at most one more step is made back for it, whatever stands there.
 */
public final class StringCondition extends Condition {
  private final byte[] pattern;

  /** For each length of what fits: how much of it still fits where the next byte does not. */
  private final int[] shorter;

  private final int from;
  private final int to;
  private final boolean anyCase;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param pattern 1 to 128 bytes
   * @param from the first offset, 0 to 65535
   * @param to the one behind the last, from {@code from} to 65535; what is longer is not looked at
   * @param anyCase capital and small letters of Latin-1 are the same
   */
  public StringCondition(byte[] pattern, int from, int to, boolean anyCase, boolean inverted) {
    this.pattern = pattern.clone();
    this.from = from;
    this.to = to;
    this.anyCase = anyCase;
    this.inverted = inverted;
    for (int i = 0; anyCase && i < pattern.length; i++) {
      this.pattern[i] = upper(pattern[i]);
    }
    shorter = new int[pattern.length];
    int fits = 0;
    for (int i = 1; i < pattern.length; i++) {
      while (fits > 0 && this.pattern[i] != this.pattern[fits]) {
        fits = shorter[fits - 1];
      }
      fits += this.pattern[i] == this.pattern[fits] ? 1 : 0;
      shorter[i] = fits;
    }
  }

  @Override
  public boolean holds(PacketFields p) {
    return isIn(p.packet()) != inverted;
  }

  private boolean isIn(Packet packet) {
    byte[] data = packet.data;
    int end = Math.min(packet.tail, packet.l3 + to);
    int fits = 0;
    for (int at = packet.l3 + from; at < end; at++) {
      byte one = anyCase ? upper(data[at]) : data[at];
      while (fits > 0 && pattern[fits] != one) {
        fits = shorter[fits - 1];
      }
      if (pattern[fits] == one && ++fits == pattern.length) {
        return true;
      }
    }
    return false;
  }

  /** {@code toupper} of the kernel: ASCII, and 0xdf to 0xff but for the sign of division. */
  private static byte upper(byte letter) {
    int c = letter & 0xff;
    boolean small = c >= 'a' && c <= 'z' || c >= 0xdf && c != 0xf7;
    return small ? (byte) (c - 0x20) : letter;
  }
}
