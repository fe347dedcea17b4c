package dev.patchbay.stack.bridge;

import static dev.patchbay.stack.bridge.BridgeLab.A;
import static dev.patchbay.stack.bridge.BridgeLab.ALL;
import static dev.patchbay.stack.bridge.BridgeLab.B;
import static dev.patchbay.stack.bridge.BridgeLab.C;
import static dev.patchbay.stack.bridge.BridgeLab.GROUP;
import static dev.patchbay.stack.bridge.BridgeLab.OURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.packet.DropReason;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The switches of a port, each by the frames that pass or do not. */
class BridgePortTest {
  private static final long SECOND = 1_000_000_000L;
  private final BridgeLab lab = new BridgeLab();

  @AfterEach
  void nothingIsLeft() {
    lab.pool.checkNoLeaks();
  }

  @Test
  void unknownIsFloodedAndKnownGoesToItsPort() {
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B", "p3 A>B");
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A");
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B");
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p2 A>all", "p3 A>all", "br0 A>all");
    assertThat(lab.in(1, A, OURS).out()).containsExactly("br0 A>us");
    assertThat(lab.in(1, A, A).out()).isEmpty();
  }

  @Test
  void learningOff() {
    lab.port(1).set(PortFlag.LEARNING, false);
    lab.in(1, A, ALL).out();
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A", "p3 B>A");
  }

  @Test
  void floodingOffByKind() {
    lab.port(3).set(PortFlag.FLOOD, false);
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B");
    assertThat(lab.in(1, A, GROUP).out())
        .containsExactly("p2 A>group", "p3 A>group", "br0 A>group");
    lab.port(3).set(PortFlag.MCAST_FLOOD, false);
    assertThat(lab.in(1, A, GROUP).out()).containsExactly("p2 A>group", "br0 A>group");
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p2 A>all", "p3 A>all", "br0 A>all");
    lab.port(3).set(PortFlag.BCAST_FLOOD, false);
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p2 A>all", "br0 A>all");
    // what the bridge itself sends to many is not held back; unknown unicast is
    assertThat(lab.send(ALL, 0).send(GROUP, 0).send(C, 0).out())
        .containsExactly(
            "p1 us>all",
            "p2 us>all",
            "p3 us>all",
            "p1 us>group",
            "p2 us>group",
            "p3 us>group",
            "p1 us>C",
            "p2 us>C");
  }

  @Test
  void hairpinLeadsBack() {
    lab.in(1, A, ALL).in(1, B, ALL).out();
    assertThat(lab.in(1, A, B).out()).isEmpty();
    lab.port(1).set(PortFlag.HAIRPIN, true);
    assertThat(lab.in(1, A, B).out()).containsExactly("p1 A>B");
    assertThat(lab.in(1, A, ALL).out())
        .containsExactly("p1 A>all", "p2 A>all", "p3 A>all", "br0 A>all");
  }

  @Test
  void isolatedPortsDoNotSpeakToEachOther() {
    lab.port(1).set(PortFlag.ISOLATED, true);
    lab.port(2).set(PortFlag.ISOLATED, true);
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p3 A>all", "br0 A>all");
    assertThat(lab.in(2, B, A).out()).isEmpty();
    assertThat(lab.in(3, C, A).out()).containsExactly("p1 C>A");
    assertThat(lab.send(ALL, 0).out()).containsExactly("p1 us>all", "p2 us>all", "p3 us>all");
  }

  @Test
  void aLockedPortTakesOnlyWhomTheTableKnowsThere() throws BridgeRefusedException {
    lab.port(1).set(PortFlag.LOCKED, true);
    lab.port(1).set(PortFlag.LEARNING, false);
    assertThat(lab.in(1, A, ALL).out()).isEmpty();
    assertThat(lab.drops(DropReason.BRIDGE_LOCKED)).isEqualTo(1);
    lab.bridge.fdb().add(A, 0, lab.port(1), Fdb.State.STATIC, false, Fdb.Mode.ADD);
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p2 A>all", "p3 A>all", "br0 A>all");
    assertThat(lab.in(1, 0x0200_0000_0001L, ALL).out()).as("the port's own address").isEmpty();
  }

  @Test
  void statesDecideWhatPasses() throws BridgeRefusedException {
    lab.bridge.portState(lab.port(1), PortState.LEARNING);
    assertThat(lab.in(1, A, ALL).out()).isEmpty();
    assertThat(lab.in(2, B, A).out()).as("learned, but not sent there").isEmpty();
    lab.bridge.portState(lab.port(1), PortState.LISTENING);
    assertThat(lab.in(1, C, ALL).in(2, B, C).out()).containsExactly("p3 B>C");
    lab.bridge.portState(lab.port(1), PortState.FORWARDING);
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A");
    lab.device(1).up(false);
    assertThatThrownBy(() -> lab.bridge.portState(lab.port(1), PortState.FORWARDING))
        .isInstanceOf(BridgeRefusedException.class);
  }

