package dev.patchbay.bench;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.wire.Addresses;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Look-ups of destinations chosen by chance among all routes. The prefixes have the lengths of the
 * internet's tables: of IPv4 six of ten are /24, the others /16 to /23; of IPv6 half are /48, the
 * others /32 to /47, of a fiftieth of the networks that could be.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteBenchmark {
  @Param({"10", "10000", "1000000"})
  int routes;

  @Param({"true", "false"})
  boolean v4;

  private final Fib fib4 = new Fib(true);
  private final Fib fib6 = new Fib(false);
  private long[] his = {};
  private long[] los = {};
  private long random = 88172645463325252L;

  private long any() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }

  /** Fills the tables. */
  @Setup
  public void fill() {
    Fib fib = v4 ? fib4 : fib6;
    PortDevice device = new PortDevice(2, "net0", 0x52550a010002L, 1500);
    Route route = Route.of(Route.Type.UNICAST, device, InterfaceAddress.Scope.LINK);
    his = new long[routes];
    los = new long[routes];
    while (fib.size() < routes) {
      int done = fib.size();
      int length = v4 ? length(6, 16, 24) : length(5, 32, 48);
      long hi = v4 ? 0 : 0x2000_0000_0000_0000L | any() >>> 3 & 0x00ff_ff0f_ffff_0000L << 4;
      long lo = v4 ? IpAddress.ANY4.lo() | any() >>> 32 : 0;
      IpAddress to = new IpAddress(hi, lo).network(length);
      fib.add(RouteEntry.MAIN, to, length, route.withMetric(done % 20));
      if (fib.size() > done) {
        his[done] = to.hi();
        los[done] = to.lo() | 1;
      }
    }
  }

  private int length(int tenths, int least, int most) {
    return Long.remainderUnsigned(any(), 10) < tenths
        ? most
        : least + (int) Long.remainderUnsigned(any(), most - least);
  }

  /** One look-up. */
  @Benchmark
  public @Nullable Route lookup() {
    int i = (int) ((any() >>> 32) * routes >>> 32);
    return v4 && Addresses.isV4(his[i], los[i])
        ? fib4.lookup(his[i], los[i])
        : fib6.lookup(his[i], los[i]);
  }
}
