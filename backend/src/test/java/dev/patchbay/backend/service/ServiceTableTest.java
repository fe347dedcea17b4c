package dev.patchbay.backend.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.FileLeaseStore;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services follow devices: a guest on a VLAN, one in a namespace, a device that comes later. */
class ServiceTableTest {
  private static final long GUEST = 0x525400123456L;
  private static final long SECOND = 1_000_000_000L;
  private static final int VLAN = 0x8100;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final IpCommand ip = new IpCommand();
  private final Deque<byte[]> toGuest = new ArrayDeque<>();
  private final List<String> leases = new ArrayList<>();
  private final PortDevice bmc0 = new PortDevice(stack.nextIndex(), "bmc0", 0x52550a010004L, 1500);
  private ServiceTable table;
  private Path file;

  @BeforeEach
  void network(@TempDir Path dir) {
    Bridge bridge = new Bridge(stack.nextIndex(), "br0", 0x52550a000202L, loop, 1);
    stack.add(bridge);
    stack.add(bmc0);
    bridge.addPort(bmc0);
    bmc0.plug(this::deliver);
    ip("addr add 10.0.2.2/24 brd + dev br0");
    ip("addr add 10.0.2.3/24 brd + dev br0");
    ip("addr add fec0::2/64 dev br0 nodad");
    ip("link set br0 up");
    ip("link set bmc0 up");
    file = dir.resolve("leases.json");
    table =
        new ServiceTable(
            new Outfit(
                loop,
                stack.namespaces(),
                stack.random(),
                new FileLeaseStore(file, Runnable::run),
                port -> 0,
                (device, lease) -> leases.add(device + " " + lease.address()),
                (device, lease) -> leases.add(device + " " + lease.ip()),
                (server, message, tcp, answer) -> () -> {},
                List::of,
                () -> 1,
                false,
                "br0",
                IpAddress.parse("10.0.2.3"),
                IpAddress.parse("fec0::3")));
    for (ServiceKeys.Kind kind : ServiceKeys.Kind.values()) {
      table.set(ServiceKeys.defaults(kind, "br0"));
    }
    loop.runForMillis(3000);
    toGuest.clear();
  }

  private void deliver(Packet packet) {
    Segmenter.write(
        packet,
        new Segmenter.FrameSink() {
          private byte[] frame = {};

          @Override
          public int reserve(int length) {
            frame = new byte[length];
            toGuest.add(frame);
            return 0;
          }

          @Override
          public byte[] buffer() {
            return frame;
          }
        });
    packet.release();
  }

  private void ip(String words) {
    IpCommand.Result result = ip.run(stack, List.of(words.split(" ")), "");
    assertThat(result.stderr()).as(words).isEmpty();
    loop.turn();
  }

  private String word(ServiceKeys.Kind kind, String words) {
    ServiceWord.Answer answer = ServiceWord.run(table, kind, "", List.of(words.split(" ")));
    loop.turn();
    return answer.status() == 0 ? answer.stdout() : answer.status() + " " + answer.stderr();
  }

  private String dhcp(String words) {
    return word(ServiceKeys.Kind.DHCP, words);
  }

  private void frame(PortDevice port, byte[] frame) {
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    port.receive(packet);
    loop.turn();
  }

