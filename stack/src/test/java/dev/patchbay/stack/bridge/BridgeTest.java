package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bridge and its ports' cables. */
class BridgeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long GUEST = 0x5254_0012_3456L;
  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(16 << 20, true);
  private final Bridge bridge = new Bridge(2, "br0", 0x5255_0a00_0202L, loop, 42);
  private final PortDevice one = new PortDevice(4, "net0", 1, 1500);
  private final PortDevice two = new PortDevice(5, "net1", 2, 1500);
  private final List<String> moves = new ArrayList<>();

  @BeforeEach
  void wire() {
    bridge.up(true);
    bridge.handler((packet, type) -> packet.release());
    bridge.onMove((mac, from, to, age) ->
        moves.add(from.name() + " to " + to.name() + " after " + age / SECOND + " s"));
    for (PortDevice port : List.of(one, two)) {
      port.up(true);
      port.plug(null);
      bridge.addPort(port);
    }
  }

  private void send(PortDevice port, long source) {
    Packet packet = pool.acquire(60);
    int at = packet.append(60);
    Bytes.put48(packet.data, at, bridge.mac());
    Bytes.put48(packet.data, at + 6, source);
    Bytes.put16(packet.data, at + 12, 0x88b5);
    port.receive(packet);
  }

  private @Nullable NetDevice behind() {
    BridgePort port = bridge.table().lookup(GUEST, 0, loop.now());
    return port == null ? null : port.device();
  }

  @Test
  void itHasCarrierWhileOneOfItsPortsHas() {
    assertThat(bridge.hasCarrier()).isFalse();
    one.plug(Packet::release);
    assertThat(bridge.hasCarrier()).isTrue();
    two.plug(Packet::release);
    one.plug(null);
    assertThat(bridge.hasCarrier()).isTrue();
    two.up(false);
    assertThat(bridge.hasCarrier()).isFalse();
    two.up(true);
    assertThat(bridge.hasCarrier()).isTrue();
    bridge.removePort(two);
    assertThat(bridge.hasCarrier()).isFalse();
  }

  @Test
  void linkChangesAreToldOnce() {
    List<Boolean> heard = new ArrayList<>();
    one.onLinkChange(() -> heard.add(one.hasCarrier()));
    one.plug(Packet::release);
    one.plug(Packet::release);
    one.plug(null);
    assertThat(heard).containsExactly(true, false);
  }

  @Test
  void whatIsBehindAPulledCableIsForgotten() {
    one.plug(Packet::release);
    two.plug(Packet::release);
    send(one, GUEST);
    assertThat(behind()).isEqualTo(one);
    one.plug(null);
    assertThat(behind()).isNull();
    // the guest is plugged in elsewhere: no duplicate
    send(two, GUEST);
    assertThat(moves).isEmpty();
    pool.checkNoLeaks();
  }

  @Test
  void anAddressAtTwoPortsIsToldWithItsAge() {
    one.plug(Packet::release);
    two.plug(Packet::release);
    send(one, GUEST);
    loop.runFor(20 * SECOND);
    send(two, GUEST);
    send(two, GUEST);
    loop.runFor(SECOND);
    send(one, GUEST);
    assertThat(moves).containsExactly("net0 to net1 after 20 s", "net1 to net0 after 1 s");
    pool.checkNoLeaks();
  }

  @Test
  void aPortThatForgesAddressesPushesOutItsOwn() {
    one.plug(Packet::release);
    two.plug(Packet::release);
    send(two, GUEST);
    for (int i = 0; i < 20_000; i++) {
      send(one, 0x5200_0000_0000L + i);
    }
    int[] learned = new int[2];
    bridge
        .table()
        .forEach(loop.now(), (mac, vid, port, age) -> learned[port == bridge.port(one) ? 0 : 1]++);
    assertThat(learned[0]).isLessThanOrEqualTo(ForwardingTable.LIMIT_PER_PORT);
    assertThat(behind()).isEqualTo(two);
    pool.checkNoLeaks();
  }

  private void flood(PortDevice port, long destination) {
    Packet packet = pool.acquire(60);
    int at = packet.append(60);
    Bytes.put48(packet.data, at, destination);
    Bytes.put48(packet.data, at + 6, GUEST);
    Bytes.put16(packet.data, at + 12, 0x88b5);
    port.receive(packet);
  }

  @Test
  void aStormOfOnePortLeavesTheOthersRoom() {
    int[] flooded = {0};
    one.plug(Packet::release);
    two.plug(packet -> {
      flooded[0]++;
      packet.release();
    });
    for (int i = 0; i < 10_000; i++) {
      flood(one, 0x5254_0077_7777L);
    }
    assertThat(flooded[0]).as("one burst").isEqualTo(StormLimit.BURST);
    assertThat(pool.drops(DropReason.BRIDGE_STORM)).isEqualTo(8000);
    for (int i = 0; i < 1000; i++) {
      loop.runFor(100_000);
      flood(one, 0xffff_ffff_ffffL);
    }
    assertThat(flooded[0]).as("half of ten thousand a second").isEqualTo(StormLimit.BURST + 500);
    assertThat(one.statistics.drops(DropReason.BRIDGE_STORM)).isEqualTo(500);
    // what the appliance itself and the other port send is not limited by it
    flood(two, 0xffff_ffff_ffffL);
    assertThat(two.statistics.drops(DropReason.BRIDGE_STORM)).isZero();
    loop.runForMillis(1000);
    for (int i = 0; i < 3000; i++) {
      flood(one, 0x5254_0077_7777L);
    }
    assertThat(flooded[0]).as("full again").isEqualTo(2 * StormLimit.BURST + 500);
    pool.checkNoLeaks();
  }
}
