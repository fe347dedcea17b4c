package dev.patchbay.it.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.udp.UdpSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ip maddress} of iproute2 and ours, for a router's device with the same addresses and
 * members: the same lines in the same order. Two groups share an address of the link.
 */
@Timeout(60)
@Requires({"root", "netns", "python3"})
class MaddressTest {
  private static final String MAC = "52:55:0a:00:02:02";
  private static final String LINK_LOCAL = "fe80::5055:aff:fe00:202";
  private static final List<String> GROUPS = List.of("239.1.1.1", "238.1.1.1", "ff05::1:3");

  /** Two members of the first group, one of each of the others, then the words. */
  private static final String MEMBERS =
      """
      import socket, struct, subprocess, sys
      index = struct.pack("=I", socket.if_nametoindex("eth0"))
      keep = []
      for group in ["239.1.1.1"] + sys.argv[1].split(","):
          six = ":" in group
          s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
          keep.append(s)
          if six:
              s.setsockopt(41, 20, socket.inet_pton(socket.AF_INET6, group) + index)
          else:
              s.setsockopt(0, 35, socket.inet_aton(group) + bytes(4) + index)
      sys.exit(subprocess.run(["ip"] + sys.argv[2:]).returncode)
      """;

  private Netns host;
  private Netns wire;
  private NetworkStack stack;
  private PortDevice eth0;

  @BeforeEach
  void twoHosts() throws Exception {
    host = Netns.create();
    wire = Netns.create();
    String veth = "type veth peer name wire0 netns " + wire.name();
    for (String line :
        List.of(
            "ip link add eth0 index 2 address " + MAC + " " + veth,
            "ip link set eth0 addrgenmode none",
            "sysctl -qw net.ipv6.conf.eth0.accept_dad=0",
            "sysctl -qw net.ipv6.conf.eth0.forwarding=1",
            // of a longer prefix a router has the address of all its routers, too
            "ip addr add " + LINK_LOCAL + "/128 dev eth0 nodad",
            "ip -n " + wire.name() + " link set wire0 up",
            "ip link set eth0 up",
            "ip addr add 10.0.2.2/24 dev eth0",
            "ip addr add fec0::7/128 dev eth0 nodad")) {
      host.exec(line.split(" ", -1)).ok();
    }
    VirtualLoop loop = new VirtualLoop();
    stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    eth0 = new PortDevice(stack.nextIndex(), "eth0", 0x5255_0a00_0202L, 1500);
    stack.add(eth0);
    stack.setUp(eth0, true);
    address("10.0.2.2", 24, Scope.GLOBAL);
    address("fec0::7", 128, Scope.SITE);
  }

  private void address(String text, int prefix, Scope scope) {
    IpAddress ip = IpAddress.parse(text);
    stack.addAddress(
        eth0, new InterfaceAddress(ip, prefix, null, scope, false, !ip.isV4(), "eth0"));
  }

  @AfterEach
  void end() throws Exception {
    host.close();
    wire.close();
  }

  private String kernel(String words) throws Exception {
    List<String> line = new ArrayList<>(List.of("python3", "-c", MEMBERS));
    line.add(String.join(",", GROUPS));
    line.addAll(List.of(words.split(" ", -1)));
    return host.exec(line.toArray(String[]::new)).ok();
  }

  private String ours(String words) {
    UdpSocket other = stack.udp().open((s, packet) -> {});
    UdpSocket socket = stack.udp().open((s, packet) -> {});
    IpAddress first = IpAddress.parse(GROUPS.getFirst());
    assertThat(other.memberships().join(first.hi(), first.lo(), eth0)).isZero();
    for (String text : GROUPS) {
      IpAddress group = IpAddress.parse(text);
      assertThat(socket.memberships().join(group.hi(), group.lo(), eth0)).isZero();
    }
    IpCommand.Result result = new IpCommand().run(stack, List.of(words.split(" ", -1)));
    socket.close();
    other.close();
    assertThat(result.stderr()).isEmpty();
    return result.stdout();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "maddr show dev eth0",
        "-0 maddr",
        "-f link maddress show eth0",
        "-o -0 maddr show eth0",
        "-j -0 maddr show eth0",
        "-j -p -0 maddr show dev eth0",
        "-j maddr show dev eth0",
        "-4 maddr show eth0",
        "-6 maddr show eth0",
        "-0 maddr show lo",
        "-j -0 maddr show lo"
      })
  void theSameLines(String words) throws Exception {
    assertThat(ours(words).strip()).isEqualTo(kernel(words).strip());
  }

  @Test
  void allHostsIsLeftWhileTheDeviceIsDown() throws Exception {
    host.exec("ip", "link", "set", "eth0", "down").ok();
    stack.setUp(eth0, false);
    assertThat(ours("-4 maddr show eth0").strip())
        .isEqualTo(kernel("-4 maddr show eth0").strip())
        .doesNotContain("224.0.0.1");
  }
}
