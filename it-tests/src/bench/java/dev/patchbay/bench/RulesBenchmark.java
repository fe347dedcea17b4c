package dev.patchbay.bench;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
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
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A packet through FORWARD with rules before the one that accepts it, none of which it meets: the
 * shapes of the forwarding benchmark (addresses one by one, ports of networks, a mixture with
 * networks), and networks of all lengths.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RulesBenchmark {
  @Param({"10", "100", "1000", "10000", "100000"})
  int rules;

  @Param({"list", "ports", "mixed", "networks"})
  String kind = "list";

  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  private final PortDevice in = new PortDevice(stack.nextIndex(), "p1", 0x020000000001L, 1500);
  private final PortDevice out = new PortDevice(stack.nextIndex(), "p2", 0x020000000002L, 1500);
  private final HookPoint forward = stack.netfilter().at(Hook.FORWARD, true);
  private final Packet[] packets = new Packet[256];
  private int next;

  /** Loads the rules and makes packets of many senders. */
  @Setup
  public void fill() {
    stack.add(in);
    stack.add(out);
    Random random = new Random(7);
    StringBuilder file = new StringBuilder("*filter\n:FORWARD DROP [0:0]\n");
    for (int i = 0; i < rules; i++) {
      String shape = kind.equals("mixed") ? List.of("ports", "list", "net").get(i % 3) : kind;
      file.append("-A FORWARD ").append(rule(shape, i, random)).append(" -j DROP\n");
    }
    file.append("-A FORWARD -j ACCEPT\nCOMMIT\n");
    IptablesCommand words = new IptablesCommand(PortNames.NONE);
    IpCommand.Result loaded = words.run(stack, "iptables-restore", List.of(), file.toString());
    if (loaded.status() != 0) {
      throw new IllegalStateException(loaded.stderr());
    }
    for (int i = 0; i < packets.length; i++) {
      packets[i] = packet(random);
    }
  }

  private static String rule(String shape, int i, Random random) {
    int x = random.nextInt(250) + 1;
    int y = random.nextInt(250) + 1;
    int z = random.nextInt(250) + 1;
    return switch (shape) {
      case "list" -> "-s 198." + x + "." + y + "." + z;
      case "ports" -> "-p tcp -s 172." + (16 + x % 16) + ".0.0/16 --dport " + (20_000 + i % 40_000);
      case "net" -> "-s 100." + x + "." + y + ".0/24 -d 10.99.0.0/16";
      default -> "-s " + (x / 8 + 100) + "." + y + "." + z + ".0/" + (8 + random.nextInt(25));
    };
  }

  private Packet packet(Random random) {
    Packet packet = stack.pool().acquire(92);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    packet.l3 = packet.append(92);
    packet.l4 = packet.l3 + 20;
    byte[] b = packet.data;
    Arrays.fill(b, packet.l3, packet.tail, (byte) 0);
    Bytes.put16(b, packet.l3, 0x4500);
    Bytes.put16(b, packet.l3 + 2, 92);
    Bytes.put16(b, packet.l3 + 8, 64 << 8 | 17);
    Bytes.put32(b, packet.l3 + 12, 10 << 24 | 77 << 16 | random.nextInt(0x10000));
    Bytes.put32(b, packet.l3 + 16, 10 << 24 | 78 << 16 | random.nextInt(0x10000));
    Bytes.put16(b, packet.l4, 1024 + random.nextInt(60_000));
    Bytes.put16(b, packet.l4 + 2, 5201);
    Bytes.put16(b, packet.l3 + 10, InternetChecksum.finish(InternetChecksum.sum(b, packet.l3, 20)));
    packet.device = in;
    return packet;
  }

  /** One packet. */
  @Benchmark
  public boolean forwarded() {
    return forward.accepts(packets[next++ & 255], in, out);
  }
}
