package dev.patchbay.stack.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketLayer;
import dev.patchbay.stack.socket.SocketType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sockets of the appliance itself, translated: large segments are cut behind it. */
class OwnSocketTest {
  private final Router r = new Router();
  private final SocketLayer layer = r.lab.stack.sockets();
  private final byte[] room = new byte[70_000];

  @AfterEach
  void nothingLeaks() {
    r.close();
  }

  private Socket socket(int family, int type) {
    return Objects.requireNonNull(layer.socket(family, type, 0));
  }

  private Socket stream() {
    return socket(AddressFamily.AF_INET, SocketType.SOCK_STREAM);
  }

  private void turn() {
    r.lab.loop.runForMillis(1);
  }

  private String receive(Socket s) {
    int n = s.recv(room, 0, room.length, 0);
    return n < 0 ? Errno.name(n) : new String(room, 0, n, StandardCharsets.UTF_8);
  }

  private void send(Socket s, byte[] data) {
    assertThat(s.send(data, 0, data.length, 0)).isEqualTo(data.length);
    turn();
  }

  private static String number(String line, int at) {
    return line.split(" ")[at];
  }

  @Test
  void aConnectionOfOursGoesElsewhere() {
    r.rule(
        "iptables -t nat -A OUTPUT -d 10.9.9.9 -p tcp --dport 80 -j DNAT"
            + " --to-destination 10.0.2.15:8080");
    Socket s = stream();
    s.connect(SocketAddress.of("10.9.9.9", 80));
    turn();
    String syn = r.guestGot();
    assertThat(syn).matches("tcp [0-9.]+:\\d+ > 10.0.2.15:8080 S \\d+ 0");
    String us = number(syn, 1);
    long next = Long.parseLong(number(syn, 5)) + 1;
    r.fromA("tcp 10.0.2.15:8080 > " + us + " SA 500 " + next);
    turn();
    assertThat(r.guestGot()).isEqualTo("tcp " + us + " > 10.0.2.15:8080 A " + next + " 501");
    byte[] data = new byte[5000];
    Arrays.fill(data, (byte) 'x');
    send(s, data);
    int sent = 0;
    for (String line : frames()) {
      assertThat(line).startsWith("tcp " + us + " > 10.0.2.15:8080 ");
      sent += line.endsWith("x") ? line.substring(line.lastIndexOf(' ') + 1).length() : 0;
    }
    assertThat(sent).as("in segments with right checksums").isEqualTo(5000);
    r.fromA("tcp 10.0.2.15:8080 > " + us + " PA 501 " + (next + 5000) + " thanks");
    assertThat(receive(s)).isEqualTo("thanks");
    r.fromA("tcp 10.0.2.15:8080 > " + us + " R 507");
    r.lab.toA.clear();
    s.close();
  }

  /** All that guest A got. */
  private List<String> frames() {
    List<String> all = new ArrayList<>();
    while (!r.lab.toA.isEmpty()) {
      byte[] frame = r.lab.toA.removeFirst();
      all.add(PacketText.of(Arrays.copyOfRange(frame, 14, frame.length)));
    }
    return all;
  }

