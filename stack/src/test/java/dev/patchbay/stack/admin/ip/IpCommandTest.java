package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.udp.UdpSocket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Expectations are the output of iproute2 6.1 for the same set-up in a network namespace. */
class IpCommandTest {
  private static final long MAC = 0x5255_0a00_0202L;
  private NetworkStack stack;
  private Bridge br0;

  @BeforeEach
  void freshDaemon() {
    VirtualLoop loop = new VirtualLoop();
    stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    br0 = new Bridge(stack.nextIndex(), "br0", MAC, loop, 1);
    stack.add(br0);
    stack.setUp(br0, true);
    IpAddress broadcast = IpAddress.parse("10.0.2.255");
    add4("10.0.2.2", broadcast, false);
    add4("10.0.2.3", broadcast, true);
    for (String text : List.of("fec0::2", "fec0::3")) {
      stack.addAddress(
          br0,
          new InterfaceAddress(IpAddress.parse(text), 64, null, Scope.SITE, false, true, "br0"));
    }
    UplinkDevice host0 = new UplinkDevice(stack.nextIndex(), "host0");
    stack.add(host0);
    stack.setUp(host0, true);
    Route world = Route.of(Route.Type.UNICAST, host0, Scope.LINK).withProtocol("boot");
    Route world6 = Route.of(Route.Type.UNICAST, host0, Scope.GLOBAL).withProtocol("boot");
    stack.routes4().add(RouteEntry.MAIN, IpAddress.ANY4, 0, world);
    stack.routes6().add(RouteEntry.MAIN, IpAddress.ANY6, 0, world6.withMetric(1024));
    PortDevice net0 = new PortDevice(stack.nextIndex(), "net0", 0x5255_0a00_0300L, 1500);
    stack.add(net0);
    net0.plug(null);
    br0.addPort(net0);
    stack.setUp(net0, true);
  }

  private void add4(String text, IpAddress broadcast, boolean secondary) {
    stack.addAddress(
        br0,
        new InterfaceAddress(
            IpAddress.parse(text), 24, broadcast, Scope.GLOBAL, secondary, false, "br0"));
  }

  private String ip(String words) {
    IpCommand.Result result = new IpCommand().run(stack, List.of(words.split(" ")));
    assertThat(result.stderr()).isEmpty();
    assertThat(result.status()).isZero();
    return result.stdout();
  }

  private void refused(String words, int status, String message) {
    IpCommand.Result result = new IpCommand().run(stack, List.of(words.split(" ")));
    assertThat(result).isEqualTo(new IpCommand.Result(status, "", message + "\n"));
  }

  @Test
  void addressesOfAFreshDaemon() {
    assertThat(ip("a"))
        .isEqualTo(ip("address show"))
        .isEqualTo(
            """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
                   valid_lft forever preferred_lft forever
                inet6 ::1/128 scope host\s
                   valid_lft forever preferred_lft forever
            2: br0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default qlen 1000
                link/ether 52:55:0a:00:02:02 brd ff:ff:ff:ff:ff:ff
                inet 10.0.2.2/24 brd 10.0.2.255 scope global br0
                   valid_lft forever preferred_lft forever
                inet 10.0.2.3/24 brd 10.0.2.255 scope global secondary br0
                   valid_lft forever preferred_lft forever
                inet6 fec0::3/64 scope site nodad\s
                   valid_lft forever preferred_lft forever
                inet6 fec0::2/64 scope site nodad\s
                   valid_lft forever preferred_lft forever
                inet6 fe80::5055:aff:fe00:202/64 scope link\s
                   valid_lft forever preferred_lft forever
            3: host0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 65520 qdisc noqueue state UNKNOWN group default qlen 500
                link/none\s
            4: net0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue master br0 state DOWN group default qlen 1000
                link/ether 52:55:0a:00:03:00 brd ff:ff:ff:ff:ff:ff
            """);
  }

  @Test
  void addressesBriefOneLineAndJson() {
    assertThat(ip("-4 -br a"))
        .isEqualTo(
            """
            lo               UNKNOWN        127.0.0.1/8\s
            br0              DOWN           10.0.2.2/24 10.0.2.3/24\s
            """);
    assertThat(ip("-o -4 a show br0"))
        .startsWith("2: br0    inet 10.0.2.2/24 brd 10.0.2.255 scope global br0\\       valid_lft");
    assertThat(ip("-j -4 a show dev br0"))
        .isEqualTo(
            """
            [{"ifindex":2,"ifname":"br0","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],\
            "mtu":1500,"qdisc":"noqueue","operstate":"DOWN","group":"default","txqlen":1000,\
            "addr_info":[{"family":"inet","local":"10.0.2.2","prefixlen":24,\
            "broadcast":"10.0.2.255","scope":"global","label":"br0",\
            "valid_life_time":4294967295,"preferred_life_time":4294967295},\
            {"family":"inet","local":"10.0.2.3","prefixlen":24,"broadcast":"10.0.2.255",\
            "scope":"global","secondary":true,"label":"br0",\
            "valid_life_time":4294967295,"preferred_life_time":4294967295}]}]
            """);
  }

