package dev.patchbay.stack.raw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Packet sockets: frames as devices have them. */
class PacketSocketTest implements DatagramListener {
  private static final int OWN_TYPE = 0x88b5;
  private static final String[] KINDS = {"host", "broadcast", "multicast", "otherhost", "outgoing"};

  private final Lab lab = new Lab();
  private final List<Integer> failures = new ArrayList<>();
  private final PacketEngine engine = lab.stack.packets();

  PacketSocketTest() {
    lab.introduceA();
  }

  @Override
  public void onReadable() {}

  @Override
  public void onFailure(int errno) {
    failures.add(errno);
  }

  @AfterEach
  void nothingLeaks() {
    engine.sockets().forEach(PacketSocket::close);
    lab.close();
  }

  private static byte[] frame(long to, int type) {
    return Lab.ethernet(to, Lab.GUEST_A, type, new byte[46]);
  }

  /** Device, kind, EtherType and length of each frame that waits. */
  private static List<String> read(PacketSocket socket) {
    List<String> all = new ArrayList<>();
    for (Packet p = socket.receiveBuffer().poll(); p != null; p = socket.receiveBuffer().poll()) {
      all.add(
          p.device
              + " "
              + KINDS[p.packetType]
              + " "
              + Integer.toHexString(PacketSocket.etherType(p))
              + " "
              + p.length());
      p.release();
    }
    return all;
  }

  @Test
  void oneOfAllProtocolsSeesBothDirectionsBeforeTheBridge() {
    PacketSocket socket = engine.open(true, PacketSocket.ALL, this);
    assertThat(socket.bind(0, lab.portA)).isZero();
    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.0.2.15"), 0, Lab.v4("10.0.2.2")));
    lab.fromA(frame(Lab.GUEST_B, OWN_TYPE));
    assertThat(read(socket))
        .containsExactly("net0 broadcast 806 42", "net0 outgoing 806 42", "net0 otherhost 88b5 60");
    socket.ignoreOutgoing = true;
    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.0.2.15"), 0, Lab.v4("10.0.2.2")));
    assertThat(read(socket)).containsExactly("net0 broadcast 806 42");
  }

  @Test
  void oneOfAProtocolSeesWhatComesInAndIsNotBridgedAway() {
    PacketSocket socket = engine.open(true, OWN_TYPE, this);
    lab.fromA(frame(Lab.APPLIANCE, OWN_TYPE));
    lab.fromA(frame(Addresses.MAC_BROADCAST, OWN_TYPE));
    lab.fromA(frame(0x01005e000009L, OWN_TYPE));
    lab.fromA(frame(Lab.GUEST_B, OWN_TYPE));
    lab.fromA(frame(Lab.APPLIANCE, 0x88b6));
    assertThat(read(socket))
        .containsExactly("br0 host 88b5 60", "br0 broadcast 88b5 60", "br0 multicast 88b5 60");
  }

  @Test
  void withoutHeaderAndWithItsFields() {
    PacketSocket socket = engine.open(false, OWN_TYPE, this);
    lab.fromA(frame(Lab.APPLIANCE, OWN_TYPE));
    Packet packet = socket.receiveBuffer().poll();
    assertThat(packet).isNotNull();
    assertThat(packet.length()).isEqualTo(46);
    assertThat(PacketSocket.source(packet)).isEqualTo(Lab.GUEST_A);
    assertThat(PacketSocket.hardwareType(lab.bridge)).isEqualTo(1);
    assertThat(PacketSocket.hardwareType(lab.stack.loopback())).isEqualTo(772);
    assertThat(PacketSocket.hardwareType(lab.uplink)).isEqualTo(0xfffe);
    packet.release();
  }

  @Test
  void aDeviceWithoutLinkHeaderHasIpPackets() {
    PacketSocket socket = engine.open(true, EtherType.IPV4, this);
    PacketSocket all = engine.open(true, PacketSocket.ALL, this);
    assertThat(socket.bind(0, lab.uplink)).isZero();
    assertThat(all.bind(0, lab.uplink)).isZero();
    lab.fromWorld(Lab.ipv4("192.0.2.1", "10.0.2.15", 17, 64, Lab.udp(1, 2, new byte[4])));
    assertThat(read(socket)).containsExactly("host0 host 800 32");
    assertThat(read(all)).containsExactly("host0 host 800 32");
  }

  @Test
  void whatASocketSendsOthersSee() {
    PacketSocket sender = engine.open(true, PacketSocket.ALL, this);
    PacketSocket other = engine.open(true, PacketSocket.ALL, this);
    byte[] frame = Lab.ethernet(Lab.GUEST_A, 0x525400000077L, OWN_TYPE, new byte[46]);
    assertThat(sender.send(frame, 0, frame.length, lab.bridge, 0, 0)).isEqualTo(60);
    assertThat(lab.nextToA()).as("as it was written").isEqualTo(frame);
    assertThat(read(sender)).isEmpty();
    assertThat(read(other)).containsExactly("br0 outgoing 88b5 60", "net0 outgoing 88b5 60");
    PacketSocket plain = engine.open(false, 0, this);
    assertThat(plain.send(new byte[50], 0, 50, lab.bridge, OWN_TYPE, Lab.GUEST_A)).isEqualTo(50);
    byte[] built = lab.nextToA();
    assertThat(Bytes.u48(built, 0)).isEqualTo(Lab.GUEST_A);
    assertThat(Bytes.u48(built, 6)).isEqualTo(Lab.APPLIANCE);
    assertThat(Bytes.u16(built, 12)).isEqualTo(OWN_TYPE);
    assertThat(built).hasSize(64);
  }

