package dev.patchbay.stack.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes with a device: its routes, all of them, and no other. */
class SharedRoutesTest {
  private final Fib fib = new Fib(true);
  private final PortDevice eth0 = new PortDevice(2, "eth0", 0x0200_0000_0001L, 1500);
  private final PortDevice eth1 = new PortDevice(3, "eth1", 0x0200_0000_0002L, 1500);

  private void add(PortDevice device, int first, int count) {
    Route route = Route.of(Route.Type.UNICAST, device, Scope.LINK);
    for (int i = first; i < first + count; i++) {
      IpAddress network = new IpAddress(0, IpAddress.ANY4.lo() | 10L << 24 | (long) i << 8);
      fib.add(i % 2 == 0 ? RouteEntry.MAIN : 100, network, 24, route);
    }
  }

  private int routesBy(PortDevice device) {
    List<RouteEntry> found = new ArrayList<>();
    fib.forEach(entry -> {
      if (device.equals(entry.route().device())) {
        found.add(entry);
      }
    });
    return found.size();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, SharedRoutes.MANY, SharedRoutes.MANY + 1, 5000})
  void fewOrMany(int count) {
    add(eth0, 0, count);
    add(eth1, 10_000, count);
    assertThat(fib.entriesOf(route -> route.uses(eth0))).hasSize(count);
    fib.removeDevice(eth0);
    assertThat(routesBy(eth0)).isZero();
    assertThat(routesBy(eth1)).isEqualTo(count);
    assertThat(fib.size()).isEqualTo(count);
  }

  @Test
  void whatWasTakenAwayByItselfIsNotLookedForAgain() {
    add(eth0, 0, 300);
    fib.removeAll(entry -> entry.table() == 100);
    assertThat(fib.entriesOf(route -> route.uses(eth0))).hasSize(150);
    fib.removeDevice(eth0);
    assertThat(fib.size()).isZero();
    add(eth0, 0, 3);
    assertThat(fib.entriesOf(route -> route.uses(eth0))).hasSize(3);
  }
}
