package dev.patchbay.stack.neighbour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many neighbours there may be, and who gives way. */
class NeighbourTableTest {
  private static final long FEC0 = 0xfec0L << 48;
  private final VirtualLoop loop = new VirtualLoop();
  private final NeighbourTable table = new NeighbourTable(loop, new RandomSource(5));
  private final Bridge bridge = new Bridge(2, "br0", 0x5255_0a00_0202L, loop, 42);
  private final PortDevice spoofer = new PortDevice(4, "net0", 1, 1500);
  private final PortDevice other = new PortDevice(5, "net1", 2, 1500);

  private void learn(long lo, NetDevice port) {
    table.learn(FEC0, lo, bridge, 0x5254_0000_0000L + lo, false, true, true, port);
  }

  @Test
  void aPortThatClaimsAddressesWithoutEndPushesOutItsOwn() {
    for (int i = 1; i <= 100; i++) {
      learn(i, other);
    }
    List<Long> told = new ArrayList<>();
    table.addListener(n -> told.add(n.lo()));
    for (int i = 1000; i < 21_000; i++) {
      learn(i, spoofer);
      loop.runFor(1000);
    }
    assertThat(told).hasSize(20_000);
    assertThat(table.countOf(spoofer)).isEqualTo(NeighbourTable.LIMIT_PER_PORT);
    assertThat(table.countOf(other)).isEqualTo(100);
    assertThat(table.entries()).hasSize(NeighbourTable.LIMIT_PER_PORT + 100);
    for (int i = 1; i <= 100; i++) {
      assertThat(table.find(FEC0, i, bridge)).isNotNull();
    }
    // the newest is there
    assertThat(table.find(FEC0, 20_999, bridge)).isNotNull();
  }

  @Test
  void anAddressThatMovesIsCountedWhereItIs() {
    learn(1, spoofer);
    learn(1, other);
    assertThat(table.countOf(spoofer)).isZero();
    assertThat(table.countOf(other)).isEqualTo(1);
    table.remove(table.find(FEC0, 1, bridge));
    assertThat(table.countOf(other)).isZero();
  }

  @Test
  void thoseWithoutAnAnswerGiveWayToAllOthers() {
    for (int i = 1; i <= 100; i++) {
      learn(i, other);
    }
    var pool = new dev.patchbay.stack.packet.PacketPool(64 << 20, true);
    bridge.up(true);
    for (int i = 0; i < 3 * NeighbourTable.LIMIT; i++) {
      var packet = pool.acquire(60);
      packet.l3 = packet.append(60);
      table.output(packet, bridge, FEC0, 1_000_000 + i);
      loop.runFor(1000);
    }
    assertThat(table.entries()).hasSize(NeighbourTable.LIMIT);
    for (int i = 1; i <= 100; i++) {
      assertThat(table.find(FEC0, i, bridge)).isNotNull();
    }
    table.removeDevice(bridge);
    pool.checkNoLeaks();
  }
}