  /** A DISCOVER of a client without address, tagged where {@code vlan} is not 0. */
  private static byte[] discover(int vlan) {
    byte[] dhcp = new byte[300];
    dhcp[0] = 1;
    dhcp[1] = 1;
    dhcp[2] = 6;
    Bytes.put32(dhcp, 4, 0x1234);
    Bytes.put48(dhcp, 28, GUEST);
    byte[] options = HexFormat.of().parseHex("63825363350101ff");
    System.arraycopy(options, 0, dhcp, 236, options.length);
    int tag = vlan == 0 ? 0 : 4;
    byte[] frame = new byte[14 + tag + 28 + dhcp.length];
    Bytes.put48(frame, 0, 0xffff_ffff_ffffL);
    Bytes.put48(frame, 6, GUEST);
    if (vlan != 0) {
      Bytes.put16(frame, 12, VLAN);
      Bytes.put16(frame, 14, vlan);
    }
    int at = 12 + tag;
    Bytes.put16(frame, at, 0x0800);
    at += 2;
    frame[at] = 0x45;
    Bytes.put16(frame, at + 2, 28 + dhcp.length);
    frame[at + 8] = 64;
    frame[at + 9] = 17;
    Bytes.put32(frame, at + 16, -1);
    Bytes.put16(frame, at + 10, InternetChecksum.finish(InternetChecksum.sum(frame, at, 20)));
    at += 20;
    Bytes.put16(frame, at, 68);
    Bytes.put16(frame, at + 2, 67);
    Bytes.put16(frame, at + 4, 8 + dhcp.length);
    System.arraycopy(dhcp, 0, frame, at + 8, dhcp.length);
    return frame;
  }

  /** VLAN and address of the OFFER that the guest got, as {@code 42 192.168.42.15}. */
  private String offer() {
    for (byte[] frame : toGuest) {
      int vlan = Bytes.u16(frame, 12) == VLAN ? Bytes.u16(frame, 14) : 0;
      int at = vlan == 0 ? 14 : 18;
      if (Bytes.u16(frame, at - 2) == 0x0800 && frame[at + 9] == 17) {
        toGuest.clear();
        return vlan + " " + new IpAddress(0, 0xffff_0000_0000L | Bytes.u32(frame, at + 28 + 16));
      }
    }
    return "none";
  }

  private static List<String> addresses(List<Lease> leases) {
    return leases.stream().map(Lease::address).toList();
  }

  @Test
  void theAppliancesOwnNetworkIsServedByItself() {
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("0 10.0.2.15");
    assertThat(dhcp("show"))
        .isEqualTo(
            "br0 serves server=10.0.2.2/24 range=10.0.2.15-10.0.2.254 router=10.0.2.2 lease=86400"
                + " dns=10.0.2.3\n");
    assertThat(word(ServiceKeys.Kind.RA, "show"))
        .isEqualTo(
            "br0 serves prefix=fec0::/64 valid=86400 preferred=14400 lifetime=1800"
                + " preference=medium managed=false other=false dns=fec0::3\n");
    assertThat(word(ServiceKeys.Kind.DNS, "show"))
        .isEqualTo("br0 serves address=10.0.2.3,fec0::3\n");
  }

  @Test
  void aGuestOnAVlanGetsItsAddressThere() {
    ip("link add link bmc0 name bmc0.42 type vlan id 42");
    ip("link set bmc0.42 up");
    ip("addr add 192.168.42.1/24 brd + dev bmc0.42");
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("none");
    assertThat(dhcp("set bmc0.42 range=192.168.42.100-192.168.42.110 lease=60")).isEmpty();
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("42 192.168.42.100");
    assertThat(dhcp("show bmc0.42"))
        .isEqualTo(
            "bmc0.42 serves server=192.168.42.1/24 range=192.168.42.100-192.168.42.110"
                + " router=192.168.42.1 lease=60 dns=10.0.2.3\n");
    // beside it, untagged, the guest is one of the appliance's own network as ever
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("0 10.0.2.15");
    assertThat(addresses(table.leases(stack)))
        .containsExactlyInAnyOrder("10.0.2.15", "192.168.42.100");
    assertThat(dhcp("set bmc0.42 off")).isEmpty();
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("none");
    assertThat(dhcp("show bmc0.42")).isEqualTo("bmc0.42 off\n");
  }

