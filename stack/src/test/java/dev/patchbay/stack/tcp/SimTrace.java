package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import java.util.Locale;

/** What a replayed seed prints: one line a packet, in the direction of one link. */
final class SimTrace {
  private final String name;
  private boolean based;
  private int base;

  SimTrace(String name) {
    this.name = name;
  }

  void packet(long now, Packet p, String fate) {
    if (!based) {
      based = true;
      base = p.tcp().sequence();
    }
    Segment s = Segment.parse(p.data, p.l4, p.tail, base, 0);
    System.out.printf(
        Locale.ROOT, "%10.3f ms %s %5d bytes %s %s%n", now / 1e6, name, p.tail - p.l3, s, fate);
  }
}
