package dev.patchbay.stack.raw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw sockets: copies of what comes in, packets as the user writes them. */
class RawSocketTest implements DatagramListener {
  private static final String GUEST = "10.0.2.15";
  private static final String APPLIANCE = "10.0.2.2";
  private static final String GUEST6 = "fec0::15";
  private static final String APPLIANCE6 = "fec0::2";

  private final Lab lab = new Lab();
  private int readable;
  private int errors;

  RawSocketTest() {
    lab.introduceA();
    IpAddress six = IpAddress.parse(GUEST6);
    lab.stack.neighbours().permanent(six.hi(), six.lo(), lab.bridge, Lab.GUEST_A);
  }

  @Override
  public void onReadable() {
    readable++;
  }

  @Override
  public void onError(IcmpError error) {
    errors++;
  }

  @AfterEach
  void nothingLeaks() {
    lab.stack.raw().sockets().forEach(RawSocket::close);
    lab.close();
  }

  private void fromGuest(String from, String to, int protocol, byte[] body) {
    boolean v4 = IpAddress.parse(to).isV4();
    byte[] ip =
        v4 ? Lab.ipv4(from, to, protocol, 64, body) : Lab.ipv6(from, to, protocol, 64, body);
    int type = v4 ? EtherType.IPV4 : EtherType.IPV6;
    lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, type, ip));
  }

  private static byte[] read(RawSocket socket) {
    Packet packet = socket.receiveBuffer().poll();
    if (packet == null) {
      throw new AssertionError("nothing came");
    }
    byte[] data = Arrays.copyOfRange(packet.data, packet.head, packet.tail);
    packet.release();
    return data;
  }

  private static int send(RawSocket socket, String to, byte[] data) {
    IpAddress a = IpAddress.parse(to);
    return socket.sendTo(data, 0, data.length, 0, 0, a.hi(), a.lo(), null);
  }

  @Test
  void eachGetsItsCopyWithTheHeaderAndTheProtocolIsNotUnknown() {
    RawSocket one = lab.stack.raw().open(true, 99, this);
    RawSocket two = lab.stack.raw().open(true, 99, this);
    RawSocket other = lab.stack.raw().open(true, 98, this);
    byte[] body = {1, 2, 3};
    fromGuest(GUEST, APPLIANCE, 99, body);
    byte[] whole = Lab.ipv4(GUEST, APPLIANCE, 99, 64, body);
    assertThat(read(one)).isEqualTo(whole);
    assertThat(read(two)).isEqualTo(whole);
    assertThat(other.receiveBuffer().isEmpty()).isTrue();
    assertThat(readable).isEqualTo(2);
    assertThat(lab.toA).isEmpty();
    assertThat(lab.stack.counters(true).inDelivers).isEqualTo(1);
  }

  @Test
  void aProtocolThatNobodyTakesIsUnreachable() {
    fromGuest(GUEST, APPLIANCE, 99, new byte[4]);
    byte[] error = lab.nextToA();
    assertThat(Arrays.copyOfRange(error, 34, 36)).containsExactly(3, 2);
    assertThat(lab.stack.counters(true).inUnknownProtos).isEqualTo(1);
    assertThat(lab.stack.counters(true).inDelivers).isZero();
    fromGuest(GUEST6, APPLIANCE6, 99, new byte[4]);
    byte[] six = lab.nextToA();
    assertThat(Arrays.copyOfRange(six, 54, 56)).as("parameter problem").containsExactly(4, 1);
    assertThat(Bytes.i32(six, 58)).as("points at the next-header field").isEqualTo(6);
  }

  @Test
  void behindAnExtensionHeaderTheProblemIsThere() {
    byte[] body = new byte[12];
    Bytes.put64(body, 0, 0x6300_0104_0000_0000L); // next header 99, PadN
    fromGuest(GUEST6, APPLIANCE6, 60, body);
    byte[] six = lab.nextToA();
    assertThat(Bytes.i32(six, 58)).isEqualTo(40);
  }

  @Test
  void aCopyDoesNotTakeThePacketAway() {
    RawSocket socket = lab.stack.raw().open(true, 1, this);
    byte[] ping = Lab.icmp(8, 0, 0x10001, new byte[8]);
    fromGuest(GUEST, APPLIANCE, 1, ping);
    assertThat(lab.nextToA()[34]).as("answered all the same").isZero();
    assertThat(Arrays.copyOfRange(read(socket), 20, 36)).isEqualTo(ping);
  }

  @Test
  void typesOfIcmpAreFiltered() {
    RawSocket four = lab.stack.raw().open(true, 1, this);
    four.icmpFilter = 1 << 8;
    fromGuest(GUEST, APPLIANCE, 1, Lab.icmp(8, 0, 1, new byte[0]));
    fromGuest(GUEST, APPLIANCE, 1, Lab.icmp(0, 0, 1, new byte[0]));
    assertThat(read(four)[20]).isZero();
    assertThat(four.receiveBuffer().isEmpty()).isTrue();
    RawSocket six = lab.stack.raw().open(false, 58, this);
    six.blockIcmp6(128, true);
    assertThat(six.isIcmp6Blocked(128)).isTrue();
    fromGuest(GUEST6, APPLIANCE6, 58, new byte[] {(byte) 128, 0, 0, 0, 0, 0, 0, 1});
    fromGuest(GUEST6, APPLIANCE6, 58, new byte[] {(byte) 129, 0, 0, 0, 0, 0, 0, 1});
    assertThat(read(six)[0]).isEqualTo((byte) 129);
    assertThat(six.receiveBuffer().isEmpty()).isTrue();
  }

  @Test
  void addressesAndDeviceMustFit() {
    RawSocket bound = lab.stack.raw().open(true, 99, this);
    IpAddress own = IpAddress.parse(APPLIANCE);
    assertThat(bound.bind(own.hi(), own.lo())).isZero();
    assertThat(bound.bind(0, own.lo() + 99)).isEqualTo(-Errno.EADDRNOTAVAIL);
    RawSocket connected = lab.stack.raw().open(true, 99, this);
    assertThat(connected.connect(0, IpAddress.parse("10.0.2.16").lo())).isZero();
    RawSocket elsewhere = lab.stack.raw().open(true, 99, this);
    elsewhere.options().device = lab.uplink;
    fromGuest(GUEST, APPLIANCE, 99, new byte[1]);
    fromGuest(GUEST, "10.0.2.255", 99, new byte[2]);
    assertThat(bound.receiveBuffer().count()).isEqualTo(1);
    assertThat(connected.receiveBuffer().isEmpty()).isTrue();
    assertThat(elsewhere.receiveBuffer().isEmpty()).isTrue();
  }

  @Test
  void overIpv6WithoutHeadersAndWithAGoodChecksum() {
    RawSocket socket = lab.stack.raw().open(false, 99, this);
    byte[] extended = new byte[12];
    Bytes.put64(extended, 0, 0x6300_0104_0000_0000L);
    Bytes.put32(extended, 8, 0x01020304);
    fromGuest(GUEST6, APPLIANCE6, 60, extended);
    assertThat(read(socket)).containsExactly(1, 2, 3, 4);
    assertThat(socket.checksumOffset(3)).isEqualTo(-Errno.EINVAL);
    assertThat(socket.checksumOffset(2)).isZero();
    fromGuest(GUEST6, APPLIANCE6, 99, new byte[] {1, 2, 3, 4});
    assertThat(socket.receiveBuffer().isEmpty()).isTrue();
    // what we send ourselves is right
    assertThat(send(socket, APPLIANCE6, new byte[] {1, 2, 9, 9, 5})).isEqualTo(5);
    lab.loop.runForMillis(1);
    byte[] got = read(socket);
    IpAddress own = IpAddress.parse(APPLIANCE6);
    long pseudo = InternetChecksum.pseudo6(own.hi(), own.lo(), own.hi(), own.lo(), 99, 5);
    assertThat(InternetChecksum.fold(pseudo + InternetChecksum.sum(got, 0, 5))).isEqualTo(0xffff);
    assertThat(send(socket, APPLIANCE6, new byte[3])).isEqualTo(-Errno.EINVAL);
    assertThat(socket.checksumOffset(-5)).isZero();
    assertThat(socket.checksumOffset()).isEqualTo(-1);
    RawSocket icmp = lab.stack.raw().open(false, 58, this);
    assertThat(icmp.checksumOffset()).isEqualTo(2);
    assertThat(icmp.checksumOffset(4)).isEqualTo(-Errno.EINVAL);
    assertThat(lab.stack.raw().open(true, 99, this).checksumOffset(2))
        .isEqualTo(-Errno.ENOPROTOOPT);
  }

  @Test
  void theHeaderIsOursOrTheUsers() {
    RawSocket socket = lab.stack.raw().open(true, 99, this);
    assertThat(socket.send(new byte[1], 0, 1)).isEqualTo(-Errno.EDESTADDRREQ);
    assertThat(send(socket, GUEST, new byte[] {7})).isEqualTo(1);
    byte[] frame = lab.nextToA();
    assertThat(frame[23]).isEqualTo((byte) 99);
    assertThat(Bytes.i32(frame, 26)).isEqualTo(Lab.v4(APPLIANCE));
    socket.headerIncluded = true;
    byte[] ip = Lab.ipv4("0.0.0.0", GUEST, 97, 3, 0, 0, new byte[] {1, 2});
    Bytes.put16(ip, 2, 0);
    Bytes.put16(ip, 10, 0);
    assertThat(send(socket, GUEST, ip)).isEqualTo(22);
    byte[] out = lab.nextToA();
    assertThat(Bytes.u16(out, 16)).as("total length is filled in").isEqualTo(22);
    assertThat(Bytes.u16(out, 18)).as("so is the identification").isNotZero();
    assertThat(out[22]).isEqualTo((byte) 3);
    assertThat(out[23]).isEqualTo((byte) 97);
    assertThat(Bytes.i32(out, 26)).as("and the source").isEqualTo(Lab.v4(APPLIANCE));
    assertThat(InternetChecksum.fold(InternetChecksum.sum(out, 14, 20))).isEqualTo(0xffff);
    // a source that is written stays, whosever it is
    byte[] spoofed = Lab.ipv4("203.0.113.9", GUEST, 97, 3, 0, 5, new byte[] {1, 2});
    assertThat(send(socket, GUEST, spoofed)).isEqualTo(22);
    assertThat(Bytes.i32(lab.nextToA(), 26)).isEqualTo(Lab.v4("203.0.113.9"));
    assertThat(send(socket, GUEST, new byte[19])).isEqualTo(-Errno.EINVAL);
    ip[0] = 0x4f;
    assertThat(send(socket, GUEST, ip)).as("header beyond the end").isEqualTo(-Errno.EINVAL);
    ip[0] = 0x44;
    assertThat(send(socket, GUEST, ip)).as("header too short").isEqualTo(-Errno.EINVAL);
    assertThat(send(socket, GUEST, new byte[1501])).as("never cut").isEqualTo(-Errno.EMSGSIZE);
  }

  @Test
  void protocol255SendsOnlyWithTheUsersHeaders() {
    RawSocket socket = lab.stack.raw().open(false, 255, this);
    assertThat(socket.headerIncluded).isTrue();
    byte[] ip = Lab.ipv6(APPLIANCE6, GUEST6, 59, 9, new byte[0]);
    assertThat(send(socket, GUEST6, ip)).isEqualTo(40);
    assertThat(Arrays.copyOfRange(lab.nextToA(), 14, 54)).isEqualTo(ip);
  }

  @Test
  void messagesOfIcmpAreCountedWhenTheyAreSent() {
    RawSocket socket = lab.stack.raw().open(true, 1, this);
    assertThat(send(socket, GUEST, Lab.icmp(13, 0, 1, new byte[12]))).isEqualTo(20);
    assertThat(lab.stack.counters(true).icmpOutMsgs).isEqualTo(1);
    assertThat(lab.stack.counters(true).icmpOutTypes[13]).isEqualTo(1);
  }

  @Test
  void longOnesAreCut() {
    RawSocket socket = lab.stack.raw().open(true, 99, this);
    assertThat(send(socket, GUEST, new byte[3000])).isEqualTo(3000);
    assertThat(lab.toA).hasSize(3);
    assertThat(send(socket, GUEST, new byte[65516])).isEqualTo(-Errno.EMSGSIZE);
  }

  @Test
  void errorsComeToConnectedOnesAndToThoseWhoAsk() {
    RawSocket loose = lab.stack.raw().open(true, 99, this);
    RawSocket connected = lab.stack.raw().open(true, 99, this);
    assertThat(connected.connect(0, IpAddress.parse("198.51.100.7").lo())).isZero();
    assertThat(connected.send(new byte[8], 0, 8)).isEqualTo(8);
    byte[] about = lab.toWorld.removeLast();
    byte[] error = Lab.ipv4("198.51.100.7", APPLIANCE, 1, 64, Lab.icmp(3, 2, 0, about));
    lab.fromWorld(error);
    assertThat(connected.takeError()).isEqualTo(Errno.ENOPROTOOPT);
    assertThat(loose.takeError()).isZero();
    assertThat(errors).isEqualTo(1);
    loose.options().receiveErrors = true;
    lab.fromWorld(error);
    assertThat(loose.takeError()).isEqualTo(Errno.ENOPROTOOPT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void shortMessagesHarmNothing(int length) {
    lab.stack.raw().open(true, 1, this);
    lab.stack.raw().open(false, 58, this);
    fromGuest(GUEST, APPLIANCE, 1, new byte[length]);
    fromGuest(GUEST6, APPLIANCE6, 59, new byte[length]);
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void aFullBufferDrops() {
    RawSocket socket = lab.stack.raw().open(true, 99, this);
    socket.receiveBuffer().limit(4096);
    for (int i = 0; i < 10; i++) {
      fromGuest(GUEST, APPLIANCE, 99, new byte[1]);
    }
    assertThat(socket.receiveBuffer().count()).isEqualTo(3);
    assertThat(socket.receiveBuffer().drops()).isEqualTo(7);
  }

  @Test
  void aSourceQuenchIsIgnored() {
    RawSocket socket = lab.stack.raw().open(true, 99, this);
    socket.options().receiveErrors = true;
    assertThat(socket.connect(0, IpAddress.parse("198.51.100.7").lo())).isZero();
    assertThat(socket.send(new byte[8], 0, 8)).isEqualTo(8);
    byte[] about = lab.toWorld.removeLast();
    lab.fromWorld(Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(4, 0, 0, about)));
    assertThat(socket.takeError()).isZero();
    assertThat(errors).isZero();
    lab.fromWorld(Lab.ipv4("192.0.2.254", APPLIANCE, 1, 64, Lab.icmp(3, 2, 0, about)));
    assertThat(socket.takeError()).isEqualTo(Errno.ENOPROTOOPT);
  }

  @Test
  void aFullBufferCostsNoCopy() {
    RawSocket socket = lab.stack.raw().open(true, 99, this);
    socket.receiveBuffer().limit(0);
    fromGuest(GUEST, APPLIANCE, 99, new byte[4]);
    fromGuest(GUEST, APPLIANCE, 99, new byte[4]);
    assertThat(lab.pool.drops(DropReason.SOCKET_RCVBUFF)).as("none was made").isZero();
    assertThat(socket.receiveBuffer().count()).isOne();
    assertThat(socket.receiveBuffer().drops()).isOne();
  }

  @Test
  void oneThatClosesOthersWhenItIsToldOfAPacketSkipsNobody() {
    List<RawSocket> open = new ArrayList<>();
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int self = i;
      DatagramListener listener =
          () -> {
            told.add(self);
            if (self == 1) {
              open.get(0).close();
              open.get(1).close();
            }
          };
      open.add(lab.stack.raw().open(true, 99, listener));
    }
    fromGuest(GUEST, APPLIANCE, 99, new byte[4]);
    assertThat(told).containsExactly(0, 1, 2);
    fromGuest(GUEST, APPLIANCE, 99, new byte[4]);
    assertThat(told).containsExactly(0, 1, 2, 2);
  }
}
