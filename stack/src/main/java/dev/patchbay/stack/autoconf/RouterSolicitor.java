package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;

/** Asks a link for its routers until one answers (RFC 4861 section 6.3.7). */
final class RouterSolicitor {
  private final NetworkStack stack;
  private final NetDevice device;
  private final AutoconfSettings settings;
  private final RandomSource random;
  private final Timer timer;
  private int sent;

  RouterSolicitor(
      NetworkStack stack, NetDevice device, AutoconfSettings settings, RandomSource random) {
    this.stack = stack;
    this.device = device;
    this.settings = settings;
    this.random = random;
    timer = stack.loop().timer(this::send);
  }

  void start() {
    timer.arm(stack.loop().now() + (long) (random.nextDouble() * settings.routerSolicitationDelay));
  }

  /** A router has answered: nothing more is asked. */
  void answered() {
    timer.cancel();
  }

  void stop() {
    timer.cancel();
  }

  private void send() {
    if (sent++ < settings.routerSolicitations) {
      stack.ndp().solicitRouter(device);
      timer.arm(stack.loop().now() + settings.routerSolicitationInterval);
    }
  }
}
