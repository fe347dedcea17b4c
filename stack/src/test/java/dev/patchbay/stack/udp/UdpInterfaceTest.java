package dev.patchbay.stack.udp;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * UDP between IP and its user (RFC 1122 section 4.1), frame by frame. Guest A is 10.0.2.15, the
 * appliance 10.0.2.2 and 10.0.2.3.
 */
class UdpInterfaceTest {
  private static final String GUEST = "10.0.2.15";
  private static final int PORT = 7;
  private static final int GUEST_PORT = 1000;

  private final Lab lab = new Lab();

  /** What the user saw of each datagram. */
  private final List<String> seen = new ArrayList<>();

  private final UdpSocket socket = lab.stack.udp().open((s, p) -> seen.add(describe(p)));

  @BeforeEach
  void bind() {
    IpAddress second = IpAddress.parse("10.0.2.3");
    lab.stack.addAddress(
        lab.bridge, new InterfaceAddress(second, 24, null, Scope.GLOBAL, true, true, "br0"));
    lab.introduceA();
    assertThat(socket.bind(0, 0, PORT, null)).isTrue();
  }

  @AfterEach
  void nothingLeaks() {
    socket.close();
    lab.close();
  }

  private static String describe(Packet p) {
    return Addresses.toString(p.destinationHi(), p.destinationLo())
        + " tos "
        + p.ipv4().tos()
        + " options "
        + (p.ipv4().headerLength() - 20)
        + " bytes "
        + (p.tail - p.l4 - 8);
  }

  private void send(byte[] ip) {
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
  }

  private static byte[] datagram(int bytes) {
    return udp(GUEST_PORT, PORT, new byte[bytes]);
  }

  /** 4.1.3.5: the address to which it was sent, whichever of ours it was. */
  @Test
  void theUserSeesToWhichAddressADatagramWasSent() {
    send(ipv4(GUEST, "10.0.2.2", 17, 64, datagram(3)));
    send(ipv4(GUEST, "10.0.2.3", 17, 64, datagram(4)));
    assertThat(seen)
        .containsExactly("10.0.2.2 tos 0 options 0 bytes 3", "10.0.2.3 tos 0 options 0 bytes 4");
  }

