package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;

/** Every packet fulfils it ({@code cls_matchall.c}). */
public final class MatchallFilter extends Filter {
  /** Packets that came to it. */
  private long hits;

  @Override
  public FilterKind kind() {
    return FilterKind.MATCHALL;
  }

  /** Packets that came to it. */
  public long hits() {
    return hits;
  }

  /** There is one only, which cannot be changed. */
  @Override
  void check(FilterGroup group) throws FilterException {
    if (!group.filters().isEmpty()) {
      throw FilterException.answered("File exists");
    }
  }

  @Override
  int matches(Packet packet, int network, FlowKeys keys) {
    hits++;
    return YES;
  }
}