  @Test
  void aServiceBeginsWithItsDeviceAndFollowsItsAddress() throws Exception {
    table.set(
        ServiceKeys.ofWords(
            ServiceKeys.Kind.DHCP, "bmc0.42", List.of("range=192.168.42.9-192.168.42.20")));
    assertThat(dhcp("show bmc0.42")).isEqualTo("bmc0.42 waits: there is no device bmc0.42 yet\n");
    ip("link add link bmc0 name bmc0.42 type vlan id 42");
    assertThat(dhcp("show bmc0.42"))
        .isEqualTo("bmc0.42 waits: bmc0.42 has no IPv4 address with a network of 1 to 30 bits\n");
    ip("link set bmc0.42 up");
    ip("addr add 192.168.42.1/24 dev bmc0.42");
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("42 192.168.42.9");
    assertThat(dhcp("set bmc0.42 range=")).isEmpty();
    ip("addr flush dev bmc0.42");
    ip("addr add 172.16.0.1/29 dev bmc0.42");
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("42 172.16.0.2");
    ip("link del bmc0.42");
    assertThat(dhcp("show bmc0.42")).isEqualTo("bmc0.42 waits: there is no device bmc0.42 yet\n");
  }

  @Test
  void aDeviceOfANamespace() {
    assertThat(dhcp("set lab/bmc1 on")).isEqualTo("1 dhcp set lab/bmc1: there is no such device\n");
    ip("netns add lab");
    PortDevice bmc1 = new PortDevice(stack.nextIndex(), "bmc1", 0x52550a010005L, 1500);
    Objects.requireNonNull(stack.namespaces().find("lab")).add(bmc1);
    bmc1.plug(this::deliver);
    ip("-n lab link set bmc1 up");
    ip("-n lab addr add 10.9.0.1/24 dev bmc1");
    ip("-n lab addr add fd00:9::1/64 dev bmc1 nodad");
    assertThat(dhcp("set lab/bmc1 on")).isEmpty();
    frame(bmc1, discover(0));
    assertThat(offer()).isEqualTo("0 10.9.0.15");
    // the appliance's resolver is not reached from there, its own is
    assertThat(dhcp("show lab/bmc1")).doesNotContain("dns=");
    assertThat(word(ServiceKeys.Kind.DNS, "set lab/bmc1 upstream=192.0.2.53")).isEmpty();
    assertThat(dhcp("show lab/bmc1")).contains(" dns=10.9.0.1\n");
    assertThat(word(ServiceKeys.Kind.RA, "set lab/bmc1 lifetime=0 other=true")).isEmpty();
    assertThat(word(ServiceKeys.Kind.RA, "show lab/bmc1"))
        .isEqualTo(
            "lab/bmc1 serves prefix=fd00:9::/64 valid=86400 preferred=14400 lifetime=0"
                + " preference=medium managed=false other=true dns=fd00:9::1\n");
    assertThat(addresses(table.leases(stack))).isEmpty();
    ip("netns del lab");
    assertThat(dhcp("show lab/bmc1"))
        .isEqualTo("lab/bmc1 waits: there is no device lab/bmc1 yet\n");
  }

  @Test
  void aWordWithinANamespaceIsOfItsDevices() {
    ip("netns add lab");
    ip("-n lab link add eth0 type dummy");
    ip("-n lab addr add 10.9.0.1/24 dev eth0");
    List<String> set = List.of("set", "eth0", "on");
    assertThat(ServiceWord.run(table, ServiceKeys.Kind.DHCP, "lab", set).stderr()).isEmpty();
    assertThat(ServiceWord.run(table, ServiceKeys.Kind.DHCP, "lab", List.of("show")).stdout())
        .startsWith("lab/eth0 serves ")
        .doesNotContain("br0");
    set = List.of("set", "br0", "off");
    assertThat(ServiceWord.run(table, ServiceKeys.Kind.DHCP, "lab", set).stderr())
        .isEqualTo("dhcp set lab/br0: there is no such device\n");
  }