  @Test
  void theBridgeDownBridgesNothing() {
    lab.bridge.up(false);
    assertThat(lab.in(1, A, ALL).out()).isEmpty();
    lab.bridge.up(true);
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B", "p3 A>B");
  }

  @Test
  void whatIsSetByHandStaysAndWhatIsLearnedAges() throws BridgeRefusedException {
    lab.bridge.fdb().add(B, 0, lab.port(2), Fdb.State.STATIC, false, Fdb.Mode.ADD);
    lab.bridge.fdb().add(C, 0, lab.port(3), Fdb.State.STATIC, true, Fdb.Mode.ADD);
    lab.in(1, A, B).out();
    lab.loop.runFor(299 * SECOND);
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A");
    lab.loop.runFor(SECOND);
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A", "p3 B>A");
    lab.loop.runFor(1000 * SECOND);
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B");
    // a static one moves to where its address sends from, a sticky one does not
    lab.in(1, B, ALL).in(1, C, ALL).out();
    assertThat(lab.in(2, 0x0200_0000_0077L, B).out()).containsExactly("p1 20000000077>B");
    assertThat(lab.in(2, 0x0200_0000_0077L, C).out()).containsExactly("p3 20000000077>C");
  }

  @Test
  void anAgeingTimeOfNothingLearnsNothing() {
    lab.bridge.ageing(0);
    lab.in(1, A, ALL).out();
    assertThat(lab.in(2, B, A).out()).containsExactly("p1 B>A", "p3 B>A");
  }

  @Test
  void ourOwnAddressesAreInTheTable() throws BridgeRefusedException {
    assertThat(lab.in(1, A, 0x0200_0000_0001L).out()).containsExactly("br0 A>20000000001");
    assertThat(lab.in(1, A, 0x0200_0000_0002L).out()).as("of another port").isEmpty();
    assertThat(lab.drops(DropReason.OTHERHOST)).isEqualTo(1);
    lab.device(1).mac(0x0200_0000_0101L);
    assertThat(lab.bridge.fdb().get(0x0200_0000_0001L, 0)).isNull();
    Fdb.Entry own = Objects.requireNonNull(lab.bridge.fdb().get(0x0200_0000_0101L, 1));
    assertThat(own.state()).isEqualTo(Fdb.State.PERMANENT);
    lab.bridge.removePort(lab.device(1));
    assertThat(lab.bridge.fdb().get(0x0200_0000_0101L, 1)).isNull();
    lab.bridge.fdb().add(B, 0, null, Fdb.State.PERMANENT, false, Fdb.Mode.ADD);
    lab.in(2, C, B);
    assertThat(lab.out()).as("to us, and then not our address").isEmpty();
  }

  @Test
  void theAddressFollowsThePortsWhereNoneWasGiven() {
    lab.bridge.followAddresses();
    assertThat(lab.bridge.mac()).isEqualTo(0x0200_0000_0001L);
    lab.bridge.removePort(lab.device(1));
    assertThat(lab.bridge.mac()).isEqualTo(0x0200_0000_0002L);
    lab.bridge.mac(OURS);
    lab.bridge.addPort(lab.device(1));
    assertThat(lab.bridge.mac()).isEqualTo(OURS);
  }

  @Test
  void groupsOfTheLinkAreForwardedByMaskAlone() throws BridgeRefusedException {
    long lldp = 0x0180_c200_000eL;
    assertThat(lab.in(1, A, lldp).out()).as("not even for the port itself").isEmpty();
    lab.port(1).groupForwardMask(1 << 14);
    assertThat(lab.in(1, A, lldp).out())
        .containsExactly("p2 A>180c200000e", "p3 A>180c200000e", "br0 A>180c200000e");
    assertThatThrownBy(() -> lab.bridge.groupForwardMask(4))
        .isInstanceOf(BridgeRefusedException.class);
  }

  @Test
  void manyEntriesByHandFindRoom() throws BridgeRefusedException {
    for (int i = 0; i < 20_000; i++) {
      long mac = 0x0600_0000_0000L | i;
      lab.bridge.fdb().add(mac, 1, lab.port(2), Fdb.State.STATIC, false, Fdb.Mode.ADD);
    }
    for (int i = 0; i < 20_000; i += 500) {
      assertThat(lab.bridge.fdb().get(0x0600_0000_0000L | i, 1)).isNotNull();
    }
    for (int i = 0; i < 5_000; i++) {
      lab.in(1, 0x0a00_0000_0000L | i, OURS);
    }
    lab.bridge.fdb().flush(entry -> entry.state() == Fdb.State.STATIC);
    assertThat(
            lab.bridge.fdb().entries().stream().filter(entry -> entry.state() == Fdb.State.DYNAMIC))
        .hasSizeLessThanOrEqualTo(ForwardingTable.LIMIT_PER_PORT);
  }
}
