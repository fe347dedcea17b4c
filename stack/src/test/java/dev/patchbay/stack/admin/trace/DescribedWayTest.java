package dev.patchbay.stack.admin.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Described packets go as sent ones: those of IPv6, and those that are made here. */
class DescribedWayTest {
  private static final String[] RULES = {
    "-p tcp --dport 0:4 -j ACCEPT",
    "-p udp --dport 5:9 -j DROP",
    "-m hl --hl-lt 3 -j DROP",
    "-p tcp -j own",
    "-s fec0::/64 -p udp --dport 2 -j ACCEPT"
  };

  private static final String[] CHAINS = {
    "-t raw -A PREROUTING",
    "-t mangle -A PREROUTING",
    "-t mangle -A FORWARD",
    "-t mangle -A POSTROUTING",
    "-A FORWARD",
    "-A INPUT"
  };

  private static final String[] SOURCES = {
    "fec0::15", "2001:db8::5", "fe80::5054:ff:fe00:1", "::1", "fec0::2", "ff02::5"
  };

  private static final String[] DESTINATIONS = {
    "2001:db8:9::7", "fec0::2", "2001:db8:dead::1", "::1"
  };

  private final Lab lab = new Lab();
  private final IptablesCommand iptables = new IptablesCommand(PortNames.NONE);
  private final List<String> lines = new ArrayList<>();

  /** Keeps what a live trace prints. */
  private final class Reader implements LiveOutput {
    @Override
    public boolean isFull() {
      return false;
    }

    @Override
    public void out(String line) {
      lines.add(line.stripTrailing());
    }

    @Override
    public void err(String line) {
      throw new AssertionError(line);
    }
  }

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void rule(String command) {
    List<String> words = List.of(command.split(" "));
    List<String> args = words.subList(1, words.size());
    assertThat(iptables.run(lab.stack, words.getFirst(), args, "").stderr()).isEmpty();
  }

  private void ip(String command) {
    assertThat(new IpCommand().run(lab.stack, List.of(command.split(" "))).stderr()).isEmpty();
  }

  private static byte[] segment(boolean tcp, int port) {
    byte[] body = new byte[tcp ? 20 : 8];
    Bytes.put16(body, 0, 4000);
    Bytes.put16(body, 2, port);
    Bytes.put16(body, tcp ? 12 : 4, tcp ? 5 << 12 | 2 : 8);
    return body;
  }

  /** What a packet's way was, from the first step to the last of it alone. */
  private List<String> sent(String source, Runnable send) throws Exception {
    lines.clear();
    try (LiveTrace trace =
        Objects.requireNonNull(TraceCommand.live(lab.stack, List.of("src=" + source)))) {
      trace.start(new Reader(), () -> {});
      send.run();
      lab.loop.turn();
      lab.loop.turn();
    }
    return lines.stream()
        .filter(line -> line.startsWith("1 ") && !line.startsWith("1 packet"))
        .map(line -> line.substring(2))
        .toList();
  }

  private List<String> described(String packet) {
    IpCommand.Result result = TraceCommand.run(lab.stack, List.of("--packet", packet));
    assertThat(result.stderr()).isEmpty();
    return result.stdout().lines().toList();
  }

  private static String pick(Random random, String[] of) {
    return of[random.nextInt(of.length)];
  }

  @Test
  void ofSix() throws Exception {
    Random random = new Random(3);
    for (String table : new String[] {"raw", "mangle", "filter"}) {
      rule("ip6tables -t " + table + " -N own");
    }
    rule("ip6tables -t mangle -A own -j MARK --set-mark 7");
    ip("-6 rule add fwmark 7 blackhole");
    ip("-6 route add unreachable 2001:db8:dead::/48");
    int compared = 0;
    for (int round = 0; round < 400; round++) {
      if (round % 20 == 0) {
        rule("ip6tables " + pick(random, CHAINS) + " " + pick(random, RULES));
      }
      String source = pick(random, SOURCES);
      String destination = pick(random, DESTINATIONS);
      boolean tcp = random.nextBoolean();
      int port = random.nextInt(10);
      int hops = random.nextInt(3) == 0 ? random.nextInt(4) : 64;
      int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
      byte[] six = Lab.ipv6(source, destination, protocol, hops, segment(tcp, port));
      byte[] frame = Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, EtherType.IPV6, six);
      List<String> was = sent(source, () -> lab.fromA(frame));
      String words =
          "in=net0 proto=%s src=%s dst=%s sport=4000 dport=%d ttl=%d"
              .formatted(tcp ? "tcp" : "udp", source, destination, port, hops);
      // before PREROUTING nobody looks: what falls there has no way
      if (!was.isEmpty()) {
        assertThat(described(words)).as(words).isEqualTo(was);
        compared++;
      }
      lab.loop.runForMillis(1);
    }
    assertThat(compared).isGreaterThan(150);
  }

  @Test
  void madeHere() throws Exception {
    rule("iptables -t mangle -A OUTPUT -p udp --dport 3 -j MARK --set-mark 7");
    rule("iptables -A OUTPUT -p udp --dport 4 -j DROP");
    rule("iptables -t mangle -A POSTROUTING -p udp --dport 5 -j DROP");
    rule("iptables -A INPUT -p udp --dport 6 -j DROP");
    ip("rule add fwmark 7 lookup 100");
    ip("route add 192.0.2.0/24 via 10.0.2.15 dev br0 table 100");
    lab.introduceA();
    for (String destination : List.of("192.0.2.7", "10.0.2.15", "10.0.2.2", "127.0.0.1")) {
      String source = destination.startsWith("127") ? destination : "10.0.2.2";
      for (int port = 2; port < 7; port++) {
        int to = port;
        List<String> was = sent(source, () -> send(source, destination, to));
        String words = "proto=udp src=" + source + " dst=" + destination + " dport=" + port;
        assertThat(described(words + " length=32")).as(words).isEqualTo(was).isNotEmpty();
      }
    }
    lab.loop.runForMillis(10);
  }

  private void send(String source, String destination, int port) {
    byte[] datagram = Lab.udp(4000, port, new byte[4]);
    Packet packet = Objects.requireNonNull(lab.pool.acquire(datagram.length));
    System.arraycopy(datagram, 0, packet.data, packet.append(datagram.length), datagram.length);
    packet.protocol = IpProtocol.UDP;
    IpAddress from = IpAddress.parse(source);
    IpAddress to = IpAddress.parse(destination);
    lab.stack.output().send(packet, from.hi(), from.lo(), to.hi(), to.lo());
  }
}
