package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.conntrack.ConntrackCommand;
import dev.patchbay.stack.admin.conntrack.ConntrackMonitor;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.matches.ConnbytesMatch;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What rules about connections do to packets, and what {@code conntrack} tells of them. */
class ConnectionRulesTest {
  private static final long SECOND = 1_000_000_000L;

  private final Firewall wall = new Firewall();
  private final Conntrack conntrack = wall.lab.stack.netfilter().conntrack();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private void out(int port) {
    wall.fromGuest(Firewall.udp(GUEST, WORLD, port));
  }

  private void back(int port) {
    byte[] body = Lab.udp(port, 4000, new byte[4]);
    wall.lab.fromWorld(Lab.ipv4(WORLD, GUEST, IpProtocol.UDP, 64, body));
  }

  private void tcpOut(int port, int flags) {
    wall.fromGuest(Firewall.tcp(GUEST, WORLD, port, 80, flags, new byte[0]));
  }

  private void tcpBack(int port, int flags) {
    wall.lab.fromWorld(Firewall.tcp(WORLD, GUEST, 80, port, flags, new byte[0]));
  }

  /** The packets that the rules of a chain have met. */
  private List<Long> met(String chain) {
    List<Long> counts = new ArrayList<>();
    for (String line : wall.counted("iptables", chain)) {
      if (line.contains("-A ")) {
        counts.add(Long.parseLong(line.substring(1, line.indexOf(':'))));
      }
    }
    return counts;
  }

  private List<String> listed(String arguments) {
    List<String> words = List.of(arguments.split(" "));
    return new ConntrackCommand().run(wall.lab.stack, words, "").stdout().lines().toList();
  }

  @Test
  void nothingIsTrackedWithoutARuleThatAsks() {
    wall.rule("iptables -A FORWARD -p udp");
    out(53);
    assertThat(conntrack.size()).isZero();
    wall.rule("iptables -A FORWARD -m state --state NEW");
    out(53);
    assertThat(conntrack.size()).isEqualTo(1);
    wall.rule("iptables -D FORWARD -m state --state NEW");
    out(54);
    assertThat(conntrack.size()).isEqualTo(1);
  }