  @Test
  void links() {
    br0.statistics.rxBytes = 76;
    assertThat(ip("-s link show br0"))
        .isEqualTo(
            """
            2: br0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN mode DEFAULT group default qlen 1000
                link/ether 52:55:0a:00:02:02 brd ff:ff:ff:ff:ff:ff
                RX:  bytes packets errors dropped  missed   mcast          \s
                        76       0      0       0       0       0\s
                TX:  bytes packets errors dropped carrier collsns          \s
                         0       0      0       0       0       0\s
            """);
    assertThat(ip("-br l show net0"))
        .isEqualTo(
            "net0             DOWN           52:55:0a:00:03:00 <NO-CARRIER,BROADCAST,MULTICAST,UP> \n");
  }

  @Test
  void routes() {
    // no guest is there yet
    assertThat(ip("r"))
        .contains("10.0.2.0/24 dev br0 proto kernel scope link src 10.0.2.2 linkdown");
    br0.carrier(true);
    assertThat(ip("r"))
        .isEqualTo(
            """
            default dev host0 scope link\s
            10.0.2.0/24 dev br0 proto kernel scope link src 10.0.2.2\s
            """);
    assertThat(ip("-6 route show dev br0"))
        .isEqualTo(
            """
            fe80::/64 proto kernel metric 256 pref medium
            fec0::/64 proto kernel metric 256 pref medium
            """);
    assertThat(ip("-6 r")).endsWith("default dev host0 metric 1024 pref medium\n");
    assertThat(ip("-p -j r show 10.0.2.0/24"))
        .isEqualTo(
            """
            [ {
                    "dst": "10.0.2.0/24",
                    "dev": "br0",
                    "protocol": "kernel",
                    "scope": "link",
                    "prefsrc": "10.0.2.2",
                    "flags": [ ]
                } ]
            """);
    assertThat(ip("-j r show dev lo")).isEqualTo("[]\n");
  }

  @Test
  void routesOfTableLocal() {
    assertThat(ip("r show table local dev br0"))
        .isEqualTo(
            """
            local 10.0.2.2 proto kernel scope host src 10.0.2.2\s
            local 10.0.2.3 proto kernel scope host src 10.0.2.2\s
            broadcast 10.0.2.255 proto kernel scope link src 10.0.2.2 linkdown\s
            """);
    br0.carrier(true);
    assertThat(ip("r show table local"))
        .isEqualTo(
            """
            local 10.0.2.2 dev br0 proto kernel scope host src 10.0.2.2\s
            local 10.0.2.3 dev br0 proto kernel scope host src 10.0.2.2\s
            broadcast 10.0.2.255 dev br0 proto kernel scope link src 10.0.2.2\s
            local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1\s
            local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1\s
            broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1\s
            """);
    assertThat(ip("-6 r show table local"))
        .isEqualTo(
            """
            local ::1 dev lo proto kernel metric 0 pref medium
            local fe80::5055:aff:fe00:202 dev br0 proto kernel metric 0 pref medium
            local fec0::2 dev br0 proto kernel metric 0 pref medium
            local fec0::3 dev br0 proto kernel metric 0 pref medium
            multicast ff00::/8 dev br0 proto kernel metric 256 pref medium
            multicast ff00::/8 dev host0 proto kernel metric 256 pref medium
            """);
    assertThat(ip("-j -6 r show table local dev host0"))
        .isEqualTo(
            """
            [{"type":"multicast","dst":"ff00::/8","protocol":"kernel","metric":256,"flags":[],\
            "pref":"medium"}]
            """);
  }

  @Test
  void neighbours() {
    IpAddress guest = IpAddress.parse("10.0.2.16");
    stack.neighbours().permanent(guest.hi(), guest.lo(), br0, 0x5254_0012_3457L);
    assertThat(ip("n")).isEqualTo("10.0.2.16 dev br0 lladdr 52:54:00:12:34:57 PERMANENT \n");
    assertThat(ip("-j neigh show dev br0"))
        .isEqualTo(
            """
            [{"dst":"10.0.2.16","lladdr":"52:54:00:12:34:57","state":["PERMANENT"]}]
            """);
    assertThat(ip("-6 n")).isEmpty();
  }

