package dev.patchbay.stack.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames in datagrams of a host whose sockets are the test. */
class VxlanTest {
  private static final String US = "020000000010";
  private static final String THEM = "0200000000aa";

  /** Who has 10.1.0.1? Tell 10.1.0.2. */
  private static final String ARP =
      "ffffffffffff" + THEM + "0806 0001080006040001" + THEM + "0a010002 000000000000 0a010001";

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final FakeHost host = new FakeHost();
  private final IpCommand ip = new IpCommand();

  @BeforeEach
  void host() {
    stack.namespaces().host(host);
  }

  private void ip(String words) {
    assertThat(ip.run(stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private void vxlan(String options) {
    ip("link add vx0 address 02:00:00:00:00:10 type vxlan id 5 dstport 4789 " + options);
    ip("addr add 10.1.0.1/24 dev vx0");
    ip("link set vx0 up");
    loop.runForMillis(5000);
    host.sent.clear();
  }

  private VxlanDevice device() {
    return (VxlanDevice) Objects.requireNonNull(stack.device("vx0"));
  }

  private void from(String sender, String hex) {
    byte[] datagram = HexFormat.of().parseHex(hex.replace(" ", ""));
    Packet packet = Objects.requireNonNull(pool.acquire(datagram.length));
    System.arraycopy(datagram, 0, packet.data, packet.append(datagram.length), datagram.length);
    IpAddress source = IpAddress.parse(sender);
    host.open.values().iterator().next().received(packet, source.hi(), source.lo());
    loop.turn();
  }

  private String fdb() {
    return new BridgeCommand().run(stack, List.of("fdb", "show", "dev", "vx0")).stdout();
  }

  @Test
  void learnsFromARequestAndAnswersToItsHost() {
    vxlan("");
    from("192.0.2.9", "0800000000000500" + ARP);
    assertThat(host.sent)
        .singleElement()
        .asString()
        .startsWith("192.0.2.9:4789 0 0 0800000000000500" + THEM + US + "0806")
        .contains("00010800060400020200000000100a010001");
    assertThat(fdb()).contains("02:00:00:00:00:aa dst 192.0.2.9 self \n");

    // it moves to another host
    from("192.0.2.10", "0800000000000500" + ARP);
    assertThat(host.sent).last().asString().startsWith("192.0.2.10:4789 ");
    loop.runForMillis(320_000);
    assertThat(fdb()).doesNotContain("02:00:00:00:00:aa");
  }

  @Test
  void whatIsNotForUsIsDroppedForAReason() {
    vxlan("maxaddress 1");
    from("192.0.2.9", "0800000000000600" + ARP);
    from("192.0.2.9", "0000000000000500" + ARP);
    from("192.0.2.9", "0800000100000500" + ARP);
    from("192.0.2.9", "0800000000000501" + ARP);
    from("192.0.2.9", "08000000");
    from("192.0.2.9", "0800000000000500 ffffffffffff");
    from("192.0.2.9", "0800000000000500" + ARP.replace(THEM, US));
    from("192.0.2.9", "0800000000000500" + ARP.replace(THEM, "030000000001"));
    assertThat(pool.drops(DropReason.VXLAN_VNI_NOT_FOUND)).isEqualTo(1);
    assertThat(pool.drops(DropReason.VXLAN_INVALID_HDR)).isEqualTo(4);
    assertThat(pool.drops(DropReason.PKT_TOO_SMALL)).isEqualTo(1);
    assertThat(pool.drops(DropReason.LOCAL_MAC)).isEqualTo(1);
    assertThat(pool.drops(DropReason.MAC_INVALID_SOURCE)).isEqualTo(1);
    assertThat(device().statistics.rxPackets).isZero();
    assertThat(host.sent).isEmpty();
  }

  @Test
  void aFixedEntryIsNotMovedAndAFullTableLearnsNoMore() {
    vxlan("maxaddress 1");
    new BridgeCommand()
        .run(stack, List.of("fdb add 02:00:00:00:00:aa dev vx0 dst 192.0.2.9".split(" ")));
    from("192.0.2.66", "0800000000000500" + ARP);
    assertThat(pool.drops(DropReason.VXLAN_ENTRY_EXISTS)).isEqualTo(1);
    from("192.0.2.9", "0800000000000500" + ARP.replace(THEM, "0200000000ab"));
    assertThat(device().notLearned).isEqualTo(1);
    assertThat(fdb()).doesNotContain("02:00:00:00:00:ab");
  }

  @Test
  void whatIsForAllGoesToEachHost() {
    vxlan("remote 192.0.2.9 ttl 7 tos 0x13");
    new BridgeCommand()
        .run(stack, List.of("fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.10".split(" ")));
    stack.arp().announce(device(), IpAddress.parse("10.1.0.1").lo());
    loop.turn();
    assertThat(host.sent).hasSize(2);
    assertThat(host.sent.get(0))
        .startsWith("192.0.2.9:4789 7 10 0800000000000500ffffffffffff" + US);
    assertThat(host.sent.get(1))
        .startsWith("192.0.2.10:4789 7 10 0800000000000500ffffffffffff" + US);
  }

  @Test
  void withoutAHostNothingLeaves() {
    vxlan("");
    stack.arp().announce(device(), IpAddress.parse("10.1.0.1").lo());
    assertThat(host.sent).isEmpty();
    assertThat(pool.drops(DropReason.VXLAN_NO_REMOTE)).isPositive();
    assertThat(device().statistics.txDropped).isPositive();
  }

  @Test
  void timeToLiveAndServiceOfThePacketWithin() {
    vxlan("remote 192.0.2.9 ttl inherit tos inherit");
    byte[] frame =
        HexFormat.of()
            .parseHex(
                THEM + US + "0800" + "45bb" + "0014" + "00".repeat(4) + "2a01" + "00".repeat(10));
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    device().transmit(packet);
    assertThat(host.sent).singleElement().asString().startsWith("192.0.2.9:4789 42 b8 ");
  }

  @Test
  void theSocketIsOpenWhileADeviceOfItIsUp() {
    vxlan("local 192.0.2.1");
    ip("link add vx1 type vxlan id 6 dstport 4789 local 192.0.2.1");
    ip("link set vx1 up");
    assertThat(host.open).containsOnlyKeys("192.0.2.1:4789");
    ip("link set vx0 down");
    assertThat(host.open).containsOnlyKeys("192.0.2.1:4789");
    ip("link del vx1");
    assertThat(host.open).isEmpty();

    host.taken = 4789;
    assertThat(ip.run(stack, List.of("link", "set", "vx0", "up")))
        .isEqualTo(new IpCommand.Result(2, "", "RTNETLINK answers: Address already in use\n"));
    assertThat(device().isUp()).isFalse();
    host.taken = 0;
    ip("link set vx0 up");
    assertThat(host.open).containsOnlyKeys("192.0.2.1:4789");
    ip("link del vx0");
    assertThat(host.open).isEmpty();
    ip("link add vx0 type vxlan id 5 dstport 4789");
  }

  @Test
  void noMoreAreLearnedThanTheLimit() {
    vxlan("");
    for (int i = 0; i < VxlanFdb.LIMIT + 100; i++) {
      from("192.0.2.9", "0800000000000500" + ARP.replace(THEM, String.format("02%010x", i + 100)));
    }
    assertThat(device().entries()).hasSize(VxlanFdb.LIMIT);
    assertThat(device().notLearned).isEqualTo(100);
    ip("link set vx0 down");
    assertThat(device().entries()).isEmpty();
  }
}