  @Test
  void onlyAnswersComeIn() {
    wall.rule("iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    wall.rule("iptables -A FORWARD -i br0 -m conntrack --ctstate NEW -j ACCEPT");
    wall.rule("iptables -A FORWARD -j DROP");
    back(53);
    assertThat(wall.lab.toA).isEmpty();
    assertThat(conntrack.size()).isZero(); // what is dropped leaves nothing
    out(53);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    back(53);
    wall.toGuest();
    back(54);
    assertThat(wall.lab.toA).isEmpty();
    assertThat(met("FORWARD")).containsExactly(1L, 1L, 2L);
  }

  @Test
  void statesOfPackets() {
    wall.rule("iptables -t raw -A PREROUTING -p udp --dport 7 -j NOTRACK");
    for (String state : List.of("NEW", "ESTABLISHED", "INVALID", "UNTRACKED")) {
      wall.rule("iptables -A FORWARD -m state --state " + state);
    }
    wall.rule("iptables -A FORWARD -m state ! --state NEW,ESTABLISHED");
    out(53);
    assertThat(met("FORWARD")).containsExactly(1L, 0L, 0L, 0L, 0L);
    back(53);
    assertThat(met("FORWARD")).containsExactly(1L, 1L, 0L, 0L, 0L);
    out(7);
    assertThat(met("FORWARD")).containsExactly(1L, 1L, 0L, 1L, 1L);
    tcpBack(5, Tcp.SYN | Tcp.FIN);
    assertThat(met("FORWARD")).containsExactly(1L, 1L, 1L, 1L, 2L);
  }

  @Test
  void whatAConnectionIs() {
    String match = "iptables -A FORWARD -m conntrack ";
    wall.rule(match + "--ctproto udp --ctorigsrc 10.0.2.0/24 --ctorigdst " + WORLD);
    wall.rule(match + "--ctreplsrc " + WORLD + " --ctrepldst " + GUEST + " --ctdir REPLY");
    wall.rule(match + "--ctorigsrcport 4000 --ctorigdstport 50:53");
    wall.rule(match + "! --ctreplsrcport 53 --ctrepldstport 4000");
    wall.rule(match + "--ctstatus SEEN_REPLY");
    wall.rule(match + "--ctexpire 20:30");
    wall.rule(match + "--ctproto tcp");
    out(53);
    // of a connection that is not in the table yet no time is left
    assertThat(met("FORWARD")).containsExactly(1L, 0L, 1L, 0L, 0L, 0L, 0L);
    back(53);
    assertThat(met("FORWARD")).containsExactly(2L, 1L, 2L, 0L, 1L, 1L, 0L);
    out(99);
    assertThat(met("FORWARD")).containsExactly(3L, 1L, 2L, 1L, 1L, 1L, 0L);
  }

  @Test
  void marksGoFromPacketsToConnectionsAndBack() {
    wall.rule("iptables -t mangle -A PREROUTING -i br0 -j MARK --set-mark 0x15");
    wall.rule(
        "iptables -t mangle -A PREROUTING -i br0 -j CONNMARK --save-mark --nfmask 0x1f --ctmask"
            + " 0x1f");
    wall.rule("iptables -t mangle -A PREROUTING -i host0 -j CONNMARK --restore-mark");
    wall.rule("iptables -A FORWARD -i host0 -m mark --mark 0x15");
    wall.rule("iptables -A FORWARD -m connmark --mark 0x5/0xf");
    wall.rule("iptables -A FORWARD -m connmark ! --mark 0x15");
    out(53);
    back(53);
    assertThat(met("FORWARD")).containsExactly(1L, 2L, 0L);
    assertThat(listed("-L -m 0x15")).hasSize(1);
  }

  @Test
  void markIsSetUnderAMask() {
    wall.rule("iptables -t mangle -A FORWARD -p udp -j CONNMARK --set-xmark 0x30/0xf0");
    wall.rule("iptables -t mangle -A FORWARD -p udp -j CONNMARK --or-mark 1");
    out(53);
    assertThat(conntrack.all().getFirst().mark).isEqualTo(0x31);
  }

  @Test
  void whatAConnectionHasCarried() {
    String match = " -m connbytes --connbytes ";
    wall.rule(
        "iptables -A FORWARD" + match + "2 --connbytes-mode packets --connbytes-dir original");
    wall.rule("iptables -A FORWARD" + match + "65: --connbytes-mode bytes --connbytes-dir both");
    wall.rule("iptables -A FORWARD" + match + "32:32 --connbytes-mode avgpkt --connbytes-dir both");
    wall.rule(
        "iptables -A FORWARD -m connbytes ! --connbytes 0:1 --connbytes-mode packets"
            + " --connbytes-dir reply");
    out(53); // 32 bytes
    out(53);
    back(53);
    assertThat(met("FORWARD")).containsExactly(2L, 1L, 3L, 0L);
    back(53);
    assertThat(met("FORWARD")).containsExactly(3L, 2L, 4L, 1L);
    assertThat(listed("-L").getFirst()).contains("packets=2 bytes=64", "packets=2 bytes=64");
  }

  @Test
  void countingBeginsWhereARuleTakesItsPlace() throws Exception {
    List<Condition> compiled = new ArrayList<>();
    ConnbytesMatch match = new ConnbytesMatch();
    match.take("connbytes", false, "1");
    match.compile(compiled);
    assertThat(compiled.getFirst().needsAccounting()).isTrue();
    assertThat(conntrack.settings().accounting).isZero();
    wall.rule(
        "iptables -A FORWARD -m connbytes --connbytes 1 --connbytes-mode bytes"
            + " --connbytes-dir both");
    assertThat(conntrack.settings().accounting).isEqualTo(1);
  }

  @Test
  void aFixedTimeIsNotChanged() {
    String flow = "-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 2 -t 100 -u FIXED_TIMEOUT";
    listed(flow);
    List<String> words = List.of("-U -f ipv4 -p udp -t 50 -m 5".split(" "));
    IpCommand.Result result = new ConntrackCommand().run(wall.lab.stack, words, "");
    // as conntrack 1.4.7 says it
    assertThat(result.stderr())
        .isEqualTo(
            "Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do"
                + " this\nconntrack v1.4.7 (conntrack-tools): 1 flow entries have been"
                + " updated.\n");
    assertThat(result.stdout()).contains("17 100 src").contains("mark=0 use=2");
    assertThat(result.status()).isZero();
  }

  @Test
  void connectionsOfASourceAreLimited() {
    wall.rule("iptables -A FORWARD -p tcp --syn -m connlimit --connlimit-above 2 -j DROP");
    tcpOut(1, Tcp.SYN);
    tcpOut(2, Tcp.SYN);
    assertThat(wall.reachedWorld()).isEqualTo(2);
    tcpOut(3, Tcp.SYN);
    tcpOut(4, Tcp.SYN);
    assertThat(wall.reachedWorld()).isZero();
    tcpOut(1, Tcp.SYN); // one that is known is not counted twice
    assertThat(wall.reachedWorld()).isEqualTo(1);
    listed("-U -f ipv4 -p tcp --sport 1 --state CLOSE"); // closed: it does not count
    tcpOut(3, Tcp.SYN);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    tcpOut(4, Tcp.SYN);
    assertThat(wall.reachedWorld()).isZero();
    listed("-D -p tcp --sport 2");
    tcpOut(4, Tcp.SYN);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void connectionsOfANetworkAreLimited() {
    wall.rule(
        "iptables -A FORWARD -p udp -m connlimit --connlimit-upto 1 --connlimit-mask 24"
            + " --connlimit-daddr -j ACCEPT");
    wall.rule("iptables -A FORWARD -j DROP");
    wall.fromGuest(Firewall.udp(GUEST, "192.0.2.7", 1));
    wall.fromGuest(Firewall.udp(GUEST, "192.0.2.8", 1));
    wall.fromGuest(Firewall.udp(GUEST, "198.51.100.1", 1));
    assertThat(wall.reachedWorld()).isEqualTo(2);
    assertThat(conntrack.size()).isEqualTo(2);
  }

  @Test
  void zonesKeepEqualTuplesApart() {
    wall.rule("iptables -A FORWARD -m state --state NEW");
    wall.rule("iptables -t raw -A PREROUTING -m tos --tos 4 -j CT --zone 7");
    wall.rule("iptables -t raw -A PREROUTING -m mark --mark 9 -j CT --zone mark");
    out(53);
    byte[] other = Firewall.udp(GUEST, WORLD, 53);
    other[1] = 4;
    other[10] = 0;
    other[11] = 0;
    int sum = InternetChecksum.finish(InternetChecksum.sum(other, 0, 20));
    other[10] = (byte) (sum >> 8);
    other[11] = (byte) sum;
    wall.fromGuest(other);
    assertThat(met("FORWARD")).containsExactly(2L);
    assertThat(conntrack.size()).isEqualTo(2);
    assertThat(listed("-L -w 7")).hasSize(1);
    wall.rule("iptables -t raw -I PREROUTING -p udp --dport 54 -j MARK --set-mark 9");
    out(54);
    assertThat(listed("-L -w 9")).hasSize(1);
  }

  @Test
  void helpersAreNamedByRules() throws IptablesException {
    List<Integer> read = new ArrayList<>();
    conntrack
        .helpers()
        .add(
            new Helper() {
              @Override
              public String name() {
                return "echoing";
              }

              @Override
              public int protocol() {
                return IpProtocol.UDP;
              }

              @Override
              public boolean read(PacketFields p, Connection connection, int info) {
                read.add(info);
                return true;
              }
            });
    wall.rule("iptables -t raw -A PREROUTING -j CT --helper echoing -p udp");
    assertThat(wall.run("iptables -t raw -S").stdout()).endsWith("-j CT --helper echoing\n");
    assertThat(wall.run("iptables -t raw -A PREROUTING -p tcp -j CT --helper echoing").status())
        .isEqualTo(2);
    out(53);
    back(53);
    assertThat(read).hasSize(2);
    assertThat(listed("-L").getFirst()).contains(" helper=echoing use=1");
  }

  @Test
  void eventsAreToldOnceAPacket() throws RefusedException {
    wall.rule("iptables -t mangle -A FORWARD -m conntrack --ctdir REPLY -j CONNMARK --set-mark 3");
    conntrack.settings().tcpLiberal = 1; // the answer acknowledges something else
    List<String> told = watch("-E");
    tcpOut(5, Tcp.SYN);
    tcpBack(5, Tcp.SYN | Tcp.ACK);
    String tuple = "src=10.0.2.15 dst=192.0.2.7 sport=5 dport=80 ";
    String answer = "src=192.0.2.7 dst=10.0.2.15 sport=80 dport=5";
    assertThat(told)
        .containsExactly(
            "    [NEW] tcp      6 120 SYN_SENT " + tuple + "[UNREPLIED] " + answer + "\n",
            " [UPDATE] tcp      6 60 SYN_RECV " + tuple + answer + " mark=3\n");
    told.clear();
    listed("-D -p tcp");
    assertThat(told)
        .containsExactly("[DESTROY] tcp      6 60 SYN_RECV " + tuple + answer + " mark=3\n");
  }

  private List<String> watch(String arguments) throws RefusedException {
    return watch(arguments, new Told());
  }

  private List<String> watch(String arguments, Told to) throws RefusedException {
    ConntrackMonitor monitor = ConntrackMonitor.of(wall.lab.stack, List.of(arguments.split(" ")));
    Objects.requireNonNull(monitor).start(to, () -> to.ended = true);
    return to.lines;
  }

  /** What a monitor tells. */
  private static final class Told implements LiveOutput {
    final List<String> lines = new ArrayList<>();
    final List<String> errors = new ArrayList<>();
    boolean full;
    boolean ended;

    @Override
    public boolean isFull() {
      return full;
    }

    @Override
    public void out(String line) {
      lines.add(line);
    }

    @Override
    public void err(String line) {
      errors.add(line);
    }
  }

  @Test
  void whoDoesNotReadIsToldHowMuchItHasMissed() throws RefusedException {
    wall.rule("iptables -A FORWARD -m state --state NEW");
    Told told = new Told();
    watch("-E -e NEW", told);
    told.full = true;
    out(53);
    out(54);
    told.full = false;
    assertThat(told.lines).isEmpty();
    out(55);
    assertThat(told.lines).hasSize(1);
    assertThat(told.errors)
        .containsExactly("conntrack: 2 events not shown: more came than was read\n");
    assertThat(told.ended).isFalse();
    wall.lab.stack.netfilter().close();
    assertThat(told.ended).isTrue();
  }

  @Test
  void eventsAreChosen() throws RefusedException {
    wall.rule("iptables -A FORWARD -m state --state NEW");
    wall.rule("iptables -t raw -A PREROUTING -p udp --dport 9 -j CT --ctevents destroy");
    List<String> ends = watch("-E -e DESTROY -p udp -o extended,id");
    List<String> one = watch("-E --orig-dst 192.0.2.7 -p udp --dport 9 -o save");
    out(53);
    out(9);
    assertThat(ends).isEmpty();
    assertThat(one).isEmpty();
    wall.lab.loop.runFor(31 * SECOND);
    assertThat(ends)
        .hasSize(2)
        .allMatch(line -> line.startsWith("[DESTROY] ipv4     2 udp      17 src="));
    assertThat(one)
        .containsExactly(
            "-D -u UNSET -s 10.0.2.15 -d 192.0.2.7 -r 192.0.2.7 -q 10.0.2.15 -p udp"
                + " --sport 4000 --dport 9 --reply-port-src 9 --reply-port-dst 4000\n");
  }

  @Test
  void noEventsWhereTheyAreOff() throws RefusedException {
    wall.rule("iptables -A FORWARD -m state --state NEW");
    conntrack.settings().events = 0;
    List<String> told = watch("-E");
    out(53);
    assertThat(told).isEmpty();
  }

  /** The texts are those of a kernel with its FTP helper. */
  @Test
  void expectationsAreListedAndTold() throws RefusedException {
    List<String> told = watch("-E expect");
    listed(
        "-I -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 45794 --dport 21 --state ESTABLISHED -t 900");
    Expectation expected = new Expectation(conntrack.all().getFirst());
    expected.tuple.srcLo = IpAddress.parse("127.0.0.1").lo();
    expected.tuple.dstLo = expected.tuple.srcLo;
    expected.tuple.destination = 2580;
    expected.tuple.protocol = IpProtocol.TCP;
    assertThat(conntrack.expectations().add(expected, 300)).isTrue();
    String line =
        "300 proto=6 src=127.0.0.1 dst=127.0.0.1 sport=0 dport=2580 mask-src=255.255.255.255"
            + " mask-dst=255.255.255.255 sport=0 dport=65535 master-src=127.0.0.1"
            + " master-dst=127.0.0.1 sport=45794 dport=21 class=0";
    assertThat(listed("-L expect")).containsExactly(line);
    assertThat(listed("-C expect")).containsExactly("1");
    assertThat(listed("-L expect -o xml"))
        .contains(
            "<flow><layer3 protonum=\"2\" protoname=\"ipv4\"><expected><src>127.0.0.1</src>"
                + "<dst>127.0.0.1</dst></expected><mask><src>255.255.255.255</src>"
                + "<dst>255.255.255.255</dst></mask><master><src>127.0.0.1</src>"
                + "<dst>127.0.0.1</dst></master></layer3><layer4 protonum=\"6\""
                + " protoname=\"tcp\"><expected><sport>0</sport><dport>2580</dport></expected>"
                + "<mask><sport>0</sport><dport>65535</dport></mask><master><sport>45794</sport>"
                + "<dport>21</dport></master></layer4><meta><timeout>300</timeout>"
                + "<class>0</class></meta></flow>");
    listed("-F expect");
    assertThat(listed("-L expect")).isEmpty();
    assertThat(told).containsExactly("    [NEW] " + line + "\n", "[DESTROY] " + line + "\n");
  }

  @Test
  void aFileOfCommandsIsCarriedOut() {
    String text =
        """
        # two connections
        -A -t 100 -u SEEN_REPLY,ASSURED -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1

        -A -t 100 -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1 --dport 2 --state ESTABLISHED
        -U -f ipv4 -p tcp -m 4
        """;
    ConntrackCommand command = new ConntrackCommand();
    assertThat(command.run(wall.lab.stack, List.of("-R", "-"), text).status()).isZero();
    assertThat(conntrack.size()).isEqualTo(2);
    assertThat(listed("-L -m 4 -p tcp")).hasSize(1);
    assertThat(command.run(wall.lab.stack, List.of("-R", "-"), "-L\n").stderr())
        .contains("Cannot use command `-L' with --load-file");
  }

  @Test
  void aConnectionMadeByCommandTakesItsPackets() {
    wall.rule("iptables -A FORWARD -m state --state ESTABLISHED");
    listed(
        "-I -s 10.0.2.15 -d 192.0.2.7 -p tcp --sport 5 --dport 80 --state ESTABLISHED -t 100 -u"
            + " SEEN_REPLY,ASSURED");
    tcpOut(5, Tcp.ACK);
    tcpBack(5, Tcp.ACK);
    assertThat(met("FORWARD")).containsExactly(2L);
  }
}
