package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.MemoryShare;
import dev.patchbay.stack.packet.PacketPool;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes written and not yet acknowledged: a ring of chunks of the pool; offset 0 is the oldest
 * byte.
 */
final class SendBuffer {
  private static final byte[] NONE = new byte[0];
  private static final int CHUNK = PacketPool.CHUNK;

  private final PacketPool pool;
  private byte[][] chunks = {NONE, NONE};
  private int first;
  private int count;
  private int headOffset;
  private int length;
  private @Nullable MemoryShare share;

  SendBuffer(PacketPool pool) {
    this.pool = pool;
  }

  /** Puts what is appended from now on the account of a port; what is there keeps its own. */
  void share(@Nullable MemoryShare account) {
    if (count == 0) {
      share = account;
    }
  }

  /** Bytes in it. */
  int length() {
    return length;
  }

  /** Appends up to {@code len} bytes; fewer where memory is used up. */
  int append(byte[] src, int off, int len) {
    int done = 0;
    while (done < len) {
      int n = Math.min(len - done, roomInTail());
      if (n == 0) {
        break;
      }
      int end = headOffset + length;
      System.arraycopy(src, off + done, chunk(end / CHUNK), end % CHUNK, n);
      length += n;
      done += n;
    }
    return done;
  }

  /** Appends up to {@code len} bytes of {@code src}, moving its position. */
  int append(ByteBuffer src, int len) {
    int done = 0;
    while (done < len) {
      int n = Math.min(len - done, roomInTail());
      if (n == 0) {
        break;
      }
      int end = headOffset + length;
      src.get(chunk(end / CHUNK), end % CHUNK, n);
      length += n;
      done += n;
    }
    return done;
  }

  private byte[] chunk(int index) {
    return chunks[first + index & chunks.length - 1];
  }

  /** Free bytes of the last chunk, a new one if it is full; 0 where there is no memory. */
  private int roomInTail() {
    int room = count * CHUNK - headOffset - length;
    if (room > 0) {
      return room;
    }
    byte[] chunk = pool.acquireChunk(share);
    if (chunk == null) {
      return 0;
    }
    if (count == chunks.length) {
      byte[][] more = new byte[count * 2][];
      for (int i = 0; i < more.length; i++) {
        more[i] = i < count ? chunk(i) : NONE;
      }
      chunks = more;
      first = 0;
    }
    chunks[first + count & chunks.length - 1] = chunk;
    count++;
    return CHUNK;
  }

  /** Copies {@code len} bytes that begin {@code offset} bytes after the oldest one. */
  void copyTo(int offset, byte[] dst, int at, int len) {
    int from = headOffset + offset;
    int to = at;
    int left = len;
    while (left > 0) {
      int inside = from % CHUNK;
      int n = Math.min(left, CHUNK - inside);
      System.arraycopy(chunk(from / CHUNK), inside, dst, to, n);
      from += n;
      to += n;
      left -= n;
    }
  }

  /** Forgets the {@code bytes} oldest bytes. */
  void drop(int bytes) {
    headOffset += bytes;
    length -= bytes;
    while (count > 0 && (headOffset >= CHUNK || length == 0)) {
      pool.releaseChunk(chunks[first], share);
      chunks[first] = NONE;
      first = first + 1 & chunks.length - 1;
      count--;
      headOffset = length == 0 ? 0 : headOffset - CHUNK;
    }
  }

  /** Forgets all. */
  void clear() {
    drop(length);
  }
}
