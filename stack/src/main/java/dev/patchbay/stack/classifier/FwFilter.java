package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;

/** Packets whose mark is its handle fulfil it ({@code cls_fw.c}). */
public final class FwFilter extends Filter {
  private final int mask;

  /**
   * @param mask the bits of the mark that are looked at, -1 for all
   */
  public FwFilter(int mask) {
    this.mask = mask;
  }

  @Override
  public FilterKind kind() {
    return FilterKind.FW;
  }

  public int mask() {
    return mask;
  }

  /** All of a group have one mask. */
  @Override
  void check(FilterGroup group) throws FilterException {
    for (Filter other : group.filters()) {
      if (other instanceof FwFilter fw && fw.mask != mask) {
        throw FilterException.invalid();
      }
    }
    if (handle() == 0) {
      throw FilterException.invalid();
    }
  }

  @Override
  int matches(Packet packet, int network, FlowKeys keys) {
    return (packet.mark & mask) == handle() ? YES : NO;
  }
}