  @Test
  void datagramsOfOursGoElsewhereAndComeBackFromWhereTheyWereSent() {
    r.rule("iptables -t nat -A OUTPUT -d 10.9.9.9 -p udp -j DNAT --to-destination 10.0.2.15:5353");
    Socket s = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM);
    byte[] data = "question".getBytes(StandardCharsets.UTF_8);
    s.sendto(data, 0, data.length, 0, SocketAddress.of("10.9.9.9", 53));
    turn();
    String line = r.guestGot();
    assertThat(line).matches("udp [0-9.]+:\\d+ > 10.0.2.15:5353 question");
    r.fromA("udp 10.0.2.15:5353 > " + number(line, 1) + " answer");
    SocketAddress from = new SocketAddress();
    int n = s.recvfrom(room, 0, room.length, 0, from);
    assertThat(new String(room, 0, n, StandardCharsets.UTF_8)).isEqualTo("answer");
    assertThat(from.toString()).contains("10.9.9.9");
    s.connect(SocketAddress.of("10.9.9.9", 53));
    send(s, data);
    assertThat(r.guestGot()).isEqualTo(line);
    s.close();
  }

  @Test
  void redirectedFromOutsideAndAnsweredInTheNameOfTheOther() {
    r.rule("iptables -t nat -A PREROUTING -i br0 -p tcp --dport 80 -j REDIRECT --to-ports 8080");
    Socket listener = stream();
    assertThat(listener.bind(SocketAddress.of("0.0.0.0", 8080))).isZero();
    assertThat(listener.listen(5)).isZero();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 S 1000");
    turn();
    String answer = r.guestGot();
    assertThat(answer).matches("tcp 192.0.2.7:80 > 10.0.2.15:4000 SA \\d+ 1001");
    long next = Long.parseLong(number(answer, 5)) + 1;
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 PA 1001 " + next + " GET");
    Socket s = Objects.requireNonNull(listener.accept(null));
    turn();
    frames();
    assertThat(receive(s)).isEqualTo("GET");
    send(s, new byte[5000]);
    assertThat(frames())
        .isNotEmpty()
        .allMatch(f -> f.startsWith("tcp 192.0.2.7:80 > 10.0.2.15:4000 "));
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 R 1004");
    s.close();
    listener.close();
  }

  @Test
  void redirectedToOurselvesFromHere() {
    r.rule("iptables -t nat -A OUTPUT -d 192.0.2.7 -p tcp -j REDIRECT --to-ports 8080");
    Socket listener = stream();
    assertThat(listener.bind(SocketAddress.of("127.0.0.1", 8080))).isZero();
    assertThat(listener.listen(5)).isZero();
    Socket s = stream();
    s.connect(SocketAddress.of("192.0.2.7", 80));
    turn();
    Socket accepted = Objects.requireNonNull(listener.accept(null));
    send(s, "hello".getBytes(StandardCharsets.UTF_8));
    assertThat(receive(accepted)).isEqualTo("hello");
    send(accepted, new byte[60_000]);
    turn();
    int got = 0;
    for (int n = s.recv(room, 0, room.length, 0); n > 0; n = s.recv(room, 0, room.length, 0)) {
      got += n;
      turn();
    }
    assertThat(got).isEqualTo(60_000);
    assertThat(r.lab.toWorld).isEmpty();
    s.close();
    accepted.close();
    listener.close();
  }

  @Test
  void redirectedToOurselvesFromHereInIpv6() {
    r.rule("ip6tables -t nat -A OUTPUT -d 2001:db8:7::7 -p tcp -j REDIRECT --to-ports 8080");
    Socket listener = socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM);
    assertThat(listener.bind(SocketAddress.of6("::1", 8080))).isZero();
    assertThat(listener.listen(5)).isZero();
    Socket s = socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM);
    s.connect(SocketAddress.of6("2001:db8:7::7", 80));
    turn();
    Socket accepted = Objects.requireNonNull(listener.accept(null));
    send(s, "hello".getBytes(StandardCharsets.UTF_8));
    assertThat(receive(accepted)).isEqualTo("hello");
    s.close();
    accepted.close();
    listener.close();
  }

  @Test
  void anErrorAboutOurConnectionIsOneAboutWhereItSeemsToGo() {
    r.rule("iptables -t nat -A OUTPUT -d 10.9.9.9 -p udp -j DNAT --to-destination 10.0.2.15:5353");
    Socket s = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM);
    s.connect(SocketAddress.of("10.9.9.9", 53));
    send(s, "question".getBytes(StandardCharsets.UTF_8));
    String line = r.guestGot();
    r.fromA("error 10.0.2.15 > " + number(line, 1).split(":")[0] + " 3/3 about " + line);
    assertThat(receive(s)).isEqualTo("ECONNREFUSED");
    s.close();
  }
}
