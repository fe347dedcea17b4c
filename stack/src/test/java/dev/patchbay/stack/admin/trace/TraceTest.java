package dev.patchbay.stack.admin.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code trace}: packets as they come, packets that are described, and that both go alike. */
class TraceTest {
  private static final String GUEST = "10.0.2.15";
  private static final String OTHER = "10.0.2.16";
  private static final String WORLD = "192.0.2.7";

  private static final String[] RULES = {
    "-p tcp --dport 1000:2000 -j ACCEPT",
    "-p udp -j DROP",
    "-s 10.0.2.15 -p tcp --dport 22 -j DROP",
    "-m physdev --physdev-in net0 -p udp --dport 5 -j ACCEPT",
    "-p tcp --dport 7 -j own",
    "-i br0 -p icmp -j ACCEPT",
    "-m ttl --ttl-lt 3 -j DROP",
    "-d 198.51.100.0/24 -j own",
  };

  private static final String[] DESTINATIONS = {
    WORLD, OTHER, "10.0.2.2", "198.51.100.9", "203.0.113.4", "127.0.0.5", "10.0.2.15"
  };

  private static final String[] SOURCES = {
    GUEST, "10.0.2.40", "192.0.2.200", "10.0.2.2", "127.0.0.1"
  };

  private static final String[] CHAINS = {
    "-t raw -A PREROUTING",
    "-t mangle -A PREROUTING",
    "-t mangle -A FORWARD",
    "-t mangle -A POSTROUTING",
    "-A FORWARD",
    "-A INPUT",
    "-t mangle -A INPUT",
  };

  private final Lab lab = new Lab();
  private final IptablesCommand iptables = new IptablesCommand(PortNames.NONE);
  private final Reader reader = new Reader();

  /** What a live trace prints. */
  private static final class Reader implements LiveOutput {
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
      lines.add(line.stripTrailing());
    }

    @Override
    public void err(String line) {
      errors.add(line.stripTrailing());
    }

