package dev.patchbay.stack.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several next hops: which flow takes which, over 10 000 flows chosen by chance. */
class MultipathTest {
  private static final int FLOWS = 10_000;

  private final RandomSource random = new RandomSource(20);
  private final List<PortDevice> devices = new ArrayList<>();

  private Fib fib(boolean v4, int... weights) throws RouteRefusedException {
    Fib fib = new Fib(v4);
    fib.hashKey(random.hash("test"));
    List<Multipath.Hop> hops = new ArrayList<>();
    Route whole = Route.of(Route.Type.UNICAST, null, Scope.GLOBAL);
    for (int i = 0; i < weights.length; i++) {
      PortDevice device = new PortDevice(i + 2, "eth" + i, 0x0200_0000_0000L + i, 1500);
      device.up(true);
      devices.add(device);
      IpAddress network = IpAddress.parse(v4 ? "10.0." + i + ".0" : "2001:db8:" + i + "::");
      Route link = Route.of(Route.Type.UNICAST, device, Scope.LINK);
      fib.add(RouteEntry.MAIN, network, v4 ? 24 : 64, link);
      IpAddress gateway = IpAddress.parse(v4 ? "10.0." + i + ".9" : "2001:db8:" + i + "::9");
      hops.add(new Multipath.Hop(whole.withHop(gateway, device, false), weights[i]));
    }
    IpAddress any = v4 ? IpAddress.ANY4 : IpAddress.ANY6;
    fib.change(new RouteEntry(RouteEntry.MAIN, any, 0, whole.by(hops)), RouteChange.ADD);
    return fib;
  }

  private FlowKey anyFlow(boolean v4) {
    long bits = random.nextLong() >>> 32;
    FlowKey key =
        v4
            ? new FlowKey().to(0, IpAddress.ANY4.lo() | 0xb000_0000L | bits >>> 8)
            : new FlowKey().to(0x2a00_0000_0000_0000L | bits, random.nextLong());
    long source = random.nextLong();
    key.from(v4 ? 0 : 0x2a01L << 48, v4 ? IpAddress.ANY4.lo() | source >>> 32 : source);
    key.protocol = 6;
    key.sourcePort = random.nextInt(0xffff);
    key.destinationPort = 443;
    return key;
  }

  private static @Nullable String hop(Fib fib, FlowKey key) {
    Route route = Objects.requireNonNull(fib.lookup(key));
    assertThat(route.hops()).as("one was chosen").isNull();
    return Objects.requireNonNull(route.device()).name();
  }

  private Map<String, Integer> shares(Fib fib) {
    Map<String, Integer> shares = new HashMap<>();
    for (int i = 0; i < FLOWS; i++) {
      shares.merge(hop(fib, anyFlow(fib.isV4())), 1, Integer::sum);
    }
    return shares;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void weightsAreShares(boolean v4) throws RouteRefusedException {
    Map<String, Integer> shares = shares(fib(v4, 1, 2, 5));
    assertThat(shares.get("eth0")).isCloseTo(FLOWS / 8, within(300));
    assertThat(shares.get("eth1")).isCloseTo(FLOWS / 4, within(300));
    assertThat(shares.get("eth2")).isCloseTo(FLOWS * 5 / 8, within(300));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFlowKeepsItsHopWhateverItsPorts(boolean v4) throws RouteRefusedException {
    Fib fib = fib(v4, 1, 1, 1);
    for (int i = 0; i < FLOWS; i++) {
      FlowKey key = anyFlow(v4);
      String first = hop(fib, key);
      key.sourcePort ^= 0x5555;
      assertThat(hop(fib, key)).isEqualTo(first);
    }
  }

  @Test
  void byThePolicyOfPortsConnectionsOfTwoHostsSpread() throws RouteRefusedException {
    Fib fib = fib(true, 1, 1);
    fib.hashPolicy(Fib.HashPolicy.PORTS);
    assertThat(fib.needsPorts()).isTrue();
    FlowKey key = anyFlow(true);
    int first = 0;
    for (int port = 0; port < FLOWS; port++) {
      key.sourcePort = port;
      String hop = hop(fib, key);
      assertThat(hop(fib, key)).isEqualTo(hop);
      first += "eth0".equals(hop) ? 1 : 0;
    }
    assertThat(first).isCloseTo(FLOWS / 2, within(300));
  }

  @Test
  void aHopThatIsDownIsPassedOverAndTheRouteGoesWithTheLast() throws RouteRefusedException {
    Fib fib = fib(true, 1, 3);
    devices.getFirst().up(false);
    fib.deviceDown(devices.getFirst());
    assertThat(shares(fib)).containsOnlyKeys("eth1");

    devices.getFirst().up(true);
    assertThat(shares(fib).get("eth0")).isCloseTo(FLOWS / 4, within(300));

    devices.forEach(device -> device.up(false));
    devices.forEach(fib::deviceDown);
    assertThat(fib.lookup(anyFlow(true))).isNull();
    assertThat(fib.size()).isZero();
  }

  @Test
  void aSocketOfADeviceTakesItsHop() throws RouteRefusedException {
    Fib fib = fib(true, 1, 1, 1);
    FlowKey key = anyFlow(true).by(devices.get(2));
    for (int i = 0; i < 100; i++) {
      key.srcLo += 1;
      assertThat(hop(fib, key)).isEqualTo("eth2");
    }
  }
}
