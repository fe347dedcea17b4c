package dev.patchbay.stack.ping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ping sockets: echo requests with an identifier of their own. */
class PingSocketTest implements DatagramListener {
  private static final String GUEST = "10.0.2.15";
  private static final String APPLIANCE = "10.0.2.2";

  private final Lab lab = new Lab();
  private final PingEngine engine = lab.stack.ping();

  PingSocketTest() {
    lab.introduceA();
    IpAddress six = IpAddress.parse("fec0::15");
    lab.stack.neighbours().permanent(six.hi(), six.lo(), lab.bridge, Lab.GUEST_A);
  }

  @Override
  public void onReadable() {}

  @AfterEach
  void nothingLeaks() {
    engine.sockets().forEach(PingSocket::close);
    lab.close();
  }

  private static byte[] echo(int type, int sequence) {
    byte[] icmp = new byte[12];
    icmp[0] = (byte) type;
    Bytes.put16(icmp, 2, 0x1234); // whatever the user writes
    Bytes.put16(icmp, 6, sequence);
    return icmp;
  }

  private static int send(PingSocket socket, String to, byte[] data) {
    IpAddress a = IpAddress.parse(to);
    return socket.sendTo(data, 0, data.length, 0, 0, a.hi(), a.lo(), null);
  }

  private void fromGuest(byte[] icmp) {
    byte[] ip = Lab.ipv4(GUEST, APPLIANCE, 1, 64, icmp);
    lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, EtherType.IPV4, ip));
  }

  @Test
  void theReplyComesToTheSocketThatAsked() {
    PingSocket one = engine.open(true, this);
    PingSocket two = engine.open(true, this);
    assertThat(send(one, GUEST, echo(8, 7))).isEqualTo(12);
    assertThat(send(two, GUEST, echo(8, 8))).isEqualTo(12);
    assertThat(one.identifier()).isNotZero().isNotEqualTo(two.identifier());
    byte[] request = lab.nextToA();
    assertThat(Bytes.u16(request, 38)).isEqualTo(one.identifier());
    assertThat(InternetChecksum.fold(InternetChecksum.sum(request, 34, 12))).isEqualTo(0xffff);
    fromGuest(Lab.icmp(0, 0, one.identifier() << 16 | 7, new byte[4]));
    Packet reply = one.receiveBuffer().poll();
    assertThat(reply).isNotNull();
    assertThat(reply.length()).isEqualTo(12);
    assertThat(Bytes.u16(reply.data, reply.head + 6)).isEqualTo(7);
    reply.release();
    assertThat(two.receiveBuffer().isEmpty()).isTrue();
    assertThat(lab.stack.counters(true).icmpOutTypes[8]).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.0.2.2", "::1", "fec0::2"})
  void pingOfOurselves(String to) {
    boolean v4 = IpAddress.parse(to).isV4();
    PingSocket socket = engine.open(v4, this);
    assertThat(send(socket, to, echo(v4 ? 8 : 128, 1))).isEqualTo(12);
    lab.loop.runForMillis(1);
    Packet reply = socket.receiveBuffer().poll();
    assertThat(reply).isNotNull();
    assertThat(reply.data[reply.head]).isEqualTo((byte) (v4 ? 0 : 129));
    assertThat(Addresses.toString(reply.sourceHi(), reply.sourceLo())).isEqualTo(to);
    reply.release();
  }

  @Test
  void nothingButEchoRequests() {
    PingSocket four = engine.open(true, this);
    assertThat(send(four, GUEST, echo(0, 1))).isEqualTo(-Errno.EINVAL);
    assertThat(send(four, GUEST, echo(13, 1))).isEqualTo(-Errno.EINVAL);
    byte[] coded = echo(8, 1);
    coded[1] = 1;
    assertThat(send(four, GUEST, coded)).isEqualTo(-Errno.EINVAL);
    assertThat(send(four, GUEST, new byte[7])).isEqualTo(-Errno.EINVAL);
    assertThat(send(four, GUEST, new byte[65516])).isEqualTo(-Errno.EMSGSIZE);
    assertThat(four.send(echo(8, 1), 0, 12)).isEqualTo(-Errno.EDESTADDRREQ);
    PingSocket six = engine.open(false, this);
    assertThat(send(six, "fec0::15", echo(8, 1))).isEqualTo(-Errno.EINVAL);
    assertThat(send(six, "fec0::15", echo(128, 1))).isEqualTo(12);
    assertThat(lab.nextToA()[54]).isEqualTo((byte) 128);
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void identifiersAreTaken() {
    PingSocket one = engine.open(true, this);
    assertThat(one.bind(0, Addresses.V4_PREFIX, 77)).isZero();
    assertThat(one.bind(0, Addresses.V4_PREFIX, 78)).isEqualTo(-Errno.EINVAL);
    PingSocket two = engine.open(true, this);
    assertThat(two.bind(0, Addresses.V4_PREFIX, 77)).isEqualTo(-Errno.EADDRINUSE);
    assertThat(two.bind(0, Lab.v4("10.0.2.77"), 79)).isEqualTo(-Errno.EADDRNOTAVAIL);
    one.close();
    assertThat(two.bind(0, Addresses.V4_PREFIX, 77)).isZero();
  }

  @Test
  void errorsAboutItsRequests() {
    PingSocket socket = engine.open(true, this);
    long world = IpAddress.parse("198.51.100.7").lo();
    assertThat(socket.connect(0, world)).isZero();
    assertThat(socket.send(echo(8, 1), 0, 12)).isEqualTo(12);
    byte[] about = lab.toWorld.removeLast();
    lab.fromWorld(Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(11, 0, 0, about)));
    assertThat(socket.takeError()).as("not fatal").isZero();
    lab.fromWorld(Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(3, 10, 0, about)));
    assertThat(socket.takeError()).isEqualTo(Errno.EHOSTUNREACH);
    socket.options().receiveErrors = true;
    lab.fromWorld(Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(11, 0, 0, about)));
    assertThat(socket.takeError()).isEqualTo(Errno.EHOSTUNREACH);
    lab.fromWorld(
        Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(3, 10, 0, Arrays.copyOf(about, 27))));
    assertThat(socket.takeError()).as("too little is quoted").isZero();
  }

  @Test
  void aSourceQuenchIsToldToThoseWhoAsk() {
    PingSocket socket = engine.open(true, this);
    assertThat(socket.connect(0, IpAddress.parse("198.51.100.7").lo())).isZero();
    assertThat(socket.send(echo(8, 1), 0, 12)).isEqualTo(12);
    byte[] about = lab.toWorld.removeLast();
    byte[] quench = Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(4, 0, 0, about));
    lab.fromWorld(quench);
    assertThat(socket.takeError()).isZero();
    socket.options().receiveErrors = true;
    lab.fromWorld(quench);
    assertThat(socket.takeError()).isEqualTo(Errno.EREMOTEIO);
  }
}
