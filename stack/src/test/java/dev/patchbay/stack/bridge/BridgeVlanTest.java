package dev.patchbay.stack.bridge;

import static dev.patchbay.stack.bridge.BridgeLab.A;
import static dev.patchbay.stack.bridge.BridgeLab.ALL;
import static dev.patchbay.stack.bridge.BridgeLab.B;
import static dev.patchbay.stack.bridge.BridgeLab.C;
import static dev.patchbay.stack.bridge.BridgeLab.OURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.packet.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VLAN filtering: p1 is an access port of VLAN 10, p2 a trunk of 10 and 20, p3 access of 20. */
class BridgeVlanTest {
  private final BridgeLab lab = new BridgeLab();
  private final BridgeVlans vlans = lab.bridge.vlans();

  @BeforeEach
  void trunk() throws BridgeRefusedException {
    vlans.defaultPvid(0);
    vlans.add(lab.port(1), 10, 10, true, true);
    vlans.add(lab.port(2), 10, 10, false, false);
    vlans.add(lab.port(2), 20, 20, false, false);
    vlans.add(lab.port(3), 20, 20, true, true);
    vlans.filtering(true);
  }

  @AfterEach
  void nothingIsLeft() {
    lab.pool.checkNoLeaks();
  }

  @Test
  void theTrunkHasTagsAndAccessPortsHaveNone() {
    assertThat(lab.in(1, A, ALL).out()).containsExactly("p2 A>all 10");
    assertThat(lab.in(2, B, A, 0x8100, 10).out()).containsExactly("p1 B>A");
    assertThat(lab.in(1, A, B).out()).containsExactly("p2 A>B 10");
    assertThat(lab.in(2, B, ALL, 0x8100, 20).out()).containsExactly("p3 B>all");
  }

  @Test
  void whatAPortDoesNotHaveIsDropped() {
    assertThat(lab.in(2, B, ALL, 0x8100, 30).out()).isEmpty();
    assertThat(lab.in(2, B, ALL).out()).as("no PVID there").isEmpty();
    assertThat(lab.in(1, A, ALL, 0x8100, 20).out()).isEmpty();
    assertThat(lab.drops(DropReason.BRIDGE_VLAN)).as("and one to us").isEqualTo(3);
  }

  @Test
  void anAddressIsLearnedPerVlan() {
    lab.in(1, A, ALL).in(3, A, ALL).out();
    assertThat(lab.in(2, B, A, 0x8100, 10).out()).containsExactly("p1 B>A");
    assertThat(lab.in(2, B, A, 0x8100, 20).out()).containsExactly("p3 B>A");
    assertThat(lab.bridge.fdb().get(A, 10)).extracting("port").hasToString("p1");
    assertThat(lab.bridge.fdb().get(A, 20)).extracting("port").hasToString("p3");
  }

  @Test
  void aPriorityTagIsOfThePvidAndKeepsItsPriority() throws BridgeRefusedException {
    assertThat(lab.in(1, A, ALL, 0x8100, 0xa000).out()).containsExactly("p2 A>all 10");
    vlans.add(lab.port(2), 10, 10, false, true);
    assertThat(lab.in(1, A, ALL, 0x8100, 0xa000).out()).containsExactly("p2 A>all");
  }

  @Test
  void theBridgeItselfIsAMemberByItsOwnList() throws BridgeRefusedException {
    assertThat(lab.in(1, A, OURS).out()).isEmpty();
    assertThat(lab.drops(DropReason.BRIDGE_VLAN)).isEqualTo(1);
    vlans.add(null, 10, 10, true, true);
    assertThat(lab.in(1, A, OURS).out()).containsExactly("br0 A>us");
    assertThat(lab.send(A, 0).out()).containsExactly("p1 us>A");
    assertThat(lab.send(ALL, 0).out()).containsExactly("p1 us>all", "p2 us>all 10");
    vlans.add(null, 20, 20, false, false);
    assertThat(lab.send(ALL, 20).out()).containsExactly("p2 us>all 20", "p3 us>all");
    assertThat(lab.send(ALL, 30).out()).isEmpty();
    // with its tag, for a VLAN device on the bridge: nobody has it here
    assertThat(lab.in(3, C, OURS).out()).isEmpty();
    assertThat(lab.drops(DropReason.OTHERHOST)).isEqualTo(1);
  }

  @Test
  void withoutFilteringTagsPassAsTheyAre() {
    vlans.filtering(false);
    assertThat(lab.in(1, A, ALL, 0x8100, 77).out()).containsExactly("p2 A>all 77", "p3 A>all 77");
    assertThat(lab.in(2, B, A).out()).as("learned without its VLAN").containsExactly("p1 B>A");
  }

  @Test
  void serviceTagsHideCustomersTags() {
    vlans.protocol(0x88a8);
    assertThat(lab.in(1, A, ALL, 0x8100, 20).out()).containsExactly("p2 A>all ad 10");
    assertThat(lab.in(2, B, A, 0x88a8, 10).out()).containsExactly("p1 B>A");
    assertThat(lab.in(2, B, ALL, 0x8100, 10).out()).as("a customer's, no PVID").isEmpty();
  }

  @Test
  void theDefaultPvidMovesWithThoseThatHaveIt() throws BridgeRefusedException {
    BridgeLab fresh = new BridgeLab();
    BridgeVlans all = fresh.bridge.vlans();
    all.filtering(true);
    assertThat(fresh.in(1, A, B).out()).containsExactly("p2 A>B", "p3 A>B");
    all.add(fresh.port(3), 5, 5, true, true);
    all.defaultPvid(7);
    assertThat(fresh.port(1).vlans().pvid()).isEqualTo(7);
    assertThat(fresh.port(3).vlans().pvid()).as("its own").isEqualTo(5);
    assertThat(fresh.port(1).vlans().has(1)).isFalse();
    assertThat(fresh.in(1, A, B).out()).containsExactly("p2 A>B");
    assertThat(fresh.send(B, 0).out()).containsExactly("p1 us>B", "p2 us>B");
    assertThatThrownBy(() -> all.defaultPvid(4095)).isInstanceOf(BridgeRefusedException.class);
    fresh.pool.checkNoLeaks();
  }

  @Test
  void deletingAVlanForgetsWhoWasInIt() throws BridgeRefusedException {
    lab.in(1, A, ALL).out();
    vlans.delete(lab.port(1), 10, 10);
    assertThat(lab.bridge.fdb().get(A, 10)).isNull();
    assertThat(lab.in(2, B, A, 0x8100, 10).out()).isEmpty();
  }
}