  @Test
  void whatIsWrongOrMissingIsRefused() {
    refused("foo", 1, "Object \"foo\" is unknown, try \"ip help\".");
    refused("-z a", 255, "Option \"-z\" is unknown, try \"ip -help\".");
    refused("a foo", 255, "Command \"foo\" is unknown, try \"ip address help\".");
    refused("a show nope", 1, "Device \"nope\" does not exist.");
    refused("r show dev nope", 1, "Cannot find device \"nope\"");
    refused("a show dev", 255, "Command line is not complete. Try option \"help\"");
    refused("netns exec x true", 2, "Error: 'ip netns exec' is not supported yet.");
    assertThat(stack.devices().getLast().isUp()).isTrue();
  }

  /** In the layout of iproute2 6.1. */
  @Test
  void groups() {
    UdpSocket one = stack.udp().open((s, packet) -> {});
    UdpSocket two = stack.udp().open((s, packet) -> {});
    IpCommand command = new IpCommand();
    IpAddress group = IpAddress.parse("239.1.1.1");
    assertThat(one.memberships().join(group.hi(), group.lo(), br0)).isZero();
    assertThat(two.memberships().join(group.hi(), group.lo(), br0)).isZero();
    assertThat(command.run(stack, List.of("maddress", "show", "dev", "lo")).stdout())
        .isEqualTo("1:\tlo\n\tinet  224.0.0.1\n\tinet6 ff02::1\n\tinet6 ff01::1\n");
    assertThat(command.run(stack, List.of("-4", "maddr", "show", "br0")).stdout())
        .isEqualTo("2:\tbr0\n\tinet  239.1.1.1 users 2\n\tinet  224.0.0.1\n");
    assertThat(command.run(stack, List.of("-o", "-4", "maddr", "show", "br0")).stdout())
        .isEqualTo("2:\tbr0\\\tinet  239.1.1.1 users 2\n2:\tbr0\\\tinet  224.0.0.1\n");
    assertThat(command.run(stack, List.of("-j", "-4", "maddr", "show", "br0")).stdout())
        .isEqualTo(
            "[{\"ifindex\":2,\"ifname\":\"br0\",\"maddr\":["
                + "{\"family\":\"inet\",\"address\":\"239.1.1.1\",\"users\":2},"
                + "{\"family\":\"inet\",\"address\":\"224.0.0.1\"}]}]\n");
    assertThat(command.run(stack, List.of("maddr", "show", "br0")).stdout())
        .startsWith("2:\tbr0\n\tlink  33:33:00:00:00:01\n\tlink  33:33:00:00:00:02 users 2\n")
        .contains("\tlink  01:00:5e:01:01:01\n")
        .contains("\tlink  33:33:00:00:00:01\n");
    assertThat(command.run(stack, List.of("-j", "maddr", "show", "dev", "lo")).stdout())
        .doesNotContain("link");
    assertThat(ip("-0 maddr"))
        .isEqualTo(ip("-f link maddr"))
        .isEqualTo(
            """
            2:\tbr0
            \tlink  33:33:00:00:00:01
            \tlink  33:33:00:00:00:02 users 2
            \tlink  33:33:ff:00:02:02
            \tlink  01:00:5e:00:00:01
            \tlink  33:33:ff:00:00:02
            \tlink  33:33:ff:00:00:03
            \tlink  01:00:5e:01:01:01
            """);
    assertThat(ip("-j -0 maddr show br0"))
        .contains("{\"link\":\"33:33:00:00:00:02\",\"users\":2},");
    refused("-0 addr", 2, "Error: 'ip -family link' is not supported yet.");
    refused("-f bridge maddr", 2, "Error: 'ip -family bridge' is not supported yet.");
    assertThat(command.run(stack, List.of("maddr", "show", "foo")))
        .isEqualTo(new IpCommand.Result(0, "", ""));
    assertThat(command.run(stack, List.of("-j", "maddr", "show", "foo")).stdout())
        .isEqualTo("[]\n");
    assertThat(command.run(stack, List.of("maddr", "foo")))
        .isEqualTo(
            new IpCommand.Result(255, "", "Command \"foo\" is unknown, try \"ip maddr help\".\n"));
    assertThat(command.run(stack, List.of("maddr", "show", "br0", "lo")))
        .isEqualTo(
            new IpCommand.Result(
                255, "", "Error: either \"dev\" is duplicate, or \"lo\" is a garbage.\n"));
    assertThat(command.run(stack, List.of("maddr", "add", "33:33:00:00:00:01")).status())
        .isEqualTo(2);
    one.close();
    two.close();
  }
}
