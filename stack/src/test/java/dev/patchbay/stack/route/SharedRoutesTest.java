package dev.patchbay.stack.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

  /** In pieces: nobody sees what goes, from the first moment on. */
  @Test
  void manyGoByAndBy() {
    Deque<Runnable> pieces = new ArrayDeque<>();
    fib.inPieces(pieces::add);
    Route route = Route.of(Route.Type.UNICAST, eth0, Scope.LINK);
    add(eth0, 0, 20_000);
    add(eth1, 30_000, 300);
    IpAddress seven = IpAddress.parse("10.0.6.1");
    assertThat(fib.lookup(seven.hi(), seven.lo())).isEqualTo(route);

    fib.removeDevice(eth0);
    assertThat(pieces).hasSize(1);
    assertThat(fib.lookup(seven.hi(), seven.lo())).isNull();
    assertThat(fib.match(seven, any -> true)).isNull();
    assertThat(routesBy(eth0)).isZero();
    assertThat(fib.size()).as("still in the tables").isEqualTo(20_300);

    // what comes meanwhile stays, where others go too
    fib.add(RouteEntry.MAIN, IpAddress.parse("10.0.6.0"), 24, route);
    add(eth0, 40_000, 500);
    pieces.remove().run();
    fib.removeDevice(eth1);
    int turns = 1;
    for (; !pieces.isEmpty(); turns++) {
      int before = fib.size();
      pieces.remove().run();
      assertThat(before - fib.size()).as("in one piece").isLessThan(1000);
    }
    assertThat(turns).isGreaterThan(5);
    assertThat(fib.lookup(seven.hi(), seven.lo())).isEqualTo(route);
    assertThat(routesBy(eth0)).isEqualTo(501);
    assertThat(routesBy(eth1)).isZero();
    assertThat(fib.size()).isEqualTo(501);
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
