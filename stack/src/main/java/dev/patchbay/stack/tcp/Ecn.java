package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Tcp;

/**
 * Explicit congestion notification (RFC 3168) of one connection. A router that is congested marks
 * packets instead of dropping them; the receiver echoes the mark until the sender says that it has
 * slowed down.
 *
 * <pre>
 *   SYN with ECE and CWR, SYN-ACK with ECE            both ends know it (section 6.1.1)
 *   new data with ECT(0), nothing else (6.1.4, 6.1.5)
 *   data with CE      -> ECE on every ACK until CWR   (6.1.3)
 *   ACK with ECE      -> the window is reduced once a round trip, CWR on the next new data (6.1.2)
 * </pre>
 */
final class Ecn {
  /** ECT(0). */
  static final int CAPABLE = 2;

  private static final int CONGESTED = 3;

  /** Of connections without it, which share it: it has no state. */
  static final Ecn OFF = new Ecn(false);

  private final boolean on;
  private boolean echo;
  private boolean reduced;

  private Ecn(boolean on) {
    this.on = on;
  }

  /** What the handshake has agreed upon. */
  static Ecn agreed(boolean both) {
    return both ? new Ecn(true) : OFF;
  }

  /** Whether both ends know it. */
  boolean isOn() {
    return on;
  }

  /** Flags of the handshake: a SYN that offers it. */
  static boolean isOffer(int flags) {
    return (flags & (Tcp.ECE | Tcp.CWR)) == (Tcp.ECE | Tcp.CWR);
  }

  /** Flags of a SYN-ACK that takes the offer; both bits are a peer that only reflects (6.1.1.1). */
  static boolean isAgreement(int flags) {
    return (flags & (Tcp.ECE | Tcp.CWR)) == Tcp.ECE;
  }

  /** Whether a segment needs a look: it says something, or its packet was marked. */
  boolean concerns(int flags, Packet packet) {
    return on && ((flags & (Tcp.ECE | Tcp.CWR)) != 0 || isMarked(packet));
  }

  /** Whether the IP header of a packet says "congestion experienced". */
  static boolean isMarked(Packet packet) {
    int field = packet.isIpv4() ? packet.ipv4().tos() : packet.ipv6().trafficClass();
    return (field & CONGESTED) == CONGESTED;
  }

  /**
   * A segment with text that is acceptable.
   *
   * @return whether the ACK may not wait
   */
  boolean received(int flags, boolean marked) {
    if (!on) {
      return false;
    }
    boolean before = echo;
    if ((flags & Tcp.CWR) != 0) {
      echo = false;
    }
    echo |= marked;
    return echo != before;
  }

  /** The window was reduced for a mark: the peer is to be told. */
  void reduced() {
    if (on) {
      reduced = true;
    }
  }

  /** Flags of a segment that goes out; {@code news}: it has text that was never sent before. */
  int flags(boolean news) {
    int flags = echo ? Tcp.ECE : 0;
    if (news && reduced) {
      reduced = false;
      flags |= Tcp.CWR;
    }
    return flags;
  }

  /** What a packet's ECN field is to be. */
  int field(boolean news) {
    return on && news ? CAPABLE : 0;
  }
}
