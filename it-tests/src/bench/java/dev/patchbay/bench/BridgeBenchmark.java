package dev.patchbay.bench;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
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

/**
 * A frame of 64 bytes from one station to another, both known, on a bridge with one station behind
 * each port: from each port in turn to the next one. It should cost the same with any number.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BridgeBenchmark {
  private static final long STATION = 0x0200_0002_0000L;

  @Param({"2", "10", "250"})
  int attachments;

  @Param({"false", "true"})
  boolean vlanFiltering;

  private final PacketPool pool = new PacketPool();
  private final List<PortDevice> ports = new ArrayList<>();
  private long delivered;
  private int from;

  /** Plugs all in and lets the bridge learn them. */
  @Setup
  public void plug() throws BridgeRefusedException {
    Bridge bridge = new Bridge(1, "br0", 0x0200_0000_000bL, new VirtualLoop(), 7);
    bridge.up(true);
    bridge.handler((packet, type) -> packet.release());
    for (int i = 0; i < attachments; i++) {
      PortDevice port = new PortDevice(2 + i, "p" + i, 0x0200_0001_0000L | i, 1500);
      port.up(true);
      port.plug(packet -> {
        delivered++;
        packet.release();
      });
      bridge.addPort(port);
      ports.add(port);
      bridge.fdb().use(STATION + i, 0, bridge.port(port));
    }
    bridge.vlans().filtering(vlanFiltering);
  }

  /** One frame. */
  @Benchmark
  public long forward() {
    int to = from + 1 == attachments ? 0 : from + 1;
    Packet packet = pool.acquire(64);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    int at = packet.append(64);
    Bytes.put48(packet.data, at, STATION + to);
    Bytes.put48(packet.data, at + 6, STATION + from);
    Bytes.put16(packet.data, at + 12, 0x88b5);
    ports.get(from).receive(packet);
    from = to;
    return delivered;
  }
}
