package dev.patchbay.stack.random;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words: a keyed function whose values
 * cannot be foreseen without the key. Used for hash tables over keys that a guest chooses, sequence
 * numbers (RFC 6528) and ports (RFC 6056).
 */
public final class SipHash {
  private final long k0;
  private final long k1;

  public SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** Hash of two words. */
  public long hash(long a, long b) {
    return hash(2, a, b, 0, 0, 0);
  }

  /** Hash of a flow: both addresses and one word of ports and protocol. */
  public long hash(long srcHi, long srcLo, long dstHi, long dstLo, long ports) {
    return hash(5, srcHi, srcLo, dstHi, dstLo, ports);
  }

  // the state in local variables and the round in one place: the first compiler keeps neither
  // fields in registers nor small methods together
  private long hash(int words, long a, long b, long c, long d, long e) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    for (int i = 0; i <= words + 1; i++) {
      int rounds = 2;
      long m = 0;
      if (i < words) {
        m = i == 0 ? a : i == 1 ? b : i == 2 ? c : i == 3 ? d : e;
      } else if (i == words) {
        // the final block of the reference holds the length in bytes
        m = (long) (words * 8) << 56;
      } else {
        v2 ^= 0xff;
        rounds = 4;
      }
      v3 ^= m;
      for (int round = 0; round < rounds; round++) {
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
      v0 ^= m;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