  @Test
  void sendingErrors() {
    PacketSocket socket = engine.open(true, 0, this);
    byte[] frame = new byte[1519];
    assertThat(socket.send(frame, 0, 60, null, 0, 0)).isEqualTo(-Errno.ENXIO);
    assertThat(socket.send(frame, 0, 13, lab.bridge, 0, 0)).isEqualTo(-Errno.EINVAL);
    assertThat(socket.send(frame, 0, 1515, lab.bridge, 0, 0)).isEqualTo(-Errno.EMSGSIZE);
    Bytes.put16(frame, 12, EtherType.VLAN);
    assertThat(socket.send(frame, 0, 1519, lab.bridge, 0, 0)).isEqualTo(-Errno.EMSGSIZE);
    assertThat(socket.send(frame, 0, 1518, lab.uplink, 0, 0)).isEqualTo(1518);
    lab.stack.setUp(lab.portB, false);
    assertThat(socket.send(frame, 0, 60, lab.portB, 0, 0)).isEqualTo(-Errno.ENETDOWN);
  }

  @Test
  void devicesComeAndGo() {
    PacketSocket any = engine.open(true, PacketSocket.ALL, this);
    PortDevice late = new PortDevice(lab.stack.nextIndex(), "net2", 0x525400000003L, 1500);
    PacketSocket bound = engine.open(true, PacketSocket.ALL, this);
    assertThat(bound.bind(0, late)).isEqualTo(-Errno.ENODEV);
    lab.stack.add(late);
    assertThat(bound.bind(0, late)).isZero();
    assertThat(bound.takeError()).as("it is down").isEqualTo(Errno.ENETDOWN);
    lab.stack.setUp(late, true);
    late.plug(Packet::release);
    Packet packet = lab.pool.acquire(60);
    byte[] frame = frame(Addresses.MAC_BROADCAST, OWN_TYPE);
    System.arraycopy(frame, 0, packet.data, packet.append(60), 60);
    late.receive(packet);
    assertThat(read(any)).contains("net2 broadcast 88b5 60");
    assertThat(read(bound)).contains("net2 broadcast 88b5 60");
    lab.stack.remove(late);
    assertThat(bound.takeError()).isEqualTo(Errno.ENETDOWN);
    assertThat(bound.device()).isNull();
    lab.fromA(frame);
    assertThat(read(bound)).as("it is bound to what is no more").isEmpty();
    assertThat(read(any)).isNotEmpty();
    any.close();
    lab.fromA(frame);
    assertThat(any.receiveBuffer().isEmpty()).isTrue();
  }

  @Test
  void whatIsSeenAndDroppedIsCounted() {
    PacketSocket socket = engine.open(true, OWN_TYPE, this);
    socket.receiveBuffer().limit(4096);
    for (int i = 0; i < 10; i++) {
      lab.fromA(frame(Lab.APPLIANCE, OWN_TYPE));
    }
    assertThat(socket.takePackets()).isEqualTo(10);
    assertThat(socket.takeDrops()).isEqualTo(7);
    assertThat(socket.takePackets()).isZero();
    assertThat(socket.takeDrops()).isZero();
  }

  @Test
  void theLoopbackIsSeenTwice() {
    PacketSocket socket = engine.open(true, PacketSocket.ALL, this);
    assertThat(socket.bind(PacketSocket.ALL, lab.stack.loopback())).isZero();
    var udp = lab.stack.udp().open((s, p) -> {});
    assertThat(udp.sendTo(new byte[4], 0, 4, 0, 0, 0, 0xffff_7f00_0001L, 9, null)).isEqualTo(4);
    lab.loop.runForMillis(1);
    assertThat(read(socket))
        .containsExactly(
            "lo outgoing 800 46", "lo host 800 46", "lo outgoing 800 74", "lo host 800 74");
    udp.close();
  }

  @Test
  void aDeviceThatGoesDownIsToldAtOnce() {
    PacketSocket bound = engine.open(true, PacketSocket.ALL, this);
    PacketSocket elsewhere = engine.open(true, PacketSocket.ALL, this);
    assertThat(bound.bind(0, lab.portB)).isZero();
    assertThat(elsewhere.bind(0, lab.portA)).isZero();
    assertThat(failures).isEmpty();
    lab.stack.setUp(lab.portB, false);
    assertThat(failures).containsExactly(Errno.ENETDOWN);
    assertThat(bound.takeError()).isEqualTo(Errno.ENETDOWN);
    assertThat(bound.bind(0, lab.portB)).as("as it is down").isZero();
    assertThat(failures).hasSize(2);
  }

  @Test
  void aFullBufferCostsNoCopy() {
    PacketSocket socket = engine.open(true, PacketSocket.ALL, this);
    assertThat(socket.bind(0, lab.portA)).isZero();
    socket.receiveBuffer().limit(0);
    lab.fromA(frame(Lab.GUEST_B, OWN_TYPE));
    long drops = lab.pool.drops(DropReason.SOCKET_RCVBUFF);
    lab.fromA(frame(Lab.GUEST_B, OWN_TYPE));
    assertThat(lab.pool.drops(DropReason.SOCKET_RCVBUFF)).as("none was made").isEqualTo(drops);
    assertThat(drops).isZero();
    assertThat(socket.takePackets()).isEqualTo(2);
    assertThat(socket.takeDrops()).isOne();
    assertThat(read(socket)).hasSize(1);
  }
}