  @Test
  void oneFamilyServesWhileTheOtherWaits() {
    ip("link add link bmc0 name bmc0.42 type vlan id 42");
    ip("link set bmc0.42 up");
    ip("addr add 192.168.42.1/24 dev bmc0.42");
    ip("addr add fd00:42::1/64 dev bmc0.42 nodad");
    String six = "range6=fd00:42::100-fd00:42::1ff";
    assertThat(dhcp("set bmc0.42 range=192.168.42.9-192.168.42.20 " + six)).isEmpty();
    ip("addr del fd00:42::1/64 dev bmc0.42");
    assertThat(dhcp("show bmc0.42"))
        .startsWith("bmc0.42 serves server=192.168.42.1/24 ")
        .endsWith(" waits=v6: bmc0.42 has no IPv6 address but link-local ones\n");
    frame(bmc0, discover(42));
    assertThat(offer()).isEqualTo("42 192.168.42.9");
    ip("addr add fd00:42::1/64 dev bmc0.42 nodad");
    ip("addr del 192.168.42.1/24 dev bmc0.42");
    assertThat(dhcp("show bmc0.42"))
        .startsWith("bmc0.42 serves v6=stateful ")
        .contains(" waits=v4: bmc0.42 has no IPv4 address");
  }

  @Test
  void advertisementsFollowWhatDhcpv6Gives() {
    ip("link add link bmc0 name bmc0.42 type vlan id 42");
    ip("link set bmc0.42 up");
    ip("addr add fd00:42::1/64 dev bmc0.42 nodad");
    assertThat(dhcp("set bmc0.42 range6=fd00:43::100-fd00:43::1ff"))
        .isEqualTo(
            "2 dhcp set bmc0.42: range6 'fd00:43::100-fd00:43::1ff': expected addresses of"
                + " fd00:42::/64\n");
    // a network of IPv6 alone needs no address of IPv4
    assertThat(dhcp("set bmc0.42 range6=fd00:42::100-fd00:42::1ff search=example.com")).isEmpty();
    assertThat(dhcp("show bmc0.42"))
        .isEqualTo(
            "bmc0.42 serves v6=stateful range6=fd00:42::100-fd00:42::1ff dns6=fec0::3"
                + " search=example.com\n");
    assertThat(word(ServiceKeys.Kind.RA, "set bmc0.42 on")).isEmpty();
    assertThat(word(ServiceKeys.Kind.RA, "show bmc0.42")).contains(" managed=true other=true ");
    assertThat(dhcp("set bmc0.42 range6= v6=stateless")).isEmpty();
    assertThat(word(ServiceKeys.Kind.RA, "show bmc0.42")).contains(" managed=false other=true ");
    assertThat(dhcp("set bmc0.42 v6=stateful"))
        .isEqualTo("2 dhcp set bmc0.42: v6 'stateful': expected range6=FIRST-LAST beside it\n");
  }

  @Test
  void keysStayUntilTheyAreTakenBack() {
    assertThat(
            dhcp(
                "set br0 lease=60 option.42=10.0.2.2 option.26=1400"
                    + " host=52:54:00:12:34:56,10.0.2.20,bmc"))
        .isEmpty();
    assertThat(dhcp("set br0 option.26= router=10.0.2.9")).isEmpty();
    assertThat(dhcp("show br0 -j"))
        .contains(
            "\"set\":[\"lease=60\",\"option.42=10.0.2.2\","
                + "\"host=52:54:00:12:34:56,10.0.2.20,bmc\",\"router=10.0.2.9\"]");
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("0 10.0.2.20");
    assertThat(dhcp("set br0 lease=90 off")).isEmpty();
    assertThat(dhcp("show br0 -j")).contains("\"set\":[\"lease=90\",").contains(",\"off\"]");
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("none");
    assertThat(dhcp("set br0 on")).isEmpty();
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("0 10.0.2.20");
  }

  /** What is behind the comment's line, of a script made of what words have set since. */
  private List<String> saved(ServiceSaver saver) {
    SaveScript script = new SaveScript(stack.namespaces(), Standing.of(stack.namespaces()));
    saver.save(script);
    return script.text().lines().toList();
  }

