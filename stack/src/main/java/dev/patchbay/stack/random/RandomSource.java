package dev.patchbay.stack.random;

/**
 * A seeded generator (xoshiro256**) from which others are derived by purpose, so that what one
 * consumer draws never shifts what another one sees. For simulation and spreading, not for secrets:
 * those come from {@link SipHash}.
 */
public final class RandomSource {
  private final long seed;
  private long s0;
  private long s1;
  private long s2;
  private long s3;

  /** The generator of one seed. */
  public RandomSource(long seed) {
    this.seed = seed;
    long z = seed;
    s0 = mix(z += 0x9e3779b97f4a7c15L);
    s1 = mix(z += 0x9e3779b97f4a7c15L);
    s2 = mix(z += 0x9e3779b97f4a7c15L);
    s3 = mix(z + 0x9e3779b97f4a7c15L);
  }

  /** SplitMix64's finalizer. */
  private static long mix(long z) {
    long x = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }

  /** An independent generator for one purpose and object, e.g. {@code "netem net0 egress"}. */
  public RandomSource derive(String purpose) {
    long h = seed;
    for (int i = 0; i < purpose.length(); i++) {
      h = mix(h ^ purpose.charAt(i)) + i;
    }
    return new RandomSource(mix(h));
  }

  /** A keyed hash whose key comes from this seed and {@code purpose}. */
  public SipHash hash(String purpose) {
    RandomSource keys = derive(purpose);
    return new SipHash(keys.nextLong(), keys.nextLong());
  }

  /** 64 uniform bits. */
  public long nextLong() {
    long result = Long.rotateLeft(s1 * 5, 7) * 9;
    long t = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }

  /** 32 uniform bits. */
  public int nextInt() {
    return (int) (nextLong() >>> 32);
  }

  /** Uniform in [0, bound), bound at least 1. */
  public int nextInt(int bound) {
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  /** Uniform in [0, 1). */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }
}
