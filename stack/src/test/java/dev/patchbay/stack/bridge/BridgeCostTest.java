package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a frame to a known station costs on a bridge of 250 ports. */
class BridgeCostTest {
  private static final int PORTS = 250;
  private static final int FRAMES = 200_000;
  private static final long STATION = 0x0200_0000_a000L;

  private final PacketPool pool = new PacketPool();
  private long delivered;

  /** A bridge with one station behind each port, all learned. */
  private final class Network {
    final Bridge bridge = new Bridge(1, "br0", 0x0200_0000_000bL, new VirtualLoop(), 7);
    final List<PortDevice> ports = new ArrayList<>();

    Network(int count) throws BridgeRefusedException {
      bridge.up(true);
      bridge.handler((packet, type) -> packet.release());
      for (int i = 0; i < count; i++) {
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
    }

    /** Sends frames from each station to the next one. */
    void run() {
      for (int i = 0; i < FRAMES; i++) {
        int from = i % ports.size();
        Packet packet = Objects.requireNonNull(pool.acquire(64));
        int at = packet.append(64);
        Bytes.put48(packet.data, at, STATION + (from + 1) % ports.size());
        Bytes.put48(packet.data, at + 6, STATION + from);
        Bytes.put16(packet.data, at + 12, 0x88b5);
        ports.get(from).receive(packet);
      }
    }
  }

  @Test
  void aKnownStationCostsNoMemory() throws BridgeRefusedException {
    Network network = new Network(PORTS);
    for (boolean filtering : new boolean[] {false, true}) {
      network.bridge.vlans().filtering(filtering);
      network.run();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      delivered = 0;
      network.run();
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(delivered).isEqualTo(FRAMES);
      assertThat(bytes).as("bytes for %d frames", FRAMES).isLessThan(FRAMES / 100);
    }
  }
}
