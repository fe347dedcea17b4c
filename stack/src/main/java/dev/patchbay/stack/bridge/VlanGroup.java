package dev.patchbay.stack.bridge;

/**
 * The VLANs of a bridge port, or of the bridge itself (Linux: {@code net_bridge_vlan_group}): which
 * there are, which leave without a tag, and which one a frame without a tag is given. Asked per
 * packet, so that it is two sets of bits.
 */
public final class VlanGroup {
  /** Ids are below this; 0 and 4095 are none. */
  public static final int IDS = 4096;

  private final long[] members = new long[IDS / Long.SIZE];
  private final long[] untagged = new long[IDS / Long.SIZE];
  private int pvid;

  /** Whether {@code vid} is one of them. */
  public boolean has(int vid) {
    return (members[vid >>> 6] & 1L << vid) != 0;
  }

  /** Whether its frames leave without a tag. */
  public boolean isUntagged(int vid) {
    return (untagged[vid >>> 6] & 1L << vid) != 0;
  }

  /** The VLAN of frames that come without a tag, 0 for none: they are dropped. */
  public int pvid() {
    return pvid;
  }

  /** The first of them at or above {@code vid}, or -1. */
  public int next(int vid) {
    for (int at = vid; at < IDS; at++) {
      if (has(at)) {
        return at;
      }
    }
    return -1;
  }

  /** Adds one, or changes how it leaves ({@code __vlan_add_flags}). */
  void add(int vid, boolean isPvid, boolean isUntagged) {
    members[vid >>> 6] |= 1L << vid;
    if (isUntagged) {
      untagged[vid >>> 6] |= 1L << vid;
    } else {
      untagged[vid >>> 6] &= ~(1L << vid);
    }
    if (isPvid) {
      pvid = vid;
    } else if (pvid == vid) {
      pvid = 0;
    }
  }

  void remove(int vid) {
    members[vid >>> 6] &= ~(1L << vid);
    untagged[vid >>> 6] &= ~(1L << vid);
    if (pvid == vid) {
      pvid = 0;
    }
  }
}
