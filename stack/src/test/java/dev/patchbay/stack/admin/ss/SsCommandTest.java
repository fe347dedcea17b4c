package dev.patchbay.stack.admin.ss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.raw.PacketEngine;
import dev.patchbay.stack.raw.PacketSocket;
import dev.patchbay.stack.raw.RawSocket;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Expectations are the output of ss of iproute2 6.1 for the same sockets in a network namespace of
 * its own, its lines put in our order.
 */
class SsCommandTest {
  private static final Map<Integer, String> SERVICES =
      Map.of(53, "domain", 67, "bootps", 547, "dhcpv6-server", 8080, "http-alt");

  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final SsCommand ss = new SsCommand(new Services());
  private final List<TcpSocket> accepted = new ArrayList<>();

  private static final class Services implements PortNames {
    @Override
    public @Nullable String name(int port, String protocol) {
      return SERVICES.get(port);
    }

    @Override
    public int port(String name, String protocol) {
      return SERVICES.entrySet().stream()
          .filter(e -> e.getValue().equals(name))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(-1);
    }
  }

  private static final class Idle implements TcpHandler {
    @Override
    public void onReadable(TcpSocket socket) {}

    @Override
    public void onWritable(TcpSocket socket) {}

    @Override
    public void onClosed(TcpSocket socket, TcpError error) {}
  }

  private TcpSocket connect(String address, int from, int to) {
    IpAddress a = IpAddress.parse(address);
    TcpSocket socket = stack.tcp().connect(a.hi(), a.lo(), from, a.hi(), a.lo(), to, new Idle());
    loop.runForMillis(10);
    return Objects.requireNonNull(socket);
  }

  private void listen(String address, int port) {
    IpAddress a = IpAddress.parse(address);
    stack.tcp().listen(a.hi(), a.lo(), port, syn -> accepted.add(syn.accept(new Idle())));
  }

  private void bind(String address, int port, @Nullable String device) {
    IpAddress a = IpAddress.parse(address);
    UdpSocket socket = stack.udp().open((s, packet) -> {});
    boolean bound = socket.bind(a.hi(), a.lo(), port, device == null ? null : stack.device(device));
    assertThat(bound).isTrue();
  }

  @BeforeEach
  void sockets() {
    listen("127.0.0.1", 8080);
    listen("::", 53);
    TcpSocket first = connect("127.0.0.1", 40001, 8080);
    first.write(new byte[100], 0, 100);
    accepted.getLast().write(new byte[50_000], 0, 50_000);
    loop.runForMillis(100);
    TcpSocket second = connect("127.0.0.1", 40002, 8080);
    second.close();
    loop.runForMillis(100);
    accepted.getLast().close();
    loop.runForMillis(100);
    connect("127.0.0.1", 40003, 8080).shutdownOutput();
    connect("::1", 40009, 53);
    bind("0.0.0.0", 67, null);
    bind("::", 53, null);
    bind("0.0.0.0", 547, "lo");
    loop.runForMillis(200);
  }

  private void expect(String words, String output) {
    IpCommand.Result result = ss.run(stack, words.isEmpty() ? List.of() : words(words));
    assertThat(result).isEqualTo(new IpCommand.Result(0, output.replace("|\n", "\n"), ""));
  }

  private static List<String> words(String words) {
    return List.of(words.split(" "));
  }

  @Test
  void rawSocketsHaveTheirProtocolForAPort() {
    RawSocket four = stack.raw().open(true, 1, () -> {});
    stack.raw().open(false, 58, () -> {});
    IpAddress peer = IpAddress.parse("127.0.0.1");
    assertThat(four.connect(peer.hi(), peer.lo())).isZero();
    assertThat(four.send(new byte[8], 0, 8)).isEqualTo(8);
    loop.runForMillis(10);
    expect(
        "-wanH",
        """
        ESTAB  2048   0      127.0.0.1:1  127.0.0.1:*|
        UNCONN 0      0              *:58         *:*|
        """);
    IpCommand.Result named = ss.run(stack, List.of("-waH"));
    assertThat(named.stdout()).contains("127.0.0.1:icmp", "*:ipv6-icmp");
    assertThat(ss.run(stack, List.of("-s")).stdout()).contains("RAW\t  2         1         1 ");
  }

