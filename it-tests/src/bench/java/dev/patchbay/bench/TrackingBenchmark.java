package dev.patchbay.bench;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.netfilter.HookPoint;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A datagram of a known connection through PREROUTING and POSTROUTING, among so many others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TrackingBenchmark {
  @Param({"0", "1", "1000", "100000", "1000000"})
  int connections;

  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  private final PortDevice in = new PortDevice(stack.nextIndex(), "p1", 0x020000000001L, 1500);
  private final PortDevice out = new PortDevice(stack.nextIndex(), "p2", 0x020000000002L, 1500);
  private final HookPoint prerouting = stack.netfilter().at(Hook.PREROUTING, true);
  private final HookPoint postrouting = stack.netfilter().at(Hook.POSTROUTING, true);
  private Packet packet = datagram();
  private int next;

  /** Makes the connections; with 0 there is no tracking, only a table that does nothing. */
  @Setup
  public void fill() {
    stack.add(in);
    stack.add(out);
    String rule =
        connections == 0
            ? "-t mangle -P INPUT ACCEPT"
            : "-t nat -A POSTROUTING -o no -j MASQUERADE";
    IpCommand.Result made =
        new IptablesCommand(PortNames.NONE)
            .run(stack, "iptables", List.of(rule.split(" ", -1)), "");
    if (made.status() != 0) {
      throw new IllegalStateException(made.stderr());
    }
    stack.netfilter().conntrack().settings().max = 2_000_000;
    for (int i = 0; i < connections; i++) {
      pass();
    }
  }

  private Packet datagram() {
    Packet made = stack.pool().acquire(92);
    if (made == null) {
      throw new IllegalStateException("no memory");
    }
    made.l3 = made.append(92);
    made.l4 = made.l3 + 20;
    byte[] b = made.data;
    Arrays.fill(b, made.l3, made.tail, (byte) 0);
    Bytes.put16(b, made.l3, 0x4500);
    Bytes.put16(b, made.l3 + 2, 92);
    Bytes.put16(b, made.l3 + 8, 64 << 8 | 17);
    Bytes.put32(b, made.l3 + 16, 10 << 24 | 78 << 16 | 1);
    Bytes.put16(b, made.l4 + 2, 5201);
    Bytes.put16(b, made.l4 + 4, 72);
    Bytes.put16(b, made.l3 + 10, InternetChecksum.finish(InternetChecksum.sum(b, made.l3, 20)));
    made.device = in;
    return made;
  }

  private boolean pass() {
    int number = next;
    next = next + 1 >= connections ? 0 : next + 1;
    packet.tracking = null;
    packet.trackingInfo = TrackingInfo.ESTABLISHED;
    Bytes.put32(packet.data, packet.l3 + 12, 10 << 24 | 77 << 16 | number & 0xffff);
    Bytes.put16(packet.data, packet.l4, 1024 + (number >>> 16));
    return prerouting.accepts(packet, in, null) && postrouting.accepts(packet, null, out);
  }

  /** One datagram. */
  @Benchmark
  public boolean tracked() {
    return pass();
  }
}
