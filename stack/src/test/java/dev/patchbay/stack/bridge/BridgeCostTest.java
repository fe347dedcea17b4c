package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.Lab;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a frame to a known station, or to a group, costs on a bridge of 250 ports. */
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

    /** Sends datagrams from each station to a group. */
    void runToGroup(byte[] datagram) {
      for (int i = 0; i < FRAMES; i++) {
        Packet packet = Objects.requireNonNull(pool.acquire(datagram.length + 14));
        int at = packet.append(datagram.length + 14);
        Bytes.put48(packet.data, at, 0x0100_5e01_0101L);
        Bytes.put48(packet.data, at + 6, STATION + i % ports.size());
        Bytes.put16(packet.data, at + 12, EtherType.IPV4);
        System.arraycopy(datagram, 0, packet.data, at + 14, datagram.length);
        ports.get(i % ports.size()).receive(packet);
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

  @Test
  void norDoesAGroupWhoseMembersAreKnown() throws BridgeRefusedException {
    for (int version : new int[] {2, 3}) {
      Network network = new Network(PORTS);
      Snooping snooping = network.bridge.snooping();
      snooping.settings().igmpVersion(version);
      snooping.settings().set(MulticastSettings.Interval.QUERY_RESPONSE, -1);
      snooping.querier(true);
      long group = Addresses.v4(Lab.v4("239.1.1.1"));
      Mdb.Group all = new Mdb.Group(4, 0, group, 0, 0);
      network.bridge.mdb().add(network.bridge.port(network.ports.get(3)), all, true, 0);
      network.bridge.mdb().add(network.bridge.port(network.ports.get(200)), all, true, 0);
      byte[] datagram = Lab.ipv4("10.0.0.1", "239.1.1.1", 17, 1, Lab.udp(1, 2, new byte[10]));
      network.runToGroup(datagram);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      delivered = 0;
      network.runToGroup(datagram);
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(delivered).as("to both, but not back").isEqualTo(2L * FRAMES - 2 * FRAMES / PORTS);
      assertThat(bytes).as("bytes for %d frames", FRAMES).isLessThan(FRAMES / 100);
    }
  }
}
