package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.packet.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Snooping of IGMP and MLD without sources (RFC 4541), as Linux 6.1 does it by default. */
class SnoopingTest {
  private static final String GROUP = "239.1.1.1";
  private static final String OTHER = "239.1.1.2";

  private final SnoopingLab lab = new SnoopingLab();

  @AfterEach
  void nothingLeaks() {
    lab.bridge.removing();
    lab.pool.checkNoLeaks();
  }

  /** A router behind p4 asks, and all have had time to answer. */
  private void routerAsks() {
    lab.query(4, "10.0.0.254").pass(10.1);
    lab.out();
  }

  @Test
  void aGroupGoesToAllWhereNobodyAsksForMembers() {
    lab.report(1, GROUP).out();
    assertThat(lab.members(GROUP)).containsExactly("p1");
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out())
        .containsExactly("br0 239.1.1.1", "p1 239.1.1.1", "p3 239.1.1.1", "p4 239.1.1.1");
  }

  @Test
  void aGroupGoesToItsMembersAndToRouters() {
    routerAsks();
    lab.report(1, GROUP);
    assertThat(lab.out()).as("a report goes to routers alone").containsExactly("p4 report");
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1", "p4 239.1.1.1");
    lab.data(1, "10.0.0.1", GROUP);
    assertThat(lab.out()).as("not back").containsExactly("p4 239.1.1.1");
    lab.data(4, "10.0.0.254", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1");
    lab.data(2, "10.0.0.2", OTHER);
    assertThat(lab.out()).as("one without members").containsExactly("p4 239.1.1.2");
  }

  @Test
  void untilMembersHadTimeToAnswerItGoesToAll() {
    lab.query(4, "10.0.0.254").out();
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).hasSize(4);
    lab.pass(9.9).data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).hasSize(4);
    lab.pass(0.2).data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p4 239.1.1.1");
  }

  @Test
  void groupsOfTheLinkGoToAllAlways() {
    routerAsks();
    lab.report(1, "224.0.0.251").out();
    assertThat(lab.members("224.0.0.251")).as("no entry for it").isEmpty();
    lab.data(2, "10.0.0.2", "224.0.0.251");
    assertThat(lab.out()).hasSize(4);
    lab.record(1, 4, GROUP);
    assertThat(lab.out()).as("reports of IGMPv3, too").hasSize(4);
    assertThat(lab.members(GROUP)).containsExactly("p1");
  }

  @Test
  void aMembershipEndsWhereItIsNotRepeated() {
    routerAsks();
    lab.report(1, GROUP).pass(200).report(1, GROUP).query(4, "10.0.0.254").pass(200).out();
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1", "p4 239.1.1.1");
    lab.pass(59);
    assertThat(lab.members(GROUP)).containsExactly("p1");
    lab.pass(1.1);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void whoLeavesIsAskedForByTheQuerier() {
    routerAsks();
    lab.report(1, GROUP).leave(1, GROUP).out();
    lab.pass(100);
    assertThat(lab.members(GROUP)).as("that is up to the querier").containsExactly("p1");
    lab.igmp(4, "10.0.0.254", GROUP, SnoopingLab.igmp2(0x11, 10, GROUP)).pass(1.9);
    assertThat(lab.members(GROUP)).containsExactly("p1");
    lab.pass(0.2);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void withoutAnyQuerierALeaveEndsItTwoSecondsLater() {
    lab.report(1, GROUP).leave(1, GROUP).pass(1.9);
    assertThat(lab.members(GROUP)).containsExactly("p1");
    lab.pass(0.2);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void aPortCanBeLeftAtOnce() {
    lab.port(1).set(PortFlag.MCAST_FAST_LEAVE, true);
    routerAsks();
    lab.report(1, GROUP).leave(1, GROUP);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void theBridgeAsksWhereItIsTold() {
    lab.bridge.snooping().querier(true);
    lab.pass(0.1);
    String query = "query 0.0.0.0";
    assertThat(lab.out())
        .as("no query of MLD without an address")
        .containsExactly(
            "br0 " + query, "p1 " + query, "p2 " + query, "p3 " + query, "p4 " + query);
    lab.pass(31.1);
    assertThat(lab.out()).isEmpty();
    lab.pass(0.2);
    assertThat(lab.out()).as("the second of the first ones").hasSize(5);
    lab.pass(124.8);
    assertThat(lab.out()).isEmpty();
    lab.pass(0.4);
    assertThat(lab.out()).as("then at the usual interval").hasSize(5);
    lab.report(1, GROUP);
    assertThat(lab.out()).as("a report where no router is").isEmpty();
    lab.leave(1, GROUP);
    assertThat(lab.out())
        .as("a leave goes to all, and is answered")
        .containsExactly("br0 report", "p1 query 239.1.1.1", "p2 report", "p3 report", "p4 report");
    lab.pass(2.1);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void theLowestAddressAsks() {
    lab.bridge.snooping().querier(true);
    lab.bridge.snooping().settings().set(Interval.QUERIER, 60 * SnoopingLab.SECOND);
    lab.pass(1).out();
    lab.query(2, "10.0.0.200").out();
    lab.query(3, "10.0.0.201");
    assertThat(lab.routers()).as("a higher one is no querier").containsExactly("p2");
    lab.query(3, "10.0.0.100");
    assertThat(lab.routers()).containsExactly("p2", "p3");
    lab.out();
    lab.pass(59);
    assertThat(lab.out()).as("we are silent meanwhile").isEmpty();
    lab.pass(2);
    assertThat(lab.out()).as("and ask again when it is gone").hasSize(5);
    assertThat(lab.routers()).isEmpty();
  }

  @Test
  void routerPortsAreLearnedSetOrForbidden() throws BridgeRefusedException {
    Snooping snooping = lab.bridge.snooping();
    snooping.router(lab.port(1), 2);
    snooping.router(lab.port(4), 0);
    routerAsks();
    assertThat(lab.routers()).containsExactly("p1");
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1");
    snooping.router(lab.port(3), 3);
    assertThat(lab.routers()).containsExactly("p1", "p3");
    lab.pass(256);
    assertThat(lab.routers()).containsExactly("p1");
    assertThat(snooping.router(lab.port(3))).as("from then on it is learned").isEqualTo(1);
    lab.igmp(2, "10.0.0.2", "224.0.0.106", SnoopingLab.igmp2(0x30, 0, "0.0.0.0"));
    assertThat(lab.routers()).as("RFC 4286").containsExactly("p1", "p2");
  }

  @Test
  void theApplianceIsAMemberWhereItReports() {
    routerAsks();
    lab.bridge.snooping().querier(true);
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p4 239.1.1.1");
    assertThat(lab.members(GROUP)).isEmpty();
    lab.reportOfOurs(GROUP);
    assertThat(lab.members(GROUP)).containsExactly("br0");
    assertThat(lab.out()).containsExactly("p4 report");
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("br0 239.1.1.1", "p4 239.1.1.1");
  }

  @Test
  void membersAreOfOneVlan() throws BridgeRefusedException {
    lab.bridge.vlans().filtering(true);
    for (int port = 1; port <= 4; port++) {
      lab.bridge.vlans().add(lab.port(port), 10, 11, false, false);
    }
    lab.vlan = 10;
    routerAsks();
    lab.report(1, GROUP).out();
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1 vlan 10", "p4 239.1.1.1 vlan 10");
    lab.vlan = 11;
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p4 239.1.1.1 vlan 11");
  }

  @Test
  void aPortCanSendToEachMemberByItself() {
    lab.port(1).set(PortFlag.MCAST_TO_UNICAST, true);
    routerAsks();
    lab.report(1, GROUP).out();
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).containsExactly("p1 239.1.1.1 to its own address", "p4 239.1.1.1");
  }

  @Test
  void aPortThatGoesDownHasNoMembers() throws BridgeRefusedException {
    routerAsks();
    lab.report(1, GROUP).report(2, GROUP).out();
    Mdb.Group group = lab.bridge.mdb().entries().getFirst().group();
    lab.bridge.mdb().delete(lab.port(2), group, 0);
    lab.bridge.mdb().add(lab.port(2), group, true, 0);
    lab.devices.get(0).up(false);
    lab.devices.get(1).up(false);
    lab.devices.get(3).up(false);
    assertThat(lab.members(GROUP)).as("but what was set for good").containsExactly("p2");
    assertThat(lab.routers()).isEmpty();
    lab.bridge.removePort(lab.devices.get(1));
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void malformedMessagesAreDropped() {
    lab.igmpAsIs(1, "10.0.0.1", GROUP, SnoopingLab.igmp2(0x16, 1, GROUP));
    lab.igmp(1, "10.0.0.1", GROUP, new byte[] {0x16, 0, 0, 0});
    lab.igmp(1, "10.0.0.1", GROUP, SnoopingLab.igmp2(0x11, 1, "0.0.0.0"));
    byte[] short3 = {0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 2, (byte) 239, 1, 1, 1, 10, 0, 0, 1};
    lab.igmp(1, "10.0.0.1", "224.0.0.22", short3);
    assertThat(lab.pool.drops(DropReason.BRIDGE_SNOOPED)).isEqualTo(4);
    assertThat(lab.out()).isEmpty();
    assertThat(lab.bridge.mdb().entries()).isEmpty();
  }

  @Test
  void whereThereAreTooManyGroupsAllGoToAll() {
    lab.bridge.snooping().settings().hashMax(2);
    routerAsks();
    lab.report(1, GROUP).report(1, OTHER).report(1, "239.1.1.3");
    assertThat(lab.bridge.snooping().isOn()).isFalse();
    lab.out();
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).hasSize(4);
  }

  @Test
  void onePortCannotHaveThemAll() {
    for (int i = 0; i < 1100; i++) {
      lab.report(1, "239.2." + i / 256 + "." + i % 256);
    }
    lab.report(2, GROUP).out();
    assertThat(lab.bridge.mdb().entries()).hasSize(PortSnooping.MAX_ENTRIES + 1);
    assertThat(lab.pool.drops(DropReason.BRIDGE_SNOOPED)).isEqualTo(76);
    assertThat(lab.bridge.snooping().isOn()).isTrue();
    lab.pass(261);
    assertThat(lab.bridge.mdb().entries()).isEmpty();
    lab.report(1, GROUP);
    assertThat(lab.members(GROUP)).containsExactly("p1");
  }

  @Test
  void mldDoesTheSame() {
    String solicited = "ff02::1:ff00:1";
    lab.mld(4, "ff02::1", 130, 10_000, "::").pass(10.1).out();
    lab.mld(1, solicited, 131, 0, solicited);
    assertThat(lab.out()).containsExactly("p4 report");
    assertThat(lab.members(solicited)).containsExactly("p1");
    lab.data(2, "fe80::2", solicited);
    assertThat(lab.out()).containsExactly("p1 " + solicited, "p4 " + solicited);
    lab.data(2, "fe80::2", "ff02::1");
    assertThat(lab.out()).hasSize(4);
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).as("IPv4 has no querier").hasSize(4);
    lab.mld(4, solicited, 130, 1000, solicited).pass(2.1);
    assertThat(lab.members(solicited)).isEmpty();
  }

  @Test
  void switchedOffItForgets() {
    routerAsks();
    lab.report(1, GROUP).out();
    lab.bridge.snooping().on(false);
    lab.data(2, "10.0.0.2", GROUP);
    assertThat(lab.out()).hasSize(4);
    lab.bridge.snooping().on(true);
    assertThat(lab.members(GROUP)).isEmpty();
  }
}
