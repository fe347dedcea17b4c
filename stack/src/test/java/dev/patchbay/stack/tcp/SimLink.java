package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a bad link, all of it by seed: random loss and bursts of it, corruption,
 * duplication, reordering, delay and jitter, a rate with a finite queue that drops what does not
 * fit and marks what is capable of it, and a black hole for long packets. Times are ns.
 */
final class SimLink {
  /** What becomes of packets longer than {@link #hole}. */
  enum Hole {
    /** They vanish. */
    SILENT,
    /** ICMP "too big" with the MTU goes back, where that is not lost itself. */
    ICMP,
    /** ICMP of an old router: it does not name its MTU (RFC 1191 section 3). */
    ICMP_WITHOUT_MTU
  }

  /** Where ICMP errors about a packet go. */
  interface Complaints {
    /** {@code packet} is the caller's. */
    void tooBig(Packet packet, int mtu);
  }

  /** Where packets go; takes them. */
  interface Exit {
    void arrived(Packet packet);
  }

  double loss;

  /** Gilbert-Elliott in time: mean lengths of good and bad spells, loss in bad ones. */
  long goodSpell;

  long badSpell;
  double badLoss;
  double duplicate;
  double corrupt;
  double reorder;
  long reorderDelay;
  long delay = 5_000_000;
  long jitter;

  /** Whether jitter keeps the order. */
  boolean ordered;

  /** Bytes a second, 0 unlimited. */
  long rate;

  int queue;

  /** Bytes queued above which capable packets are marked. */
  int markAbove;

  /** Longest packet that gets through, 0: all. */
  int hole;

  Hole holeKind = Hole.SILENT;

  long carried;
  long lost;
  long marked;
  long swallowed;

  private final VirtualLoop loop;
  private final RandomSource random;
  private final Exit exit;
  private final Complaints complaints;
  private boolean bad;
  private long spellEnds;
  private long busyUntil;
  private long lastArrival;
  @Nullable SimTrace trace;

  SimLink(VirtualLoop loop, RandomSource random, Exit exit, Complaints complaints) {
    this.loop = loop;
    this.random = random;
    this.exit = exit;
    this.complaints = complaints;
  }

  private boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** Takes a packet with its IP header. */
  void carry(Packet p) {
    carried++;
    if (hole > 0 && p.tail - p.l3 > hole) {
      swallowed++;
      note(p, "too long");
      if (holeKind != Hole.SILENT) {
        complaints.tooBig(p, holeKind == Hole.ICMP ? hole : 0);
      }
      p.release();
      return;
    }
    if (isLost()) {
      lost++;
      note(p, "lost");
      p.release();
      return;
    }
    if (chance(duplicate)) {
      Packet twin = p.copy();
      if (twin != null) {
        note(twin, "twice");
        transmit(twin, false);
      }
    }
    boolean corrupted = false;
    if (chance(corrupt)) {
      // a change within one byte never escapes the checksum
      note(p, "corrupt");
      int at = p.l4 + random.nextInt(p.tail - p.l4);
      p.data[at] ^= (byte) (1 + random.nextInt(255));
      corrupted = true;
    }
    transmit(p, corrupted);
  }

  private boolean isLost() {
    if (badSpell == 0) {
      return chance(loss);
    }
    while (loop.now() >= spellEnds) {
      bad = spellEnds > 0 && !bad;
      double mean = bad ? badSpell : goodSpell;
      spellEnds += 1 + (long) (-Math.log(1 - random.nextDouble()) * mean);
    }
    return chance(bad ? badLoss : loss);
  }

  private void transmit(Packet p, boolean corrupted) {
    int length = p.tail - p.l3;
    long now = loop.now();
    if (rate > 0) {
      long backlog = Math.max(0, busyUntil - now) * rate / 1_000_000_000L;
      if (backlog > 0 && backlog + length > queue) {
        lost++;
        if (!corrupted) {
          note(p, "queue full");
        }
        p.release();
        return;
      }
      if (markAbove > 0 && backlog > markAbove) {
        mark(p);
      }
      busyUntil = Math.max(busyUntil, now) + length * 1_000_000_000L / rate;
    }
    long at = Math.max(busyUntil, now) + delay;
    if (jitter > 0) {
      at += (long) (random.nextDouble() * jitter);
      if (ordered) {
        at = Math.max(at, lastArrival);
      }
    }
    lastArrival = Math.max(lastArrival, at);
    if (chance(reorder)) {
      at += reorderDelay;
    }
    if (!corrupted) {
      note(p, "");
    }
    loop.timer(() -> exit.arrived(p)).arm(at);
  }

  private void mark(Packet p) {
    if (p.isIpv4()) {
      int tos = p.ipv4().tos();
      if ((tos & 3) != 0) {
        p.data[p.l3 + 1] |= 3;
        p.ipv4().fillChecksum();
        marked++;
      }
    } else if ((p.ipv6().trafficClass() & 3) != 0) {
      p.data[p.l3 + 1] |= 0x30;
      marked++;
    }
  }

  private void note(Packet p, String fate) {
    if (trace != null) {
      trace.packet(loop.now(), p, fate);
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "loss %.3f spells %d/%d ms %.2f dup %.3f corrupt %.3f reorder %.3f by %d ms"
            + " delay %d ms jitter %d ms%s rate %d queue %d mark %d hole %d %s",
        loss,
        goodSpell / 1_000_000,
        badSpell / 1_000_000,
        badLoss,
        duplicate,
        corrupt,
        reorder,
        reorderDelay / 1_000_000,
        delay / 1_000_000,
        jitter / 1_000_000,
        ordered ? " ordered" : "",
        rate,
        queue,
        markAbove,
        hole,
        holeKind);
  }
}
