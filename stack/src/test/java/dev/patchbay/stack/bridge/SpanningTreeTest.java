package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bridges with two cables between them, on virtual time. */
class SpanningTreeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STATION = 0x0200_0000_00aaL;
  private static final long ALL = 0xffff_ffff_ffffL;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(16 << 20, true);
  private final List<String> sent = new ArrayList<>();
  private final ArrayDeque<Runnable> wire = new ArrayDeque<>();
  private int index = 1;
  private int carried;

  /** A bridge with its ports. */
  private final class Node {
    final Bridge bridge;
    final List<PortDevice> devices = new ArrayList<>();

    Node(int number) {
      bridge = new Bridge(index++, "br" + number, 0x0200_0000_0b00L | number, loop, number);
      bridge.pool(pool);
      bridge.handler((packet, type) -> packet.release());
      bridge.up(true);
    }

    PortDevice add() {
      String name = bridge.name() + "p" + (devices.size() + 1);
      PortDevice device = new PortDevice(index, name, 0x0200_0000_1000L | index, 1500);
      index++;
      device.handler((packet, type) -> packet.release());
      device.up(true);
      device.plug(Packet::release);
      bridge.addPort(device);
      devices.add(device);
      return device;
    }

    BridgePort port(int number) {
      return Objects.requireNonNull(bridge.port(devices.get(number - 1)));
    }

    String states() {
      StringBuilder out = new StringBuilder();
      for (BridgePort port : bridge.bridgePorts()) {
        out.append(out.isEmpty() ? "" : " ").append(port.state().text());
      }
      return out.toString();
    }
  }

  private final Node one = new Node(1);
  private final Node two = new Node(2);

  /** A cable: what one end sends the other receives in the next turn. */
  private void cable(PortDevice a, PortDevice b) {
    a.plug(packet -> carry(packet, b));
    b.plug(packet -> carry(packet, a));
  }

  private void carry(Packet packet, PortDevice to) {
    carried++;
    if (Bpdu.type(packet) != Bpdu.NONE) {
      sent.add(to.name() + (Bpdu.type(packet) == Bpdu.CONFIG ? " config" : " change"));
    }
    packet.device = null;
    packet.physicalDevice = null;
    if (wire.isEmpty()) {
      loop.execute(this::deliver);
    }
    wire.add(() -> to.receive(packet));
  }

  /** What was on the cables at the beginning of the turn, and what came of it, up to a burst. */
  private void deliver() {
    for (int i = 0; i < 50 && !wire.isEmpty(); i++) {
      wire.remove().run();
    }
    if (!wire.isEmpty()) {
      loop.execute(this::deliver);
    }
  }

  private void loopOfTwoCables() {
    cable(one.add(), two.add());
    cable(one.add(), two.add());
  }

  private void stp(Node... nodes) {
    for (Node node : nodes) {
      node.bridge.stp().on(true);
    }
  }

  private void broadcast(PortDevice from) {
    Packet packet = Objects.requireNonNull(pool.acquire(60));
    int at = packet.append(60);
    Bytes.put48(packet.data, at, ALL);
    Bytes.put48(packet.data, at + 6, STATION);
    Bytes.put16(packet.data, at + 12, 0x88b5);
    from.receive(packet);
  }

  @AfterEach
  void nothingIsLeft() {
    loop.runFor(0);
    pool.checkNoLeaks();
  }

  @Test
  void oneOfTwoCablesIsBlocked() {
    stp(one, two);
    loopOfTwoCables();
    assertThat(one.states()).isEqualTo("listening listening");
    loop.runFor(5 * SECOND);
    assertThat(two.states()).isEqualTo("listening blocking");
    loop.runFor(15 * SECOND);
    assertThat(two.states()).isEqualTo("learning blocking");
    assertThat(one.bridge.hasCarrier()).isFalse();
    loop.runFor(15 * SECOND);
    assertThat(one.states()).isEqualTo("forwarding forwarding");
    assertThat(two.states()).isEqualTo("forwarding blocking");
    assertThat(two.bridge.hasCarrier()).isTrue();
    assertThat(two.bridge.stp().designatedRoot()).isEqualTo(one.bridge.stp().id());
    assertThat(two.bridge.stp().rootPort()).isEqualTo(1);
    assertThat(two.bridge.stp().rootPathCost()).isEqualTo(100);
  }

  @Test
  void aBroadcastGoesRoundOnce() {
    stp(one, two);
    PortDevice station = one.add();
    station.plug(Packet::release);
    loopOfTwoCables();
    loop.runFor(60 * SECOND);
    carried = 0;
    broadcast(station);
    loop.runFor(SECOND / 100);
    assertThat(carried).as("both cables once; the second one ends at a blocked port").isEqualTo(2);
  }

  private static long storms(Node node) {
    return node.devices.stream()
        .mapToLong(device -> device.statistics.drops(DropReason.BRIDGE_STORM))
        .sum();
  }

  @Test
  void withoutTheTreeTheStormLimitHolds() {
    PortDevice station = one.add();
    station.plug(Packet::release);
    loopOfTwoCables();
    assertThat(one.states()).isEqualTo("forwarding forwarding forwarding");
    carried = 0;
    broadcast(station);
    for (int i = 0; i < 1000; i++) {
      loop.runFor(SECOND / 1000);
    }
    // two frames go round until a port has flooded its burst; what it does not flood goes no
    // further
    assertThat(storms(one) + storms(two)).isPositive();
    assertThat(carried).isBetween(1000, 4 * (StormLimit.BURST + StormLimit.RATE));
  }

  @Test
  void theOtherCableTakesOverWhenTheFirstIsPulled() {
    stp(one, two);
    loopOfTwoCables();
    loop.runFor(60 * SECOND);
    two.devices.getFirst().plug(null);
    assertThat(two.states()).isEqualTo("disabled listening");
    loop.runFor(30 * SECOND + SECOND / 10);
    assertThat(two.states()).isEqualTo("disabled forwarding");
  }

  @Test
  void aSilentRootIsForgottenAfterItsMaximumAge() {
    stp(one, two);
    cable(one.add(), two.add());
    loop.runFor(60 * SECOND);
    assertThat(two.bridge.stp().rootPort()).isEqualTo(1);
    // frames are lost, the carrier stays
    one.devices.getFirst().plug(Packet::release);
    loop.runFor(17 * SECOND);
    assertThat(two.bridge.stp().rootPort()).isEqualTo(1);
    loop.runFor(4 * SECOND);
    assertThat(two.bridge.stp().rootPort()).isZero();
    assertThat(two.bridge.stp().designatedRoot()).isEqualTo(two.bridge.stp().id());
  }

  @Test
  void aChangeOfTopologyIsToldToTheRootAndShortensAges() {
    stp(one, two);
    cable(one.add(), two.add());
    PortDevice station = one.add();
    station.plug(Packet::release);
    loop.runFor(120 * SECOND);
    assertThat(one.bridge.stp().isChanging()).isFalse();
    broadcast(station);
    sent.clear();
    PortDevice late = two.add();
    late.plug(Packet::release);
    loop.runFor(31 * SECOND);
    assertThat(sent).contains("br1p1 change");
    assertThat(one.bridge.stp().isChanging()).isTrue();
    assertThat(two.bridge.stp().isChanging()).as("the root says so").isTrue();
    assertThat(two.bridge.stp().isChangeDetected()).as("it was acknowledged").isFalse();
    assertThat(one.bridge.fdb().get(STATION, 0)).as("older than the forward delay").isNull();
    loop.runFor(40 * SECOND);
    assertThat(one.bridge.stp().isChanging()).isFalse();
  }

  @Test
  void aGuardedPortIsDisabledByAMessage() {
    stp(one, two);
    loopOfTwoCables();
    two.port(2).set(PortFlag.GUARD, true);
    loop.runFor(5 * SECOND);
    assertThat(two.states()).isEqualTo("listening disabled");
  }

  @Test
  void aRootBlockedPortListensWhileABetterRootIsThere() {
    stp(one, two);
    cable(one.add(), two.add());
    two.port(1).set(PortFlag.ROOT_BLOCK, true);
    loop.runFor(60 * SECOND);
    assertThat(two.states()).isEqualTo("listening");
    assertThat(two.bridge.stp().rootPort()).isZero();
  }

  @Test
  void priorityAndCostDecide() throws BridgeRefusedException {
    stp(one, two);
    loopOfTwoCables();
    loop.runFor(60 * SECOND);
    two.port(1).cost(200);
    loop.runFor(60 * SECOND);
    assertThat(two.states()).isEqualTo("blocking forwarding");
    two.bridge.stp().priority(0x1000);
    loop.runFor(60 * SECOND);
    assertThat(one.bridge.stp().rootPort()).isEqualTo(1);
    assertThat(one.states()).isEqualTo("forwarding blocking");
    assertThat(two.states()).isEqualTo("forwarding forwarding");
  }

  @Test
  void aMessageOnTheWire() {
    stp(one);
    List<String> frames = new ArrayList<>();
    PortDevice port = one.add();
    port.plug(packet -> {
      StringBuilder hex = new StringBuilder();
      for (int at = packet.head; at < packet.head + 52; at++) {
        hex.append(String.format("%02x", packet.data[at]));
      }
      frames.add(hex + " of " + packet.length());
      packet.release();
    });
    loop.runFor(3 * SECOND);
    // IEEE 802.1D-1998 figure 9-1, times in 1/256 s: 20 s, 2 s, 15 s
    String mac = String.format("%012x", port.mac());
    String id = "8000" + String.format("%012x", one.bridge.mac());
    assertThat(frames)
        .first()
        .isEqualTo(
            "0180c2000000"
                + mac
                + "0026"
                + "424203"
                + "0000"
                + "00"
                + "00"
                + "00"
                + id
                + "00000000"
                + id
                + "8001"
                + "0000"
                + "1400"
                + "0200"
                + "0f00"
                + " of 60");
  }
}
