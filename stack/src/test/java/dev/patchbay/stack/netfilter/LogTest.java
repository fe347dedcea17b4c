package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.syn;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.log.PacketLog;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.IpProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LOG: the lines that Linux 6.1 writes for the same frames ({@code log/record} asked it). */
class LogTest {
  private static final List<String> LEVELS =
      List.of("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug");

  private final Firewall wall = new Firewall();
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void listen() {
    wall.lab
        .stack
        .netfilter()
        .log()
        .sink((level, text, length) ->
            lines.add(
                LEVELS.get(level) + " " + new String(text, 0, length, StandardCharsets.UTF_8)));
  }

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private static List<String> recorded() {
    try (InputStream in = LogTest.class.getResourceAsStream("log/lines.txt")) {
      byte[] all = Objects.requireNonNull(in).readAllBytes();
      return new String(all, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void linesAreLinuxs() {
    for (String program : List.of("iptables", "ip6tables")) {
      String rule = program + " -t mangle -A ";
      wall.rule(program + " -t raw -A PREROUTING -j LOG --log-prefix 0: --log-level 7")
          .rule(
              program
                  + " -t raw -A PREROUTING -j LOG --log-prefix 1: --log-tcp-sequence"
                  + " --log-tcp-options --log-ip-options --log-macdecode")
          .rule(rule + "PREROUTING -j MARK --set-mark 0x1f")
          .rule(rule + "FORWARD -j LOG --log-prefix 2: --log-level 5")
          .rule(rule + "OUTPUT -j LOG --log-prefix 3:")
          .rule(rule + "POSTROUTING -j LOG --log-prefix 4:");
    }
    List<String> wrong = new ArrayList<>();
    List<String> theirs = new ArrayList<>();
    String frame = "";
    int frames = 0;
    for (String line : recorded()) {
      if (line.startsWith("$ ")) {
        compare(frame, theirs, wrong);
        frame = line.substring(2);
        frames++;
        wall.lab.loop.runForMillis(10_000);
        lines.clear();
        wall.lab.fromA(HexFormat.of().parseHex(frame));
      } else if (!line.startsWith("#")) {
        theirs.add(line);
      }
    }
    compare(frame, theirs, wrong);
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    assertThat(frames).isEqualTo(60);
    wall.lab.toA.clear();
    wall.lab.toB.clear();
    wall.lab.toWorld.clear();
  }

  private void compare(String frame, List<String> theirs, List<String> wrong) {
    List<String> ours = lines.stream().map(line -> line.replace("PHYSIN=net0 ", "")).toList();
    if (!frame.isEmpty() && !ours.equals(theirs)) {
      wrong.add(frame + "\n theirs " + theirs + "\n ours   " + ours);
    }
    theirs.clear();
  }

  @Test
  void bridgedFramesTellTheirPorts() {
    wall.rule("iptables -A FORWARD -j LOG --log-prefix bridged: --log-uid");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    assertThat(lines)
        .containsExactly(
            "warn bridged:IN=br0 OUT=br0 PHYSIN=net0 PHYSOUT=net1"
                + " MAC=52:54:00:00:00:02:52:54:00:00:00:01:08:00 SRC=10.0.2.15 DST=10.0.2.16"
                + " LEN=32 TOS=0x00 PREC=0x00 TTL=64 ID=7 PROTO=UDP SPT=4000 DPT=9 LEN=12 ");
    wall.lab.toB.clear();
  }

  @Test
  void whatTheUplinkBringsHasNoMac() {
    wall.rule("iptables -t raw -A PREROUTING -j LOG --log-macdecode");
    wall.lab.fromWorld(udp(WORLD, GUEST, 9));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("warn IN=host0 OUT= MAC= SRC=192.0.2.7 ");
    wall.lab.toA.clear();
  }

  @Test
  void whatTheApplianceSendsComesInByNoDevice() {
    wall.rule("iptables -A OUTPUT -j LOG").rule("iptables -A INPUT -p tcp -j REJECT");
    wall.fromGuest(syn(GUEST, "10.0.2.2", 80));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("warn IN= OUT=br0 SRC=10.0.2.2 DST=10.0.2.15 ");
    wall.lab.toA.clear();
  }

  @Test
  void whatAProgramSendsIsRoots() {
    wall.rule("iptables -t mangle -A OUTPUT -j MARK --set-mark 3")
        .rule("iptables -A OUTPUT -j LOG --log-uid");
    UdpSocket socket = wall.lab.stack.udp().open((s, p) -> {});
    assertThat(socket.bind(0, 0, 1000, null)).isTrue();
    IpAddress world = IpAddress.parse(WORLD);
    assertThat(socket.send(new byte[3], 0, 3, 0, 0, world.hi(), world.lo(), 7, null)).isTrue();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).endsWith(" SPT=1000 DPT=7 LEN=11 UID=0 GID=0 MARK=0x3 ");
    lines.clear();
    byte[] ping = Lab.icmp(8, 0, 1, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, ping));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).as("an answer of the stack").doesNotContain("UID=");
    socket.close();
    wall.lab.toA.clear();
    wall.reachedWorld();
  }

  @Test
  void aGuestFillsNoDisk() {
    wall.rule("iptables -A FORWARD -j LOG");
    for (int i = 0; i < PacketLog.BURST + 200; i++) {
      wall.fromGuest(udp(GUEST, WORLD, 9));
    }
    assertThat(lines).hasSize(PacketLog.BURST);
    assertThat(wall.lab.stack.netfilter().log().leftOut()).isEqualTo(200);
    assertThat(wall.reachedWorld()).as("all went on").isEqualTo(PacketLog.BURST + 200);
    lines.clear();
    wall.lab.loop.runForMillis(1000);
    for (int i = 0; i < PacketLog.RATE + 50; i++) {
      wall.fromGuest(udp(GUEST, WORLD, 9));
    }
    assertThat(lines).hasSize(PacketLog.RATE + 1);
    assertThat(lines.getFirst()).isEqualTo("warn LOG: 200 lines left out");
    wall.reachedWorld();
  }

  @Test
  void withoutAListenerThereIsNoLine() {
    wall.lab.stack.netfilter().log().sink(null);
    wall.rule("iptables -A FORWARD -j LOG");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(lines).isEmpty();
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void aLineIsCutWhereItIsTooLong() {
    wall.rule("ip6tables -A FORWARD -j LOG --log-ip-options --log-prefix long");
    byte[] body = new byte[8 * 170 + 12];
    for (int i = 0; i < 170; i++) {
      body[8 * i] = (byte) (i == 169 ? 17 : 60);
      body[8 * i + 2] = 1;
      body[8 * i + 3] = 4;
    }
    System.arraycopy(Lab.udp(1, 9, new byte[4]), 0, body, 8 * 170, 12);
    wall.fromGuest(Lab.ipv6("fec0::15", "2001:db8::7", 60, 64, body));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).hasSize("warn ".length() + 1024).startsWith("warn longIN=br0");
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }
}