  /** 4.1.4: the received TOS may be passed up. */
  @Test
  void theUserSeesTheTypeOfService() {
    byte[] ip = ipv4(GUEST, "10.0.2.2", 17, 64, datagram(3));
    Bytes.put8(ip, 1, 0x28);
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 20)));
    send(ip);
    assertThat(seen).containsExactly("10.0.2.2 tos 40 options 0 bytes 3");
  }

  /** 4.1.3.2: options of the IP header are passed up as they came. */
  @Test
  void theUserSeesOptionsOfTheIpHeader() {
    byte[] body = new byte[4 + 8 + 5];
    Bytes.put32(body, 0, 0x94040000); // router alert
    System.arraycopy(datagram(5), 0, body, 4, 13);
    byte[] ip = ipv4(GUEST, "10.0.2.2", 17, 64, body);
    Bytes.put8(ip, 0, 0x46);
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 24)));
    send(ip);
    assertThat(seen).containsExactly("10.0.2.2 tos 0 options 4 bytes 5");
  }

  /** 4.1.3.4: silently; none at all is good. */
  @Test
  void aWrongChecksumIsDiscardedWithoutAWord() {
    byte[] wrong = datagram(3);
    Bytes.put16(wrong, 6, 0x1234);
    send(ipv4(GUEST, "10.0.2.2", 17, 64, wrong));
    assertThat(seen).isEmpty();
    assertThat(lab.toA).isEmpty();
    assertThat(lab.pool.drops(DropReason.UDP_CSUM)).isOne();
    send(ipv4(GUEST, "10.0.2.2", 17, 64, datagram(3)));
    assertThat(seen).hasSize(1);
  }

  /** 4.1.3.6. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.2.255", "255.255.255.255", "224.0.0.1", "127.0.0.1", "10.0.2.2"})
  void aDatagramFromAnInvalidSourceIsDiscardedWithoutAWord(String from) {
    send(ipv4(from, "10.0.2.2", 17, 64, datagram(3)));
    assertThat(seen).isEmpty();
    assertThat(lab.toA).isEmpty();
    assertThat(lab.pool.drops(DropReason.IP_INVALID_SOURCE)).isOne();
  }

  /** 4.1.3.5: the user says from which of our addresses it goes, or lets IP choose. */
  @Test
  void theUserNamesTheSourceOrLetsIpChoose() {
    IpAddress second = IpAddress.parse("10.0.2.3");
    IpAddress to = IpAddress.parse(GUEST);
    byte[] data = new byte[10];
    socket.send(data, 0, 10, second.hi(), second.lo(), to.hi(), to.lo(), GUEST_PORT, null);
    lab.loop.turn();
    byte[] frame = lab.nextToA();
    assertThat(Bytes.i32(frame, 26)).isEqualTo(Lab.v4("10.0.2.3"));
    assertThat(Bytes.i32(frame, 34)).isEqualTo(PORT << 16 | GUEST_PORT);
    socket.send(data, 0, 10, 0, 0, to.hi(), to.lo(), GUEST_PORT, null);
    lab.loop.turn();
    IpAddress chosen = Objects.requireNonNull(lab.stack.output().source(null, to.hi(), to.lo()));
    assertThat(Bytes.i32(lab.nextToA(), 26))
        .isEqualTo((int) chosen.lo())
        .isEqualTo(Lab.v4("10.0.2.2"));
  }

  /** 4.1.3.3. */
  @Test
  void anIcmpErrorIsToldToTheSocketWhoseDatagramItQuotes() {
    List<String> errors = new ArrayList<>();
    UdpHandler handler =
        new UdpHandler() {
          @Override
          public void onDatagram(UdpSocket s, Packet p) {
            errors.add("datagram");
          }

          @Override
          public void onError(UdpSocket s, IcmpError e) {
            String to = Addresses.toString(e.dstHi, e.dstLo);
            int port = Bytes.u16(e.packet().data, e.transport + 2);
            errors.add((e.isFatal() ? "hard " : "soft ") + to + " " + port);
          }
        };
    UdpSocket client = lab.stack.udp().open(handler);
    assertThat(client.bind(0, 0, 2000, null)).isTrue();
    client.options().receiveErrors = true;
    byte[] quoted = ipv4("10.0.2.2", GUEST, 17, 64, udp(2000, 53, new byte[4]));
    send(ipv4(GUEST, "10.0.2.2", 1, 64, icmp(3, 3, 0, quoted)));
    send(ipv4(GUEST, "10.0.2.2", 1, 64, icmp(3, 1, 0, quoted)));
    send(ipv4(GUEST, "10.0.2.2", 1, 64, icmp(11, 0, 0, quoted)));
    assertThat(errors)
        .containsExactly("hard 10.0.2.15 53", "soft 10.0.2.15 53", "soft 10.0.2.15 53");
    assertThat(seen).isEmpty();
    client.close();
  }

  /** 4.1.3.4: the facility, and that it is on without being asked for. */
  @Test
  void whatIsSentHasAChecksum() {
    IpAddress to = IpAddress.parse(GUEST);
    byte[] data = new byte[10];
    for (int value = 0; value < 0x10000; value += 0x101) {
      Bytes.put16(data, 0, value);
      socket.send(data, 0, 10, 0, 0, to.hi(), to.lo(), GUEST_PORT, null);
      lab.loop.turn();
      byte[] frame = lab.nextToA();
      assertThat(Bytes.u16(frame, 40)).as("0 would mean none").isNotZero();
      long us = IpAddress.parse("10.0.2.2").lo();
      long sum = InternetChecksum.pseudo4(us, to.lo(), 17, 18);
      sum += InternetChecksum.sum(frame, 34, 18);
      assertThat(InternetChecksum.fold(sum)).isEqualTo(0xffff);
    }
  }
}
