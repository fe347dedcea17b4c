package dev.patchbay.backend.ra;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;

/**
 * When a router advertises itself (RFC 4861 sections 6.2.4 to 6.2.6): three times soon after the
 * start, then at intervals (200 to 600 s unless set), and when it is asked. Only on the loop.
 */
public final class RouterAdvertiser {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  /** MinRtrAdvInterval: 0.33 of the greatest, where that is at least 9 s. */
  private static final double LEAST = 1.0 / 3;

  private static final long SMALL_INTERVAL = 9 * SECOND;

  /** MAX_INITIAL_RTR_ADVERTISEMENTS, MAX_INITIAL_RTR_ADVERT_INTERVAL. */
  private static final int INITIAL = 3;

  private static final long INITIAL_INTERVAL = 16 * SECOND;

  /** MAX_RA_DELAY_TIME. */
  private static final long MAX_DELAY = 500 * MS;

  /** MIN_DELAY_BETWEEN_RAS. */
  private static final long MIN_BETWEEN = 3 * SECOND;

  /** How long a link that is not ready is left alone. */
  private static final long NOT_READY = SECOND;

  /** Unicast answers a second, all guests together: a flood of solicitations costs no more. */
  private static final int MAX_UNICAST = 50;

  private static final long ALL_NODES_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_NODES_LO = 1;

  private final EventLoop loop;
  private final RandomSource random;
  private final RaLink link;
  private RaSettings settings;
  private final Timer timer;
  private boolean running;
  private int sent;
  private long lastMulticast;
  private long unicastSecond = Long.MIN_VALUE;
  private int unicasts;
  private long solicitations;
  private long advertisements;

  /**
   * @param random draws delays
   * @param link where it advertises
   * @param settings what it says
   */
  public RouterAdvertiser(EventLoop loop, RandomSource random, RaLink link, RaSettings settings) {
    this.loop = loop;
    this.random = random;
    this.link = link;
    this.settings = settings;
    timer = loop.timer(this::multicast);
  }

  /** Begins: the first message leaves at the next turn. */
  public void start() {
    running = true;
    sent = 0;
    lastMulticast = loop.now() - MIN_BETWEEN;
    timer.arm(loop.now());
  }

  /** Ends; the hosts are told that it is no router any more (section 6.2.5). */
  public void stop() {
    if (running) {
      running = false;
      timer.cancel();
      if (link.isReady()) {
        send(true, ALL_NODES_HI, ALL_NODES_LO);
      }
    }
  }

  /** From now on it says this, and says it soon. */
  public void settings(RaSettings other) {
    settings = other;
    changed();
  }

  /** What it says. */
  public RaSettings settings() {
    return settings;
  }

  /** Says it anew soon, e.g. because the MTU changed or a guest was plugged in. */
  public void changed() {
    if (running) {
      sent = 0;
      soon();
    }
  }

  /**
   * A solicitation that was checked (section 6.1.1). One with a source is answered there at once,
   * any other to all after a random delay.
   */
  public void solicited(long srcHi, long srcLo) {
    solicitations++;
    if (!running || !link.isReady()) {
      return;
    }
    if (srcHi == 0 && srcLo == 0) {
      soon();
      return;
    }
    long second = loop.now() / SECOND;
    if (second != unicastSecond) {
      unicastSecond = second;
      unicasts = 0;
    }
    if (unicasts++ < MAX_UNICAST) {
      send(false, srcHi, srcLo);
    }
  }

  /** Solicitations that came. */
  public long solicitations() {
    return solicitations;
  }

  /** Advertisements sent. */
  public long advertisements() {
    return advertisements;
  }

  private void soon() {
    long at = loop.now() + (long) (random.nextDouble() * MAX_DELAY);
    // section 6.2.6: multicast ones at least MIN_DELAY_BETWEEN_RAS apart
    at = Math.max(at, lastMulticast + MIN_BETWEEN);
    if (!timer.isArmed() || timer.deadline() > at) {
      timer.arm(at);
    }
  }

  private void multicast() {
    if (!link.isReady()) {
      timer.arm(loop.now() + NOT_READY);
      return;
    }
    send(false, ALL_NODES_HI, ALL_NODES_LO);
    lastMulticast = loop.now();
    long most = settings.interval() * SECOND;
    long least = most >= SMALL_INTERVAL ? (long) (LEAST * most) : Math.max(most, MIN_BETWEEN);
    long wait = least + (long) (random.nextDouble() * (most - least));
    if (++sent < INITIAL) {
      wait = Math.min(wait, INITIAL_INTERVAL);
    }
    timer.arm(loop.now() + wait);
  }

  private void send(boolean last, long dstHi, long dstLo) {
    advertisements++;
    link.send(RaMessage.of(settings, last, link.mac(), link.mtu()), dstHi, dstLo);
  }
}
