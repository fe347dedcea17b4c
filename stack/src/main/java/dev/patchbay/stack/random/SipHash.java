package dev.patchbay.stack.random;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words: a keyed function whose values
 * cannot be foreseen without the key. Used for hash tables over keys that a guest chooses, sequence
 * numbers (RFC 6528) and ports (RFC 6056).
 */
public final class SipHash {
  private final long k0;
  private final long k1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;

  public SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  private void begin() {
    v0 = k0 ^ 0x736f6d6570736575L;
    v1 = k1 ^ 0x646f72616e646f6dL;
    v2 = k0 ^ 0x6c7967656e657261L;
    v3 = k1 ^ 0x7465646279746573L;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }

  private void word(long m) {
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }

  private long end(int words) {
    // the final block of the reference holds the length in bytes
    word((long) (words * 8) << 56);
    v2 ^= 0xff;
    round();
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** Hash of two words. */
  public long hash(long a, long b) {
    begin();
    word(a);
    word(b);
    return end(2);
  }

  /** Hash of a flow: both addresses and one word of ports and protocol. */
  public long hash(long srcHi, long srcLo, long dstHi, long dstLo, long ports) {
    begin();
    word(srcHi);
    word(srcLo);
    word(dstHi);
    word(dstLo);
    word(ports);
    return end(5);
  }
}
