package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import org.jspecify.annotations.Nullable;

/** A route that routers have told of; of the loop's thread. */
public final class LearnedRoute {
  private static final long SECOND = 1_000_000_000L;

  final NetDevice device;
  final IpAddress destination;
  final int prefix;

  /** The router, or null where the destination is on the link. */
  final @Nullable IpAddress router;

  Route route;
  int preference;
  int hopLimit;
  long expires;

  LearnedRoute(
      NetDevice device,
      IpAddress destination,
      int prefix,
      @Nullable IpAddress router,
      Route route) {
    this.device = device;
    this.destination = destination;
    this.prefix = prefix;
    this.router = router;
    this.route = route;
  }

  RouteEntry entry() {
    return new RouteEntry(RouteEntry.MAIN, destination, prefix, route);
  }

  boolean isDefault() {
    return prefix == 0;
  }

  /** Seconds until it ends at {@code now} (ns of the loop's clock), -1 for never. */
  public long secondsLeft(long now) {
    return expires == Long.MAX_VALUE ? -1 : Math.max(0, (expires - now) / SECOND);
  }

  /**
   * Whether the MTU that the router told is shown of it: of the default route, since Linux keeps
   * that of the others by device ({@code mtu6}).
   */
  public boolean showsMtu() {
    return isDefault();
  }

  /** The hop limit that its router has told, 0 where it has told none. */
  public int hopLimit() {
    return hopLimit;
  }

  /** Its preference among routes of the same prefix: high, medium or low. */
  public String preference() {
    return preference > 0 ? "high" : preference < 0 ? "low" : "medium";
  }
}
