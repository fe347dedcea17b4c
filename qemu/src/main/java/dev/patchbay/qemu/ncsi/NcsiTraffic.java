package dev.patchbay.qemu.ncsi;

/**
 * The port's frame counters, for the statistics commands. A counter that is not kept is negative;
 * it is then reported as DSP0222 wants it for unsupported counters: all bits one.
 */
@FunctionalInterface
public interface NcsiTraffic {

  /** Counters that the statistics commands can show; frames of NC-SI itself are not among them. */
  enum Counter {
    BYTES_TO_GUEST,
    BYTES_FROM_GUEST,
    UNICAST_TO_GUEST,
    MULTICAST_TO_GUEST,
    BROADCAST_TO_GUEST,
    UNICAST_FROM_GUEST,
    MULTICAST_FROM_GUEST,
    BROADCAST_FROM_GUEST,
    FRAMES_TO_GUEST,
    FRAMES_FROM_GUEST,
    DROPPED_TO_GUEST,
    DROPPED_FROM_GUEST
  }

  /** The value since the port was made, or a negative number if it is not kept. */
  long get(Counter counter);

  /** Keeps none. */
  NcsiTraffic NONE = counter -> -1;
}