  @Test
  void wordsThatWereSetAreSaved() {
    assertThat(dhcp("set br0 lease=60 option.26=1400")).isEmpty();
    ServiceSaver saver = new ServiceSaver(table);
    assertThat(saved(saver)).isEmpty();

    ip("link add link bmc0 name bmc0.42 type vlan id 42");
    ip("link set bmc0.42 up");
    ip("addr add 10.42.0.1/24 dev bmc0.42");
    String hosts = "host=52:54:00:12:34:56,10.42.0.20,bmc host=52:54:00:12:34:57,10.42.0.21";
    assertThat(dhcp("set bmc0.42 range=10.42.0.10-10.42.0.19 dns=10.42.0.1,10.42.0.2")).isEmpty();
    assertThat(dhcp("set bmc0.42 " + hosts)).isEmpty();
    assertThat(word(ServiceKeys.Kind.RA, "set br0 off")).isEmpty();
    assertThat(word(ServiceKeys.Kind.DNS, "set bmc0.42 on")).isEmpty();
    assertThat(dhcp("set br0 option.26= router=10.0.2.9 lease=")).isEmpty();

    List<String> script = saved(saver);
    assertThat(script)
        .containsExactly(
            "dhcp set bmc0.42 range=10.42.0.10-10.42.0.19 dns=10.42.0.1,10.42.0.2 " + hosts,
            "dhcp set br0 lease= option.26= router=10.0.2.9",
            "ra set br0 off",
            "dns set bmc0.42 on");
    script.forEach(line -> assertThat(again(line)).as(line).isEmpty());
    assertThat(saved(saver)).isEqualTo(script);

    ip("link del bmc0.42");
    assertThat(saved(saver).getFirst())
        .startsWith("# dhcp bmc0.42 range=10.42.0.10-10.42.0.19 ")
        .endsWith(": there is no such device");
  }

  @Test
  void whatIsOffKeepsItsKeysInAScript() {
    ServiceSaver saver = new ServiceSaver(table);
    assertThat(dhcp("set br0 lease=60")).isEmpty();
    assertThat(dhcp("set br0 off")).isEmpty();

    assertThat(saved(saver)).containsExactly("dhcp set br0 lease=60", "dhcp set br0 off");
  }

  private String again(String line) {
    String[] words = line.split(" ", 2);
    return word(ServiceKeys.Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), words[1]);
  }

  @Test
  void whatIsWrongIsNamedAndChangesNothing() {
    assertThat(dhcp("set br0 range=10.0.9.1-10.0.9.2"))
        .isEqualTo("2 dhcp set br0: range '10.0.9.1': expected an address of 10.0.2.0/24\n");
    assertThat(dhcp("set br0 rnge=1"))
        .isEqualTo(
            "2 dhcp set br0: unknown key 'rnge'; expected range, router, lease, dns, options,"
                + " hosts, v6, range6, dns6, search or client\n");
    assertThat(dhcp("set br0 lease=1h"))
        .isEqualTo("2 dhcp set br0: lease '1h': expected seconds from 1 to 4294967295\n");
    assertThat(dhcp("set br0 range"))
        .isEqualTo("2 dhcp set br0: expected on, off or key=value at 'range'\n");
    assertThat(dhcp("set br0")).isEqualTo("2 dhcp set br0: expected on, off or key=value…\n");
    assertThat(dhcp("set host0 on"))
        .isEqualTo("2 dhcp set host0: dhcp 'host0': no guest is behind that device\n");
    assertThat(dhcp("show br1")).isEqualTo("1 dhcp show br1: nothing is set for that device\n");
    assertThat(dhcp("tell")).isEqualTo("2 dhcp: unknown argument 'tell'; expected show or set\n");
    assertThat(word(ServiceKeys.Kind.RA, "set br0 preferred=9 valid=8"))
        .isEqualTo("2 ra set br0: preferred '9': expected at most valid, 8\n");
    assertThat(word(ServiceKeys.Kind.DNS, "set br0 address=x"))
        .isEqualTo("2 dns set br0: address 'x': expected the IP address of a machine\n");
    frame(bmc0, discover(0));
    assertThat(offer()).isEqualTo("0 10.0.2.15");
    loop.runFor(SECOND);
  }
}
