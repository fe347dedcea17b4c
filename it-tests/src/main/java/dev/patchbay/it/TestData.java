package dev.patchbay.it;

import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A stream of bytes that is always the same for the same length, and does not repeat within any
 * length a test could move, so that lost, doubled and exchanged pieces change its hash.
 */
public final class TestData extends InputStream {
  private static final Map<Long, String> HASHES = new ConcurrentHashMap<>();

  private final long length;
  private long at;
  private long state = 0x9e3779b97f4a7c15L;

  /** A stream of this many bytes. */
  public TestData(long length) {
    this.length = length;
  }

  /** SHA-256 of the stream of this length, in lower-case hexadecimal. */
  public static String sha256(long length) {
    return HASHES.computeIfAbsent(length, TestData::compute);
  }

  private static String compute(long length) {
    MessageDigest digest = digest();
    TestData data = new TestData(length);
    byte[] chunk = new byte[64 << 10];
    int read;
    while ((read = data.read(chunk, 0, chunk.length)) >= 0) {
      digest.update(chunk, 0, read);
    }
    return hex(digest);
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public int read() {
    if (at >= length) {
      return -1;
    }
    // Eight bytes come of each step of Marsaglia's xorshift64.
    if (at % 8 == 0) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
    }
    return (int) (state >>> (8 * (at++ % 8))) & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int count) {
    if (at >= length) {
      return -1;
    }
    int number = (int) Math.min(count, length - at);
    for (int i = 0; i < number; i++) {
      into[from + i] = (byte) read();
    }
    return number;
  }
}