  @Test
  void aConnectedUdpSocketHasItsPeer() {
    UdpSocket socket = stack.udp().open((s, packet) -> {});
    IpAddress peer = IpAddress.parse("127.0.0.1");
    assertThat(socket.bindTo(peer.hi(), peer.lo(), 5000)).isZero();
    assertThat(socket.connect(peer.hi(), peer.lo(), 5001)).isZero();
    IpCommand.Result result = ss.run(stack, List.of("-unH"));
    assertThat(result.stdout()).contains("127.0.0.1:5000").contains("127.0.0.1:5001");
    assertThat(ss.run(stack, List.of("-uaH")).stdout()).contains("ESTAB").contains("UNCONN");
  }

  @Test
  void all() {
    expect(
        "-A inet -an",
        """
        Netid State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process|
        udp   UNCONN     0      0            0.0.0.0:67         0.0.0.0:*           |
        udp   UNCONN     0      0         0.0.0.0%lo:547        0.0.0.0:*           |
        udp   UNCONN     0      0                  *:53               *:*           |
        tcp   LISTEN     0      4096       127.0.0.1:8080       0.0.0.0:*           |
        tcp   ESTAB      100    0          127.0.0.1:8080     127.0.0.1:40001       |
        tcp   CLOSE-WAIT 0      0          127.0.0.1:8080     127.0.0.1:40003       |
        tcp   ESTAB      50000  0          127.0.0.1:40001    127.0.0.1:8080        |
        tcp   TIME-WAIT  0      0          127.0.0.1:40002    127.0.0.1:8080        |
        tcp   FIN-WAIT-2 0      0          127.0.0.1:40003    127.0.0.1:8080        |
        tcp   LISTEN     0      4096               *:53               *:*           |
        tcp   ESTAB      0      0              [::1]:53           [::1]:40009       |
        tcp   ESTAB      0      0              [::1]:40009        [::1]:53          |
        """);
  }

  @Test
  void namesOfServices() {
    expect(
        "-ul",
        """
        State  Recv-Q Send-Q Local Address:Port          Peer Address:PortProcess|
        UNCONN 0      0            0.0.0.0:bootps             0.0.0.0:*          |
        UNCONN 0      0         0.0.0.0%lo:dhcpv6-server      0.0.0.0:*          |
        UNCONN 0      0                  *:domain                   *:*          |
        """);
  }

  @Test
  void withoutHeader() {
    expect(
        "-tuanH",
        """
        udp UNCONN     0      0         0.0.0.0:67      0.0.0.0:*    |
        udp UNCONN     0      0      0.0.0.0%lo:547     0.0.0.0:*    |
        udp UNCONN     0      0               *:53            *:*    |
        tcp LISTEN     0      4096    127.0.0.1:8080    0.0.0.0:*    |
        tcp ESTAB      100    0       127.0.0.1:8080  127.0.0.1:40001|
        tcp CLOSE-WAIT 0      0       127.0.0.1:8080  127.0.0.1:40003|
        tcp ESTAB      50000  0       127.0.0.1:40001 127.0.0.1:8080 |
        tcp TIME-WAIT  0      0       127.0.0.1:40002 127.0.0.1:8080 |
        tcp FIN-WAIT-2 0      0       127.0.0.1:40003 127.0.0.1:8080 |
        tcp LISTEN     0      4096            *:53            *:*    |
        tcp ESTAB      0      0           [::1]:53        [::1]:40009|
        tcp ESTAB      0      0           [::1]:40009     [::1]:53   |
        """);
  }

  @Test
  void listeners() {
    expect(
        "-tln",
        """
        State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess|
        LISTEN 0      4096       127.0.0.1:8080      0.0.0.0:*          |
        LISTEN 0      4096               *:53              *:*          |
        """);
  }

  @Test
  void onAnAddressOfIpv6() {
    listen("::1", 631);
    expect(
        "-tlne sport = :631",
        """
        State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess                 |
        LISTEN 0      4096           [::1]:631          [::]:*    ino:0 sk:1 v6only:1 <->|
        """);
  }