    /** The lines but for the number of the packet and the first one, which has a time. */
    List<String> steps() {
      return lines.stream()
          .map(line -> line.substring(line.indexOf(' ') + 1))
          .filter(line -> !line.startsWith("packet"))
          .toList();
    }
  }

  @BeforeEach
  void introduce() {
    lab.introduceA();
    lab.fromB(Lab.arp(1, Lab.GUEST_B, Lab.v4(OTHER), 0, Lab.v4("10.0.2.2")));
    lab.toA.clear();
    lab.toB.clear();
  }

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void rule(String command) {
    List<String> words = List.of(command.split(" "));
    assertThat(iptables.run(lab.stack, words.getFirst(), words.subList(1, words.size()), ""))
        .extracting(IpCommand.Result::status)
        .isEqualTo(0);
  }

  private LiveTrace live(String... words) {
    try {
      LiveTrace trace = Objects.requireNonNull(TraceCommand.live(lab.stack, List.of(words)));
      trace.start(reader, () -> reader.ended = true);
      return trace;
    } catch (RefusedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoReadsIsToldThatTheNamespaceHasGone() {
    try (LiveTrace trace = live()) {
      assertThat(reader.ended).isFalse();
      lab.stack.netfilter().close();
      assertThat(reader.ended).isTrue();
      assertThat(trace).isNotNull();
    }
  }

  private List<String> described(String packet) {
    IpCommand.Result result = TraceCommand.run(lab.stack, List.of("--packet", packet));
    assertThat(result.stderr()).isEmpty();
    return result.stdout().lines().toList();
  }

  private static byte[] syn(String from, String to, int port) {
    return Lab.ipv4(from, to, IpProtocol.TCP, 64, segment(port));
  }

  private static byte[] segment(int port) {
    byte[] body = new byte[20];
    Bytes.put16(body, 0, 4000);
    Bytes.put16(body, 2, port);
    Bytes.put16(body, 12, 5 << 12 | 2);
    return body;
  }

  private void fromGuest(byte[] ip, long mac) {
    int type = ip[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
    lab.fromA(Lab.ethernet(mac, Lab.GUEST_A, type, ip));
  }

  @Test
  void showsWhatARuleMarks() {
    rule("iptables -t raw -A PREROUTING -p tcp --dport 443 -j TRACE");
    rule("iptables -N web");
    rule("iptables -A web -s 10.0.2.0/24");
    rule("iptables -A FORWARD -o host0 -j web");
    rule("iptables -A FORWARD -p tcp -j ACCEPT");
    try (LiveTrace _ = live()) {
      fromGuest(syn(GUEST, WORLD, 443), Lab.APPLIANCE);
      fromGuest(syn(GUEST, WORLD, 80), Lab.APPLIANCE);
    }
    assertThat(reader.lines.getFirst())
        .startsWith(
            "1 packet   in=net0 proto=tcp src=10.0.2.15 dst=192.0.2.7 sport=4000 dport=443"
                + " flags=SYN ttl=64 length=40 at ");
    assertThat(reader.steps())
        .containsExactly(
            "rule     PREROUTING raw PREROUTING 1: -p tcp -m tcp --dport 443 -j TRACE => CONTINUE",
            "policy   PREROUTING raw PREROUTING => ACCEPT",
            "route    unicast dev host0",
            "rule     FORWARD filter FORWARD 1: -o host0 -j web => JUMP web",
            "rule     FORWARD filter web 1: -s 10.0.2.0/24 => CONTINUE",
            "rule     FORWARD filter FORWARD 2: -p tcp -j ACCEPT => ACCEPT",
            "sent     host0");
  }

  @Test
  void withoutRulesItShowsTheWayAlone() {
    try (LiveTrace _ = live("dst=192.0.2.0/24", "in=net0")) {
      fromGuest(syn(GUEST, WORLD, 443), Lab.APPLIANCE);
      fromGuest(syn(GUEST, "198.51.100.7", 443), Lab.APPLIANCE);
      fromGuest(syn(GUEST, OTHER, 443), Lab.GUEST_B);
    }
    assertThat(reader.steps()).containsExactly("route    unicast dev host0", "sent     host0");
    assertThat(lab.stack.netfilter().tracing().isOn()).isFalse();
  }

  @Test
  void endsAfterSoManyPackets() {
    try (LiveTrace _ = live("-c", "2", "proto=tcp")) {
      fromGuest(syn(GUEST, WORLD, 1), Lab.APPLIANCE);
      assertThat(reader.ended).isFalse();
      fromGuest(syn(GUEST, WORLD, 2), Lab.APPLIANCE);
      assertThat(reader.ended).isTrue();
      fromGuest(syn(GUEST, WORLD, 3), Lab.APPLIANCE);
    }
    assertThat(reader.lines).noneMatch(line -> line.startsWith("3 "));
  }

  @Test
  void countsWhatNobodyHasRead() {
    try (LiveTrace _ = live("all")) {
      reader.full = true;
      fromGuest(syn(GUEST, WORLD, 1), Lab.APPLIANCE);
      fromGuest(syn(GUEST, WORLD, 2), Lab.APPLIANCE);
      reader.full = false;
      fromGuest(syn(GUEST, WORLD, 3), Lab.APPLIANCE);
    }
    assertThat(reader.errors)
        .containsExactly("trace: 2 packets not shown: more came than was read");
    assertThat(reader.lines.getFirst()).contains("dport=3");
  }

  @Test
  void twoReadersFollowTheSamePacket() {
    Reader second = new Reader();
    try (LiveTrace _ = live("all");
        LiveTrace two = new LiveTrace(lab.stack, null, 0, true)) {
      two.start(second, () -> {});
      rule("iptables -t raw -A PREROUTING -j TRACE");
      fromGuest(syn(GUEST, WORLD, 1), Lab.APPLIANCE);
    }
    assertThat(reader.steps()).contains("sent     host0");
    assertThat(second.lines).isEmpty(); // it is followed already when the rule marks it
  }

  @Test
  void asJson() {
    rule("iptables -A FORWARD -p tcp -j DROP");
    IpCommand.Result result =
        TraceCommand.run(
            lab.stack,
            List.of("-j", "--packet", "in=net0 proto=tcp src=10.0.2.15 dst=192.0.2.7 dport=443"));
    assertThat(result.stdout())
        .isEqualTo(
            "[{\"step\":\"route\",\"type\":\"unicast\",\"dev\":\"host0\"},"
                + "{\"step\":\"rule\",\"hook\":\"FORWARD\",\"table\":\"filter\","
                + "\"chain\":\"FORWARD\",\"rule\":1,\"verdict\":\"DROP\","
                + "\"words\":\"-p tcp -j DROP\"},"
                + "{\"step\":\"dropped\",\"reason\":\"NETFILTER_DROP\"}]\n");
  }

  @Test
  void aDescribedPacketLeavesNoTrace() {
    rule("iptables -A FORWARD -p tcp -m limit --limit 1/h --limit-burst 1 -j ACCEPT");
    rule("iptables -A FORWARD -p tcp -j REJECT");
    for (int i = 0; i < 3; i++) {
      assertThat(described("in=net0 proto=tcp src=10.0.2.15 dst=192.0.2.7 dport=443"))
          .containsExactly(
              "route    unicast dev host0",
              "assumed  FORWARD filter FORWARD 1: depends on time, chance or other packets;"
                  + " taken as met",
              "rule     FORWARD filter FORWARD 1: -p tcp -m limit --limit 1/hour --limit-burst 1"
                  + " -j ACCEPT => ACCEPT",
              "sent     host0");
    }
    assertThat(described("in=net0 proto=tcp src=10.0.2.15 dst=10.0.2.77"))
        .last()
        .isEqualTo("sent     net1");
    assertThat(iptables.run(lab.stack, "iptables-save", List.of("-c"), "").stdout())
        .contains("[0:0] -A FORWARD -p tcp -m limit")
        .contains(":FORWARD ACCEPT [0:0]");
    assertThat(lab.toA).isEmpty();
    assertThat(lab.toB).isEmpty();
    assertThat(lab.toWorld).isEmpty();
    fromGuest(syn(GUEST, WORLD, 443), Lab.APPLIANCE);
    assertThat(lab.toWorld).hasSize(1); // the one of the burst is still there
  }

  @Test
  void sayingWhatNobodyKnows() {
    assertThat(described("dst=10.0.2.99"))
        .containsExactly(
            "route    unicast dev br0",
            "waits    10.0.2.99 on br0 is not known and would be asked for first");
    assertThat(described("proto=udp dport=53 dst=10.0.2.2"))
        .containsExactly(
            "route    local dev br0", "sent     lo", "route    local dev br0", "local    for us");
  }

  @Test
  void aPortWithoutACableIsTakenToHaveOne() {
    lab.portA.plug(null);
    assertThat(described("in=net0 proto=udp src=10.0.2.15 dst=192.0.2.7 dport=53"))
        .containsExactly(
            "assumed  net0 has no carrier; taken as if it had",
            "route    unicast dev host0",
            "sent     host0");
  }

  @Test
  void refusesWhatHasNoMeaning() {
    assertThat(refused("in=net0 dst=192.0.2.7")).contains("src= is missing");
    assertThat(refused("in=net9 src=10.0.2.15 dst=192.0.2.7")).contains("no such device");
    assertThat(refused("dst=192.0.2.7 dport=4")).contains("proto= is missing");
    assertThat(refused("proto=icmp dst=192.0.2.7 dport=4")).contains("has no meaning");
    assertThat(refused("proto=tcp dst=192.0.2.7 flags=SYN,FOO")).contains("FOO");
    assertThat(refused("proto=tcp dst=224.0.0.5")).contains("is not supported");
    assertThat(refused("proto=tcp dst=10.0.2.255")).contains("is not supported");
    assertThat(refused("colour=red")).contains("expected KEY=VALUE");
    assertThat(refused("proto=tcp dst=2001:db8::1 src=10.0.2.2")).contains("different families");
  }

  private String refused(String packet) {
    IpCommand.Result result = TraceCommand.run(lab.stack, List.of("--packet", packet));
    assertThat(result.status()).isNotZero();
    return result.stderr();
  }

  /** A packet is sent and its steps are kept; then the same is described. */
  @Test
  void describedPacketsGoAsSentOnes() {
    Random random = new Random(7);
    rule("iptables -t raw -N own");
    rule("iptables -t mangle -N own");
    rule("iptables -N own");
    rule("iptables -A own -p tcp --sport 4000 -j RETURN");
    rule("iptables -A own -j DROP");
    rule("iptables -t mangle -A own -j MARK --set-mark 7");
    ip("route add blackhole 203.0.113.0/24");
    ip("route add 198.51.100.0/24 via 10.0.2.16 dev br0");
    ip("rule add fwmark 7 blackhole");
    int compared = 0;
    for (int round = 0; round < 60; round++) {
      String chain = CHAINS[random.nextInt(CHAINS.length)];
      String words = RULES[random.nextInt(RULES.length)];
      if (!chain.contains("POSTROUTING") || !words.contains("-i ")) {
        rule("iptables " + chain + " " + words);
      }
      for (int i = 0; i < 30; i++) {
        String source = SOURCES[random.nextInt(SOURCES.length)];
        String destination = DESTINATIONS[random.nextInt(DESTINATIONS.length)];
        int port = random.nextBoolean() ? random.nextInt(10) : random.nextInt(3000);
        int ttl = random.nextInt(4) == 0 ? random.nextInt(4) : 64;
        boolean toOther = random.nextInt(3) == 0;
        boolean tcp = random.nextBoolean();
        byte[] segment = tcp ? segment(port) : Lab.udp(4000, port, new byte[4]);
        int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
        byte[] ip = Lab.ipv4(source, destination, protocol, ttl, segment);
        reader.lines.clear();
        long mac = toOther ? Lab.GUEST_B : Lab.APPLIANCE;
        try (LiveTrace _ = live("src=" + source)) {
          fromGuest(ip, mac);
          lab.loop.turn();
        }
        List<String> said =
            described(
                "in=net0 proto=%s src=%s dst=%s sport=4000 dport=%d ttl=%d dmac=%s smac=%s length=%d"
                    .formatted(
                        tcp ? "tcp" : "udp",
                        source,
                        destination,
                        port,
                        ttl,
                        toOther ? "52:54:00:00:00:02" : "52:55:0a:00:02:02",
                        "52:54:00:00:00:01",
                        ip.length));
        List<String> sent = firstPacket();
        if (!said.isEmpty() || !sent.isEmpty()) {
          assertThat(said)
              .as("%s > %s %s %d ttl %d to other %s", source, destination, tcp, port, ttl, toOther)
              .isEqualTo(sent);
          compared++;
        }
        lab.loop.runForMillis(1);
      }
      lab.toA.clear();
      lab.toB.clear();
      lab.toWorld.clear();
    }
    assertThat(compared).isGreaterThan(1000);
  }

  /** The steps of packet 1 alone: what answers it is none of it; up to it is for us. */
  private List<String> firstPacket() {
    return reader.lines.stream()
        .filter(line -> line.startsWith("1 "))
        .map(line -> line.substring(2))
        .filter(line -> !line.startsWith("packet"))
        .toList();
  }

  private void ip(String command) {
    assertThat(new IpCommand().run(lab.stack, List.of(command.split(" "))).stderr()).isEmpty();
  }
}
