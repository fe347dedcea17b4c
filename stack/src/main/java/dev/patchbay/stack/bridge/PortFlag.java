package dev.patchbay.stack.bridge;

/** The switches of a bridge port (Linux: {@code BR_…} of {@code if_bridge.h}). */
public enum PortFlag {
  /** Frames may go back to where they came from ({@code BR_HAIRPIN_MODE}). */
  HAIRPIN,

  /** A BPDU that comes in disables the port ({@code BR_BPDU_GUARD}). */
  GUARD,

  /** The port never becomes the root port ({@code BR_ROOT_BLOCK}). */
  ROOT_BLOCK,

  /** Sources are learned ({@code BR_LEARNING}). */
  LEARNING,

  /** Unknown unicast goes out here ({@code BR_FLOOD}). */
  FLOOD,

  /** Groups go out here ({@code BR_MCAST_FLOOD}). */
  MCAST_FLOOD,

  /** Broadcasts go out here ({@code BR_BCAST_FLOOD}). */
  BCAST_FLOOD,

  /** Nothing passes between two ports that have it ({@code BR_ISOLATED}). */
  ISOLATED,

  /** Only sources of which the table says that they are here may send ({@code BR_PORT_LOCKED}). */
  LOCKED,

  /** Who leaves a group is its last member here ({@code BR_MULTICAST_FAST_LEAVE}). */
  MCAST_FAST_LEAVE,

  /** Each member is sent its own copy, to its own address ({@code BR_MULTICAST_TO_UNICAST}). */
  MCAST_TO_UNICAST;

  /** Those that a new port has ({@code new_nbp}). */
  static final int DEFAULTS = LEARNING.bit() | FLOOD.bit() | MCAST_FLOOD.bit() | BCAST_FLOOD.bit();

  /** Its bit in a set of flags. */
  int bit() {
    return 1 << ordinal();
  }
}
