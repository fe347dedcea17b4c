package dev.patchbay.stack.bond;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets through a bond of two cables, and what the stations hear when the active one is pulled.
 */
class BondTest {
  private static final long MAC = 0x020000000001L;
  private static final String ARP_FROM_US = "0806 0001080006040001 020000000001 c0000201";
  private static final String PING =
      "020000000001 5254000000aa 0800 4500001c00000000 40010000 c0000209 c0000201 0800f7ff00000000";

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final IpCommand ip = new IpCommand();
  private final PortDevice one = new PortDevice(stack.nextIndex(), "eth0", MAC, 1500);
  private final PortDevice two = new PortDevice(stack.nextIndex(), "eth1", MAC + 1, 1500);
  private final List<String> out = new ArrayList<>();

  @BeforeEach
  void wire() {
    stack.add(one);
    stack.add(two);
    plug(one);
    plug(two);
  }

  private void plug(PortDevice port) {
    port.plug(packet -> {
      String frame = HexFormat.of().formatHex(packet.data, packet.head, packet.tail);
      String tag = packet.vlanProtocol == 0 ? "" : " vlan " + VlanTag.id(packet);
      out.add(port.name() + " " + frame + tag);
      packet.release();
    });
  }

  private void ip(String words) {
    assertThat(ip.run(stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private void bond(String options) {
    ip("link add bond0 type bond mode active-backup " + options);
    ip("link set eth0 master bond0");
    ip("link set eth1 master bond0");
    ip("addr add 192.0.2.1/24 dev bond0");
    ip("neigh add 192.0.2.9 lladdr 52:54:00:00:00:aa dev bond0");
    ip("link set bond0 up");
    loop.runForMillis(5000); // IPv6 looks for duplicates and reports its groups meanwhile
    out.clear();
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private void from(NetDevice port, String hex) {
    byte[] frame = bytes(hex);
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    Bytes.put16(packet.data, packet.head + 24, checksum(frame));
    port.receive(packet);
    loop.turn();
  }

  private static int checksum(byte[] frame) {
    int sum = 0;
    for (int at = 14; at < 34; at += 2) {
      sum += at == 24 ? 0 : Bytes.u16(frame, at);
    }
    return ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  }

  private List<String> by(String port, String containing) {
    String hex = containing.replace(" ", "");
    return out.stream().filter(f -> f.startsWith(port + " ") && f.contains(hex)).toList();
  }

  @Test
  void sendsAndReceivesByTheActivePort() {
    bond("miimon 100");
    from(one, PING);
    assertThat(by("eth0", "0800 4500")).hasSize(1);
    assertThat(by("eth1", "")).isEmpty();

    out.clear();
    from(two, PING);
    assertThat(out).isEmpty();
    assertThat(two.statistics.drops(DropReason.BOND_BACKUP)).isZero();
    assertThat(pool.drops(DropReason.BOND_BACKUP)).isEqualTo(1);

    ip("link set bond0 type bond all_slaves_active 1");
    from(two, PING);
    assertThat(by("eth0", "0800 4500")).hasSize(1);
  }

  @Test
  void theOtherTakesOverAndTheStationsHearOfIt() {
    bond("miimon 100 num_grat_arp 3");
    one.carrier(false);
    loop.runForMillis(101);
    assertThat(by("eth1", "ffffffffffff 020000000001" + ARP_FROM_US)).isNotEmpty();
    loop.runForMillis(1000);
    assertThat(by("eth1", ARP_FROM_US)).hasSize(3);
    // unsolicited neighbour advertisements to all nodes, ICMPv6 type 136
    assertThat(by("eth1", "333300000001 020000000001 86dd")).hasSize(3);

    out.clear();
    from(two, PING);
    assertThat(by("eth1", "0800 4500")).hasSize(1);
    assertThat(by("eth0", "")).isEmpty();
  }

  @Test
  void withoutAPortThatHasALinkTheCarrierIsGone() {
    bond("miimon 100");
    one.carrier(false);
    two.carrier(false);
    loop.runForMillis(101);
    NetDevice bond = Objects.requireNonNull(stack.device("bond0"));
    assertThat(bond.hasCarrier()).isFalse();
    assertThat(((Bond) bond).active()).isNull();
    bond.transmit(Objects.requireNonNull(pool.acquire(60)));
    assertThat(bond.statistics.txDropped).isEqualTo(1);
    two.carrier(true);
    loop.runForMillis(101);
    assertThat(bond.hasCarrier()).isTrue();
    assertThat(((Bond) bond).active()).hasToString("eth1");
    loop.runForMillis(101);
    assertThat(by("eth1", ARP_FROM_US)).hasSize(1); // only once there was a carrier
  }

  @Test
  void delaysAreWaitedFor() {
    bond("miimon 100 downdelay 300 updelay 200");
    Bond bond = (Bond) Objects.requireNonNull(stack.device("bond0"));
    one.carrier(false);
    loop.runForMillis(101);
    assertThat(port(one).link()).isEqualTo(BondPort.Link.FAIL);
    assertThat(bond.active()).hasToString("eth0");
    loop.runForMillis(150);
    assertThat(bond.active()).hasToString("eth0");
    loop.runForMillis(201);
    assertThat(bond.active()).hasToString("eth1");
    assertThat(port(one).failures()).isEqualTo(1);

    one.carrier(true);
    loop.runForMillis(101);
    assertThat(port(one).link()).isEqualTo(BondPort.Link.BACK);
    two.carrier(false);
    loop.runForMillis(401);
    assertThat(bond.active()).hasToString("eth0");

    two.carrier(true);
    loop.runForMillis(20);
    two.carrier(false);
    loop.runForMillis(500);
    assertThat(port(two).failures()).isEqualTo(1);
  }

  private static BondPort port(NetDevice device) {
    return (BondPort) Objects.requireNonNull(device.masterPort());
  }

  @Test
  void addressesGoWithTheSettings() {
    bond("miimon 100 fail_over_mac follow");
    assertThat(one.mac()).isEqualTo(MAC);
    assertThat(two.mac()).isEqualTo(MAC + 1);
    one.carrier(false);
    loop.runForMillis(101);
    assertThat(two.mac()).isEqualTo(MAC);
    assertThat(one.mac()).isEqualTo(MAC + 1);
    ip("link set eth1 nomaster");
    ip("link set eth0 nomaster");
    assertThat(List.of(one.mac(), two.mac())).containsExactly(MAC, MAC + 1);
    NetDevice bond = Objects.requireNonNull(stack.device("bond0"));
    assertThat(bond.mac()).isNotEqualTo(MAC);
    assertThat(Addresses.isGroupMac(bond.mac())).isFalse();
  }

  @Test
  void aVlanAboveItTellsToo() {
    bond("miimon 100");
    ip("link add link bond0 name bond0.5 type vlan id 5");
    ip("addr add 192.0.2.1/24 dev bond0.5");
    ip("link set bond0.5 up");
    loop.runForMillis(5000);
    out.clear();
    ip("link set bond0 type bond active_slave eth1");
    loop.turn();
    assertThat(by("eth1", "ffffffffffff 020000000001" + ARP_FROM_US))
        .hasSize(2)
        .filteredOn(frame -> frame.endsWith(" vlan 5"))
        .hasSize(1);
  }

  @Test
  void aBondCanBeAPortOfABridge() {
    bond("miimon 100");
    ip("addr del 192.0.2.1/24 dev bond0");
    ip("link add br0 type bridge");
    ip("link set bond0 master br0");
    ip("addr add 192.0.2.1/24 dev br0");
    ip("link set br0 up");
    loop.runForMillis(1000);
    out.clear();
    NetDevice bridge = Objects.requireNonNull(stack.device("br0"));
    String toBridge = PING.replaceFirst("020000000001", String.format("%012x", bridge.mac()));
    from(one, toBridge);
    assertThat(by("eth0", "0806")).hasSize(1); // it asks who has 192.0.2.9
    assertThat(bridge.statistics.rxPackets).isEqualTo(1);
  }

  @Test
  void thePrimaryComesBackAsReselectSays() {
    bond("miimon 100 primary eth0 primary_reselect always");
    assertThat(activeAfterReturnOfEth0()).isEqualTo("eth0");
    ip("link set bond0 type bond primary_reselect failure");
    assertThat(activeAfterReturnOfEth0()).isEqualTo("eth1");
    // all devices are of one speed, so that none is the better one
    ip("link set bond0 type bond primary_reselect better");
    loop.runForMillis(201);
    assertThat(activePort()).isEqualTo("eth1");
    two.carrier(false);
    loop.runForMillis(101);
    assertThat(activePort()).isEqualTo("eth0");
    two.carrier(true);
    loop.runForMillis(201);
    assertThat(activePort()).isEqualTo("eth0");
  }

  @Test
  void thePrimaryIsForcedOnce() {
    bond("miimon 100 primary_reselect failure");
    ip("link set bond0 type bond active_slave eth1");
    ip("link set bond0 type bond primary eth0");
    assertThat(activePort()).isEqualTo("eth0");
    assertThat(activeAfterReturnOfEth0()).isEqualTo("eth1");
  }

  private String activeAfterReturnOfEth0() {
    one.carrier(false);
    loop.runForMillis(201);
    assertThat(activePort()).isEqualTo("eth1");
    one.carrier(true);
    loop.runForMillis(201);
    return activePort();
  }

  private String activePort() {
    return String.valueOf(((Bond) Objects.requireNonNull(stack.device("bond0"))).active());
  }

  @Test
  void aBondWithoutPortsHasNoActiveOne() {
    String words = "link add bond0 type bond mode active-backup active_slave eth0";
    IpCommand.Result result = ip.run(stack, List.of(words.split(" ")));
    assertThat(result.status()).isEqualTo(2);
    assertThat(stack.device("bond0")).isNull();
  }
}
