package dev.patchbay.stack.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.LinkListener;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.OperState;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.device.VlanDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What changes of links do to others, to addresses and to routes, and who is told. */
class LinksTest {
  private final Lab lab = new Lab();
  private final Links links = new Links(lab.stack);
  private final List<String> told = new ArrayList<>();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private DummyDevice dummy(String name) {
    DummyDevice made = new DummyDevice(lab.stack.nextIndex(), name, 0x0200_0000_0001L);
    lab.stack.add(made);
    return made;
  }

  private VlanDevice vlan(NetDevice lower, int id) {
    VlanDevice made =
        new VlanDevice(lab.stack.nextIndex(), lower.name() + "." + id, lower, EtherType.VLAN, id);
    lab.stack.add(made);
    return made;
  }

  private void refused(int errno, ThrowingCallable change) {
    assertThatExceptionOfType(LinkRefusedException.class)
        .isThrownBy(change)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private void listen() {
    LinkListener listener = (device, event) -> told.add(device + " " + event);
    lab.stack.addLinkListener(listener);
  }

  private boolean hasRoute(String to) {
    IpAddress address = IpAddress.parse(to);
    boolean[] found = {false};
    (address.isV4() ? lab.stack.routes4() : lab.stack.routes6())
        .forEach(entry -> found[0] |= entry.destination().equals(address));
    return found[0];
  }

  @Test
  void routesByADeviceThatGoesDownGoAndThoseOfItsIpv4AddressesComeBack() throws Exception {
    DummyDevice d = dummy("d0");
    links.up(d, true);
    for (String text : List.of("10.9.0.1", "fd00::1")) {
      IpAddress ip = IpAddress.parse(text);
      IpAddress broadcast = ip.isV4() ? IpAddress.parse("10.9.0.255") : null;
      int prefix = ip.isV4() ? 24 : 64;
      lab.stack.addAddress(
          d, new InterfaceAddress(ip, prefix, broadcast, Scope.GLOBAL, false, true, "d0"));
    }
    Route by = Route.of(Route.Type.UNICAST, d, Scope.LINK).withProtocol("static");
    lab.stack.routes4().add(RouteEntry.MAIN, IpAddress.parse("10.8.0.0"), 16, by);
    assertThat(hasRoute("10.9.0.0")).isTrue();
    assertThat(hasRoute("fd00::")).isTrue();
    assertThat(lab.stack.linkLocal(d)).isNotNull();

    links.up(d, false);

    assertThat(hasRoute("10.9.0.0")).isFalse();
    assertThat(hasRoute("10.8.0.0")).isFalse();
    assertThat(hasRoute("10.9.0.1")).as("still ours").isTrue();
    assertThat(hasRoute("fd00::")).isFalse();
    assertThat(hasRoute("fd00::1")).isFalse();
    assertThat(d.addresses())
        .extracting(own -> own.address().toString())
        .containsExactly("10.9.0.1");

    links.up(d, true);

    assertThat(hasRoute("10.9.0.0")).isTrue();
    assertThat(hasRoute("10.8.0.0")).isFalse();
    assertThat(lab.stack.linkLocal(d)).isNotNull();
  }

  @Test
  void aVlanFollowsItsLowerDevice() throws Exception {
    DummyDevice d = dummy("d0");
    VlanDevice v = vlan(d, 7);
    listen();

    links.up(d, true);
    links.mtu(d, 1400);
    links.address(d, 0x0200_0000_0009L);
    links.carrier(d, false);
    assertThat(v.isUp()).isTrue();
    assertThat(v.mtu()).isEqualTo(1400);
    assertThat(v.mac()).isEqualTo(0x0200_0000_0009L);
    assertThat(v.operState()).isEqualTo(OperState.LOWERLAYERDOWN);
    links.up(d, false);
    assertThat(v.isUp()).isFalse();
    links.delete(d);

    assertThat(lab.stack.devices()).doesNotContain(d, v);
    assertThat(told)
        .containsSubsequence(
            "d0.7 UP",
            "d0 UP",
            "d0.7 MTU",
            "d0 MTU",
            "d0.7 ADDRESS",
            "d0 ADDRESS",
            "d0.7 CHANGED",
            "d0 CHANGED",
            "d0.7 DOWN",
            "d0 DOWN",
            "d0.7 UNREGISTERED",
            "d0 UNREGISTERED");
  }

  @Test
  void aLooselyBoundVlanGoesItsOwnWay() throws Exception {
    DummyDevice d = dummy("d0");
    VlanDevice v = vlan(d, 7);
    v.looselyBound(true);
    links.up(v, true);
    links.up(d, true);
    links.up(d, false);
    assertThat(v.isUp()).isTrue();
    v.looselyBound(false);
    links.up(v, false);
    refused(Errno.ENETDOWN, () -> links.up(v, true));
    links.delete(d);
  }

  @Test
  void namesAreThoseOfLinux() throws Exception {
    DummyDevice d = dummy("d0");
    for (String bad : List.of("", ".", "..", "a/b", "a:b", "a b", "sixteenletters16")) {
      assertThat(Links.isValidName(bad)).as(bad).isFalse();
    }
    assertThat(links.freeName("d%d")).isEqualTo("d1");
    refused(Errno.EINVAL, () -> links.freeName("d%d%d"));
    refused(Errno.EINVAL, () -> links.freeName("d%s"));
    refused(Errno.EEXIST, () -> links.freeName("d0"));
    listen();
    links.rename(d, "x%d");
    assertThat(d.name()).isEqualTo("x0");
    assertThat(told).containsExactly("x0 RENAMED");
    links.up(d, true);
    refused(Errno.EBUSY, () -> links.rename(d, "y"));
    links.delete(d);
  }

  @Test
  void circlesAreRefused() throws Exception {
    VlanDevice v = vlan(lab.bridge, 5);
    refused(Errno.EBUSY, () -> links.master(v, lab.bridge));
    refused(Errno.ELOOP, () -> links.master(lab.bridge, lab.bridge));
    refused(Errno.EINVAL, () -> links.master(lab.stack.loopback(), lab.bridge));
    refused(Errno.EINVAL, () -> links.master(lab.uplink, lab.bridge));
    refused(Errno.EOPNOTSUPP, () -> links.master(v, lab.portA));
    Bridge other = new Bridge(lab.stack.nextIndex(), "br1", 0x0200_0000_0101L, lab.loop, 1);
    lab.stack.add(other);
    links.master(v, other);
    VlanDevice back = vlan(other, 6);
    refused(Errno.EBUSY, () -> links.master(back, lab.bridge));
    assertThat(v.master()).isEqualTo(other);
    links.delete(other);
    assertThat(v.master()).isNull();
    assertThat(lab.stack.device("br1.6")).isNull();
    links.delete(v);
  }

  @Test
  void devicesStandEightHighAtMost() throws Exception {
    NetDevice top = dummy("d");
    for (int i = 1; i < 8; i++) {
      Links.checkVlan(top, EtherType.VLAN, 1);
      top = vlan(top, 1);
    }
    NetDevice highest = top;
    refused(Errno.EMLINK, () -> Links.checkVlan(highest, EtherType.VLAN, 1));
    links.delete(lab.stack.devices().stream().filter(d -> d.name().equals("d")).findFirst().get());
    assertThat(lab.stack.devices()).doesNotContain(highest);
  }

  @Test
  void whatBelongsToTheApplianceStays() {
    lab.bridge.attributes().permanent = true;
    lab.portA.attributes().permanent = true;
    lab.uplink.attributes().permanent = true;
    refused(Errno.EOPNOTSUPP, () -> links.delete(lab.bridge));
    refused(Errno.EOPNOTSUPP, () -> links.delete(lab.portA));
    refused(Errno.EOPNOTSUPP, () -> links.delete(lab.uplink));
    refused(Errno.EOPNOTSUPP, () -> links.delete(lab.stack.loopback()));
    refused(Errno.EBUSY, () -> links.rename(lab.portA, "eth0"));
    refused(Errno.EOPNOTSUPP, () -> links.carrier(lab.portA, false));
    refused(Errno.EOPNOTSUPP, () -> links.address(lab.uplink, 0x0200_0000_0001L));
    assertThatExceptionOfType(LinkRefusedException.class)
        .isThrownBy(() -> links.delete(lab.bridge))
        .withMessage("br0 belongs to the appliance and cannot be deleted");
  }

  @Test
  void anEndWithoutTheOtherDoesNotComeUp() throws Exception {
    VethDevice end = new VethDevice(lab.stack.nextIndex(), "v", 0x0200_0000_0001L, lab.loop);
    lab.stack.add(end);
    refused(Errno.ENOTCONN, () -> links.up(end, true));
    links.delete(end);
  }
}