  @Test
  void oneStateHasNoColumn() {
    expect(
        "-tn state established",
        """
        Recv-Q Send-Q Local Address:Port  Peer Address:Port Process|
        100    0          127.0.0.1:8080     127.0.0.1:40001       |
        50000  0          127.0.0.1:40001    127.0.0.1:8080        |
        0      0              [::1]:53           [::1]:40009       |
        0      0              [::1]:40009        [::1]:53          |
        """);
  }

  @Test
  void timers() {
    expect(
        "-tano state time-wait",
        """
        Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess                  |
        0      0          127.0.0.1:40002    127.0.0.1:8080 timer:(timewait,59sec,0)|
        """);
  }

  @Test
  void extended() {
    expect(
        "-uane",
        """
        State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess                 |
        UNCONN 0      0            0.0.0.0:67        0.0.0.0:*    ino:0 sk:1 <->         |
        UNCONN 0      0         0.0.0.0%lo:547       0.0.0.0:*    ino:0 sk:2 <->         |
        UNCONN 0      0                  *:53              *:*    ino:0 sk:3 v6only:0 <->|
        """);
    assertThat(ss.run(stack, words("-uaneH sport = 53")).stdout()).contains(" sk:3 ");
    assertThat(ss.run(stack, words("-taneH sport = 40003")).stdout()).endsWith(" <--\n");
    assertThat(ss.run(stack, words("-taneH dport = 40003")).stdout()).endsWith(" -->\n");
  }

  @Test
  void summary() {
    // 5 of IPv4, 3 of IPv6, one waits: Linux counts that one as closed where it is alone
    expect(
        "-s",
        """
        Total: 11
        TCP:   9 (estab 5, closed 1, orphaned 0, timewait 1)

        Transport Total     IP        IPv6
        RAW\t  0         0         0        |
        UDP\t  3         2         1        |
        TCP\t  8         5         3        |
        INET\t  11        7         4        |
        FRAG\t  0         0         0        |

        """);
  }

