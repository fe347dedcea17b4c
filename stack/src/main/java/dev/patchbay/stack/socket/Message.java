package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/**
 * What {@code sendmsg} and {@code recvmsg} work on ({@code struct msghdr}): address, buffers,
 * control data and flags; to be used again and again. Control data ({@code cmsg}) is in fields
 * rather than in bytes: {@link #control} tells which are set. It never lacks room.
 */
public final class Message {
  /** {@code IP_PKTINFO} or {@code IPV6_PKTINFO}: {@link #interfaceIndex}, {@link #localLo}. */
  public static final int CONTROL_PKTINFO = 1;

  /** {@code IP_TTL} or {@code IPV6_HOPLIMIT}: {@link #hopLimit}. */
  public static final int CONTROL_HOP_LIMIT = 2;

  /** {@code IP_TOS} or {@code IPV6_TCLASS}: {@link #trafficClass}. */
  public static final int CONTROL_TRAFFIC_CLASS = 4;

  /** {@code IP_RECVERR} or {@code IPV6_RECVERR}: {@link #error}. */
  public static final int CONTROL_ERROR = 8;

  /** {@code SO_TIMESTAMP} or its {@code _NEW} form: {@link #timestamp} in whole microseconds. */
  public static final int CONTROL_TIMESTAMP = 16;

  /** {@code SO_TIMESTAMPNS} or its {@code _NEW} form: {@link #timestamp}. */
  public static final int CONTROL_TIMESTAMPNS = 32;

  private static final int BUFFERS = 4;

  /** Where to send, or where the sender's address goes; null: none. */
  public @Nullable SocketAddress name;

  /** Out: {@link MessageFlags} that tell what happened. */
  public int flags;

  /** Which control data is there, bits {@code CONTROL_*}; set by {@code recvmsg}. */
  public int control;

  /** Index of the device by which it came, or is to leave (0: as the routes say). */
  public int interfaceIndex;

  /**
   * High half of our address: received, the one to which it was sent ({@code ipi_addr}); sent, the
   * source ({@code ipi_spec_dst}), any: chosen by routing.
   */
  public long localHi;

  /** Its low half. */
  public long localLo;

  /** High half of the address from which an answer would go ({@code ipi_spec_dst}), received. */
  public long specificHi;

  /** Its low half. */
  public long specificLo;

  /** Time to live or hop limit, 0 to 255. */
  public int hopLimit;

  /** TOS or traffic class, 0 to 255. */
  public int trafficClass;

  /** When it came, ns of wall time since 1970. */
  public long timestamp;

  /** The entry of the error queue ({@code MSG_ERRQUEUE}). */
  public final ExtendedError error = new ExtendedError();

  /** {@code sendmmsg}, {@code recvmmsg}: bytes sent or received by this one ({@code msg_len}). */
  public int length;

  private byte[][] arrays = new byte[BUFFERS][];
  private int[] offsets = new int[BUFFERS];
  private int[] lengths = new int[BUFFERS];
  private int count;
  private int total;

  /** One buffer in the place of all that are there; returns this. */
  public Message buffer(byte[] array, int offset, int bytes) {
    count = 0;
    total = 0;
    return addBuffer(array, offset, bytes);
  }

  /** A further buffer ({@code struct iovec}); returns this. */
  public Message addBuffer(byte[] array, int offset, int bytes) {
    if (count == arrays.length) {
      arrays = java.util.Arrays.copyOf(arrays, 2 * count);
      offsets = java.util.Arrays.copyOf(offsets, 2 * count);
      lengths = java.util.Arrays.copyOf(lengths, 2 * count);
    }
    arrays[count] = array;
    offsets[count] = java.util.Objects.checkFromIndexSize(offset, bytes, array.length);
    lengths[count] = bytes;
    count++;
    total += bytes;
    return this;
  }

  /** The address; returns this. */
  public Message name(@Nullable SocketAddress address) {
    name = address;
    return this;
  }

  /** Buffers. */
  public int count() {
    return count;
  }

  /** The array of a buffer. */
  public byte[] array(int index) {
    return arrays[index];
  }

  /** Where a buffer begins in its array. */
  public int offset(int index) {
    return offsets[index];
  }

  /** Bytes of a buffer. */
  public int length(int index) {
    return lengths[index];
  }

  /** Bytes of all buffers. */
  public int total() {
    return total;
  }

  /**
   * Copies into the buffers, one after the other.
   *
   * @param at bytes of the buffers that are full already
   * @return bytes copied: fewer than {@code bytes} where the buffers end
   */
  public int scatter(int at, byte[] from, int offset, int bytes) {
    int skip = at;
    int done = 0;
    for (int i = 0; i < count && done < bytes; i++) {
      int room = lengths[i] - skip;
      if (room > 0) {
        int n = Math.min(room, bytes - done);
        System.arraycopy(from, offset + done, arrays[i], offsets[i] + skip, n);
        done += n;
        skip = 0;
      } else {
        skip = -room;
      }
    }
    return done;
  }

  /** Copies all buffers, one after the other, to {@code at}; returns {@link #total}. */
  public int gather(byte[] to, int at) {
    int done = 0;
    for (int i = 0; i < count; i++) {
      System.arraycopy(arrays[i], offsets[i], to, at + done, lengths[i]);
      done += lengths[i];
    }
    return done;
  }
}
