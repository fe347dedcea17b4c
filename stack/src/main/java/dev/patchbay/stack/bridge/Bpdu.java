package dev.patchbay.stack.bridge;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Ethernet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The configuration message of the spanning tree (IEEE 802.1D-1998 section 9.3.1; Linux: {@code
 * br_config_bpdu}, {@code br_stp_bpdu.c}); the other one, of a topology change, has no fields.
 *
 * @param root id of the root bridge: priority (16 bits) and address (48)
 * @param cost of the way from its sender to the root
 * @param bridge id of its sender
 * @param port id of the port by which it was sent
 * @param messageAge of the root's information, ns
 * @param maxAge after which that is forgotten, ns
 * @param helloTime between two messages of the root, ns
 * @param forwardDelay in each of listening and learning, ns
 */
record Bpdu(
    boolean topologyChange,
    boolean acknowledges,
    long root,
    long cost,
    long bridge,
    int port,
    long messageAge,
    long maxAge,
    long helloTime,
    long forwardDelay) {
  /** Types of messages. */
  static final int CONFIG = 0;

  static final int TOPOLOGY_CHANGE = 0x80;

  /** Of what is no message of this protocol (RSTP's and MSTP's version is another). */
  static final int NONE = -1;

  private static final int LLC = Ethernet.LENGTH;
  private static final int LLC_LENGTH = 3;
  private static final int BODY = LLC + LLC_LENGTH;
  private static final int CONFIG_LENGTH = 35;
  private static final int CHANGE_LENGTH = 4;

  /** DSAP and SSAP of the spanning tree, and an unnumbered frame. */
  private static final int SAPS = 0x4242;

  private static final int UNNUMBERED = 3;
  private static final int MINIMUM_FRAME = 60;
  private static final long SECOND = 1_000_000_000L;

  /** What a frame from {@link Packet#l2} on is. */
  static int type(Packet packet) {
    int at = packet.l2;
    byte[] data = packet.data;
    int length = packet.tail - at;
    if (length < BODY + CHANGE_LENGTH
        || Bytes.u16(data, at + LLC) != SAPS
        || Bytes.u8(data, at + LLC + 2) != UNNUMBERED
        || Bytes.u16(data, at + BODY) != 0
        || Bytes.u8(data, at + BODY + 2) != 0) {
      return NONE;
    }
    int type = Bytes.u8(data, at + BODY + 3);
    boolean known = type == TOPOLOGY_CHANGE || type == CONFIG && length >= BODY + CONFIG_LENGTH;
    return known ? type : NONE;
  }

  /** Reads a frame whose {@link #type} is {@link #CONFIG}. */
  static Bpdu parse(Packet packet) {
    byte[] data = packet.data;
    int at = packet.l2 + BODY + 4;
    int flags = Bytes.u8(data, at);
    return new Bpdu(
        (flags & 1) != 0,
        (flags & 0x80) != 0,
        Bytes.i64(data, at + 1),
        Bytes.i32(data, at + 9) & 0xffff_ffffL,
        Bytes.i64(data, at + 13),
        Bytes.u16(data, at + 21),
        time(data, at + 23),
        time(data, at + 25),
        time(data, at + 27),
        time(data, at + 29));
  }

  /** Times are in 1/256 of a second. */
  private static long time(byte[] data, int at) {
    return Bytes.u16(data, at) * SECOND / 256;
  }

  private static void putTime(byte[] data, int at, long nanos) {
    // rounded up, as br_set_ticks does
    Bytes.put16(data, at, (int) Math.min((nanos * 256 + SECOND - 1) / SECOND, 0xffff));
  }

  /** As a frame from {@code source} to {@code group}, or null where memory is used up. */
  @Nullable Packet frame(PacketPool pool, long source, long group) {
    Packet packet = frame(pool, source, group, CONFIG_LENGTH, CONFIG);
    if (packet != null) {
      byte[] data = packet.data;
      int at = packet.l2 + BODY + 4;
      data[at] = (byte) ((topologyChange ? 1 : 0) | (acknowledges ? 0x80 : 0));
      Bytes.put64(data, at + 1, root);
      Bytes.put32(data, at + 9, (int) cost);
      Bytes.put64(data, at + 13, bridge);
      Bytes.put16(data, at + 21, port);
      putTime(data, at + 23, messageAge);
      putTime(data, at + 25, maxAge);
      putTime(data, at + 27, helloTime);
      putTime(data, at + 29, forwardDelay);
    }
    return packet;
  }

  /** A message of a topology change, or null where memory is used up. */
  static @Nullable Packet changeFrame(PacketPool pool, long source, long group) {
    return frame(pool, source, group, CHANGE_LENGTH, TOPOLOGY_CHANGE);
  }

  private static @Nullable Packet frame(
      PacketPool pool, long source, long group, int length, int type) {
    Packet packet = pool.acquire(MINIMUM_FRAME);
    if (packet == null) {
      return null;
    }
    byte[] data = packet.data;
    int at = packet.append(MINIMUM_FRAME);
    Arrays.fill(data, at, at + MINIMUM_FRAME, (byte) 0);
    Bytes.put48(data, at, group);
    Bytes.put48(data, at + 6, source);
    Bytes.put16(data, at + 12, LLC_LENGTH + length);
    Bytes.put16(data, at + LLC, SAPS);
    data[at + LLC + 2] = UNNUMBERED;
    data[at + BODY + 3] = (byte) type;
    packet.l2 = at;
    packet.l3 = at + Ethernet.LENGTH;
    return packet;
  }
}
