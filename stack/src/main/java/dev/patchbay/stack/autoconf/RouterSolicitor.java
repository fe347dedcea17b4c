package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;

/**
 * Asks a link for its routers until one answers (RFC 4861 section 6.3.7), more and more seldom (RFC
 * 7559).
 */
final class RouterSolicitor {
  private static final long SECOND = 1_000_000_000L;

  /** Half a second: an interval of 0 is none. */
  private static final long LEAST_INTERVAL = SECOND / 2;

  private final NetworkStack stack;
  private final NetDevice device;
  private final RandomSource random;
  private final Timer timer;
  private int sent;
  private long interval;

  RouterSolicitor(NetworkStack stack, NetDevice device, RandomSource random) {
    this.stack = stack;
    this.device = device;
    this.random = random;
    timer = stack.loop().timer(this::send);
  }

  void start() {
    long delay = seconds(Ipv6Key.ROUTER_SOLICITATION_DELAY);
    timer.arm(stack.loop().now() + (long) (random.nextDouble() * delay));
  }

  /** A router has answered: nothing more is asked. */
  void answered() {
    timer.cancel();
  }

  void stop() {
    timer.cancel();
  }

  private long seconds(Ipv6Key key) {
    return device.conf6().get(key) * SECOND;
  }

  private void send() {
    int wanted = device.conf6().get(Ipv6Key.ROUTER_SOLICITATIONS);
    boolean more = wanted < 0 || sent < wanted;
    if (more && RouterDiscovery.mayAsk(device)) {
      sent++;
      stack.ndp().solicitRouter(device);
      interval = next();
      timer.arm(stack.loop().now() + interval);
    }
  }

  /** RFC 8415 section 15, as RFC 7559 section 2 wants it: a tenth more or less. */
  private long next() {
    double tenth = (random.nextDouble() - 0.5) / 5;
    long first = seconds(Ipv6Key.ROUTER_SOLICITATION_INTERVAL);
    long most = seconds(Ipv6Key.ROUTER_SOLICITATION_MAX_INTERVAL);
    double wanted = sent == 1 ? first * (1 + tenth) : interval * (2 + tenth);
    double taken = sent > 1 && wanted > most ? most * (1 + tenth) : wanted;
    return Math.max((long) taken, LEAST_INTERVAL);
  }
}
