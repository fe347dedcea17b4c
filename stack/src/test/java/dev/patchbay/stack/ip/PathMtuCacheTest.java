package dev.patchbay.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ICMP may tell of the MTU of a path. */
class PathMtuCacheTest {
  private final PathMtuCache paths =
      new PathMtuCache(new VirtualLoop(), new RandomSource(1), new StackConf());
  private final IpAddress four = IpAddress.parse("198.51.100.7");
  private final IpAddress six = IpAddress.parse("2001:db8::7");

  @ParameterizedTest
  @ValueSource(ints = {0, 68, 1279, -1, Integer.MIN_VALUE})
  void overIpv6LessThanEveryLinkCarriesIsDiscarded(int mtu) {
    paths.learn(six.hi(), six.lo(), mtu, false);
    assertThat(paths.lookup(six.hi(), six.lo())).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void overIpv6TheMinimumAndMoreIsLearnt() {
    paths.learn(six.hi(), six.lo(), 1400, false);
    assertThat(paths.lookup(six.hi(), six.lo())).isEqualTo(1400);
    paths.learn(six.hi(), six.lo(), 1280, false);
    assertThat(paths.lookup(six.hi(), six.lo())).isEqualTo(1280);
    paths.learn(six.hi(), six.lo(), 1400, false);
    assertThat(paths.lookup(six.hi(), six.lo())).as("never raised").isEqualTo(1280);
  }

  @Test
  void overIpv4LessThanTheMinimumIsTakenForIt() {
    paths.learn(four.hi(), four.lo(), 0, true);
    assertThat(paths.lookup(four.hi(), four.lo())).isEqualTo(552);
  }
}
