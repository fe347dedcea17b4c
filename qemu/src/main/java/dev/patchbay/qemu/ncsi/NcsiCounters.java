package dev.patchbay.qemu.ncsi;

import dev.patchbay.qemu.ncsi.NcsiTraffic.Counter;

/**
 * Payloads of the two traffic statistics commands. Towards the network is "transmit" for both: the
 * guest is the management controller, the port is the card's outer side.
 */
final class NcsiCounters {
  private static final int UNSUPPORTED = -1;

  /**
   * FCS errors to histogram of transmitted lengths: 28 counters of 32 bits that a virtual cable
   * does not keep.
   */
  private static final int UNKEPT = 28;

  private NcsiCounters() {}

  /**
   * Get Controller Packet Statistics: 200 bytes behind the result (DSP0222; current kernels check
   * just that).
   */
  static void controller(NcsiTraffic traffic, NcsiReply reply) {
    reply.put64(0); // no counter is cleared by reading
    put64(traffic, Counter.BYTES_TO_GUEST, reply);
    put64(traffic, Counter.BYTES_FROM_GUEST, reply);
    put64(traffic, Counter.UNICAST_TO_GUEST, reply);
    put64(traffic, Counter.MULTICAST_TO_GUEST, reply);
    put64(traffic, Counter.BROADCAST_TO_GUEST, reply);
    put64(traffic, Counter.UNICAST_FROM_GUEST, reply);
    put64(traffic, Counter.MULTICAST_FROM_GUEST, reply);
    put64(traffic, Counter.BROADCAST_FROM_GUEST, reply);
    for (int i = 0; i < UNKEPT; i++) {
      reply.put32(UNSUPPORTED);
    }
    put64(traffic, Counter.BYTES_TO_GUEST, reply);
    reply.put32(UNSUPPORTED);
    reply.put32(UNSUPPORTED);
  }

  /** Get NC-SI Pass-through Statistics: 44 bytes behind the result. */
  static void passThrough(NcsiTraffic traffic, NcsiReply reply) {
    put64(traffic, Counter.FRAMES_FROM_GUEST, reply);
    put32(traffic, Counter.DROPPED_FROM_GUEST, reply);
    reply.put32(UNSUPPORTED); // channel state errors
    reply.put32(UNSUPPORTED); // undersized
    reply.put32(UNSUPPORTED); // oversized
    put32(traffic, Counter.FRAMES_TO_GUEST, reply);
    put32(traffic, Counter.DROPPED_TO_GUEST, reply);
    reply.put32(UNSUPPORTED);
    reply.put32(UNSUPPORTED);
    reply.put32(UNSUPPORTED);
  }

  private static void put64(NcsiTraffic traffic, Counter counter, NcsiReply reply) {
    reply.put64(Math.max(-1, traffic.get(counter)));
  }

  private static void put32(NcsiTraffic traffic, Counter counter, NcsiReply reply) {
    long value = traffic.get(counter);
    reply.put32(value < 0 ? UNSUPPORTED : (int) value);
  }
}