  /** The local and remote ports of the lines that a filter leaves. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "-tan sport = :8080; 8080>0 8080>40001 8080>40003",
        "-tan dport http-alt; 40001>8080 40002>8080 40003>8080",
        "-tan sport gt :40001 and dst 127.0.0.1; 40002>8080 40003>8080",
        "-tan ( sport = :53 or dport = :53 ) and not state; !",
        "-tan ( sport = :53 or dport = :53 ) and not dst [::1]; 53>0",
        "-tan sport = :53 or dport = :53 and dst [::1]; 53>40009 40009>53",
        "-tan not src 127.0.0.0/8; 53>0 53>40009 40009>53",
        "-tan src 127.0.0.1:8080 dport >= 40003; 8080>40003",
        "-tan src inet6:*; 53>0 53>40009 40009>53",
        "-an dev lo; 547>0",
        "-tan autobound; 40001>8080 40002>8080 40003>8080 40009>53",
        "-4tn exclude established; 8080>0 8080>40003 40002>8080 40003>8080",
        "-6n state connected; 53>40009 40009>53",
        "-n state bucket; 40002>8080",
        "-A all,!tcp -an; 67>0 547>0 53>0",
        "-n dst 10.0.2.15; ''",
      })
  void filters(String words, String expected) {
    if (expected.equals("!")) {
      assertThat(ss.run(stack, words(words)).status()).isEqualTo(1);
      return;
    }
    List<String> lines =
        ss.run(stack, words("-H " + words)).stdout().lines().map(SsCommandTest::ports).toList();
    assertThat(String.join(" ", lines)).isEqualTo(expected);
  }

  private static String ports(String line) {
    String[] fields =
        Arrays.stream(line.split(" +")).filter(f -> f.contains(":")).toArray(String[]::new);
    String remote = fields[1].substring(fields[1].lastIndexOf(':') + 1);
    return fields[0].substring(fields[0].lastIndexOf(':') + 1)
        + ">"
        + (remote.equals("*") ? "0" : remote);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "-tn state foo~ 255~ ss: wrong state name: foo",
        "-tn state~ 255~ Command line is not complete. Try option \"help\"",
        "--foo~ 255~ ss: unrecognized option '--foo'",
        "--ip~ 255~ ss: option '--ip' is ambiguous; possibilities: '--ipv4' '--ipv6'",
        "-j~ 255~ ss: invalid option -- 'j'",
        "-A~ 255~ ss: option requires an argument -- 'A'",
        "-A foo~ 255~ ss: \"foo\" is illegal socket table id",
        "-f foo~ 255~ ss: \"foo\" is invalid family",
        "-tn sport = :foo~ 1~ Error: \"foo\" does not look like a port.",
        "-tn foo~ 1~ Error: an inet prefix is expected rather than \"foo\".",
        "-tn dst 300.1.1.1~ 1~ Error: an inet prefix is expected rather than \"300.1.1.1\".",
        "-tn dev eth7~ 1~ Cannot parse device.",
        "-tn dst~ 255~ ss: bison bellows (while parsing filter): \"syntax error!\" Sorry.",
        "-tn ( sport = :8080~ 255~ ss: bison bellows (while parsing filter): \"syntax error!\""
            + " Sorry.",
        "-tn sport = :8080 )~ 255~ ss: bison bellows (while parsing filter): \"syntax error!\""
            + " Sorry.",
        "-p~ 2~ Error: 'ss -p' is not supported (no process owns a socket of this stack).",
        "-r~ 2~ Error: 'ss -r' is not supported (names of hosts are not looked up).",
        "--tos~ 2~ Error: 'ss --tos' is not supported.",
        "-x~ 2~ Error: 'ss -x' is not supported (this stack has no such sockets).",
        "-tn fwmark = 1~ 2~ Error: 'ss fwmark' is not supported yet.",
      })
  void refusals(String words, int status, String message) {
    IpCommand.Result result = ss.run(stack, words(words));
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.stdout()).isEmpty();
    assertThat(result.stderr().lines().findFirst()).contains(message);
  }

  @Test
  void innerLifeOfAListener() {
    expect("-tlniOH sport = 53", "LISTEN 0      4096   *:53 *:* cubic cwnd:10\n");
  }

  @Test
  void innerLifeOfAConnection() {
    String line = ss.run(stack, words("-tniH sport = 40001")).stdout();
    assertThat(line)
        .containsPattern("127.0.0.1:8080 *\n\t cubic wscale:[0-9]+,[0-9]+ rto:[0-9]+ ")
        .contains(" bytes_sent:100 bytes_acked:100 bytes_received:50000 segs_out:")
        .contains(" lastsnd:");
    assertThat(ss.run(stack, words("-tnieH sport = 40001")).stdout())
        .contains("\n\t ts sack cubic");
    assertThat(ss.run(stack, words("-tnmH sport = 40001")).stdout())
        .containsPattern("\n\t skmem:\\(r[1-9][0-9]+,rb[0-9]+,t0,tb[0-9]+,f0,w0,o0,bl0,d0\\)\n");
  }

  /** The figures of a connection of Linux, and what ss wrote of it. */
  @Test
  void figures() {
    TcpInfo info =
        new TcpInfo(
            TcpState.ESTABLISHED,
            28_000,
            15_000,
            14_000,
            204_000_000,
            11 * 32768,
            Integer.MAX_VALUE,
            32768,
            32768,
            65535,
            0,
            65536,
            94806,
            0,
            50000,
            10,
            10,
            true,
            true,
            100,
            50000,
            0,
            5,
            4,
            0,
            0,
            false,
            "cubic",
            65483,
            80_000_000,
            444_000_000,
            396_000_000,
            396_000_000,
            0,
            0,
            51664,
            131072,
            3939840,
            65495,
            1_250_000,
            2_500_000,
            1_000_000,
            true);
    String known =
        "wscale:10,10 rto:204 rtt:0.028/0.015 ato:80 mss:32768 pmtu:65535 rcvmss:32768"
            + " advmss:65483 cwnd:11 bytes_sent:100 bytes_acked:100 bytes_received:50000 segs_out:5"
            + " segs_in:4 send %sbps lastsnd:444 lastrcv:396 lastack:396"
            + " pacing_rate %sbps/%sbps delivery_rate %sbps app_limited rcv_space:65495"
            + " rcv_ssthresh:94806 minrtt:0.014 snd_wnd:65536";
    assertThat(SsTcpInfo.of(info, false, true))
        .isEqualTo(" cubic " + known.formatted("102985142857", "10000000", "20000000", "8000000"));
    assertThat(SsTcpInfo.of(info, true, false))
        .isEqualTo(" ts sack cubic " + known.formatted("103G", "10M", "20M", "8M"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "7, 007ms",
    "204, 204ms",
    "1500, 1.500ms",
    "9999, 9.999ms",
    "59990, 59sec",
    "61000, 1min1sec",
    "540000, 9min",
    "7199999, 119min"
  })
  void durations(int millis, String text) {
    assertThat(SsTcpInfo.duration(millis)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0115, 0.0115",
    "1200, 1200",
    "100000, 100000",
    "1234567.8, 1.23457e+06",
    "0.00001, 1e-05"
  })
  void numbersAsC(double value, String text) {
    assertThat(SsTcpInfo.general(value, 6)).isEqualTo(text);
  }

  @Test
  void anUnboundUdpSocketIsNotListed() {
    String before = ss.run(stack, List.of("-uan")).stdout();
    UdpSocket socket = stack.udp().open((s, packet) -> {});
    assertThat(ss.run(stack, List.of("-uan")).stdout()).isEqualTo(before);
    IpAddress any = IpAddress.ANY4;
    assertThat(socket.bindTo(any.hi(), any.lo(), 5353)).isZero();
    assertThat(ss.run(stack, List.of("-uan")).stdout()).contains("0.0.0.0:5353");
  }

  /** What iproute2 6.1 prints on Linux for the same sockets, without its sockets of netlink. */
  @Test
  void packetSockets() {
    DatagramListener nobody = () -> {};
    PacketEngine packets = stack.packets();
    NetDevice lo = stack.loopback();
    packets.open(true, PacketSocket.ALL, nobody);
    packets.open(false, EtherType.IPV4, nobody).bind(0, lo);
    packets.open(false, 0, nobody);
    packets.open(true, 0x88b5, nobody);
    packets.open(true, EtherType.ARP, nobody).bind(0, lo);
    packets.open(true, 0x88cc, nobody);
    assertThat(ss.run(stack, List.of("-0")).stdout())
        .isEqualTo(
            """
            Netid Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
            p_raw 0      0                  *:*                *          \s
            p_dgr 0      0                 ip:lo               *          \s
            p_dgr 0      0                [0]:*                *          \s
            p_raw 0      0            [34997]:*                *          \s
            p_raw 0      0                arp:lo               *          \s
            p_raw 0      0               LLDP:*                *          \s
            """);
    assertThat(ss.run(stack, words("-0nH sport = " + lo.index())).stdout())
        .isEqualTo("p_dgr 0      0      [2048]:lo *\np_raw 0      0      [2054]:lo *\n");
    assertThat(ss.run(stack, words("-A p_raw -anH")).stdout())
        .startsWith("UNCONN 0      0            *:*  *\n")
        .hasLineCount(4);
    assertThat(ss.run(stack, words("-A packet -n")).stdout()).hasLineCount(1);
    assertThat(ss.run(stack, words("-f link -nH")).stdout()).hasLineCount(6);
    assertThat(ss.run(stack, words("-a4nH")).stdout()).doesNotContain("p_");
    assertThat(ss.run(stack, words("-lnH")).stdout()).contains("p_dgr UNCONN");
    assertThat(ss.run(stack, words("-0neH")).stdout())
        .contains("* ino:0 sk:1\n\tver:0 cpy_thresh:0 flags( running )\n")
        .contains("\tver:0 cpy_thresh:0 flags( 0 )");
    assertThat(ss.run(stack, words("-0nmHO sport = " + lo.index())).stdout())
        .contains("* skmem:(r0,rb212992,t0,tb0,f0,w0,o0,bl0,d0)\n");
    packets.sockets().forEach(PacketSocket::close);
  }
}
