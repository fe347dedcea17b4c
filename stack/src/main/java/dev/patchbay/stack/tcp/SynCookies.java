package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;

/**
 * Handshakes without memory, for an ordinary listener whose queue is full (RFC 4987 section 3.6):
 * the initial sequence number of the SYN-ACK says who asked, when, and with which MSS; the
 * timestamp, where there is one, says the other options in its lowest {@value #OPTION_BITS} bits,
 * as Linux has it. The ACK that brings both back opens the connection.
 *
 * <pre>
 *   ISN = hash1 (flow) + peer's ISN + minute * 2^24 + (hash2 (flow, minute) + index of MSS) mod 2^24
 * </pre>
 */
final class SynCookies {
  /** Bits of the timestamp: window shift 0 to 14 or 15 for none, SACK, ECN. */
  static final int OPTION_BITS = 6;

  private static final int NO_SCALE = 15;
  private static final int SACK = 16;
  private static final int ECN = 32;
  private static final int OPTION_MASK = (1 << OPTION_BITS) - 1;
  private static final int INDEX_MASK = 0xff_ffff;
  private static final long MINUTE = 60_000_000_000L;

  /** A cookie is good in its minute and the next. */
  private static final int MINUTES = 2;

  /** What peers mostly offer: of tunnels, the least of IPv6, DSL, Ethernet, jumbo frames. */
  private static final int[] MSS = {536, 1220, 1300, 1400, 1440, 1460, 4312, 8940};

  private final SipHash first;
  private final SipHash second;

  SynCookies(RandomSource random) {
    first = random.hash("tcp cookies");
    second = random.hash("tcp cookie times");
  }

  private static long ports(Packet p) {
    return FlowKey.ports(p.tcp().destinationPort(), p.tcp().sourcePort());
  }

  private int flow(Packet p) {
    return (int)
        first.hash(p.destinationHi(), p.destinationLo(), p.sourceHi(), p.sourceLo(), ports(p));
  }

  private int time(Packet p, long minute) {
    long word = ports(p) | minute << 32;
    return (int)
        second.hash(p.destinationHi(), p.destinationLo(), p.sourceHi(), p.sourceLo(), word);
  }

  /** The initial sequence number that answers a SYN. */
  int make(Packet syn, TcpInput in, long now) {
    int wanted = in.options.mss == 0 ? MSS[0] : in.options.mss;
    int index = MSS.length - 1;
    while (index > 0 && MSS[index] > wanted) {
      index--;
    }
    long minute = now / MINUTE;
    return flow(syn)
        + in.sequence
        + ((int) minute << 24)
        + (time(syn, minute) + index & INDEX_MASK);
  }

  /** The MSS that was offered by the SYN whose cookie {@code ack} brings back; -1: it is none. */
  int check(Packet ack, TcpInput in, long now) {
    int cookie = in.ack - 1 - flow(ack) - (in.sequence - 1);
    long minute = now / MINUTE;
    int age = (int) minute - (cookie >>> 24) & 0xff;
    if (age >= MINUTES || minute < age) {
      return -1;
    }
    int index = cookie - time(ack, minute - age) & INDEX_MASK;
    return index < MSS.length ? MSS[index] : -1;
  }

  /** A timestamp not after {@code clock} that says the options of a SYN, as far as we take them. */
  static int timestamp(int clock, TcpOptions options, TcpConfig config, boolean ecn) {
    int scale = config.windowScaling && options.windowScale >= 0 ? options.windowScale : NO_SCALE;
    int bits =
        scale
            | (config.sack && options.sackPermitted ? SACK : 0)
            | (config.ecn > 0 && ecn ? ECN : 0);
    int value = clock & ~OPTION_MASK | bits;
    return value - clock > 0 ? value - (1 << OPTION_BITS) : value;
  }

  /** Window shift of the SYN, -1 without. */
  static int windowScale(int echo) {
    int scale = echo & NO_SCALE;
    return scale == NO_SCALE ? -1 : scale;
  }

  static boolean sackPermitted(int echo) {
    return (echo & SACK) != 0;
  }

  static boolean ecn(int echo) {
    return (echo & ECN) != 0;
  }
}
