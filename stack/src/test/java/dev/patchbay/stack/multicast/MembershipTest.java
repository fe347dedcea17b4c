package dev.patchbay.stack.multicast;

import static dev.patchbay.stack.multicast.GroupTester.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sockets hear a group, what joining refuses, and what is sent to groups. */
class MembershipTest {
  private static final String G = "239.1.1.1";

  private final GroupTester t = new GroupTester();
  private final UdpSocket socket = t.open(5000);
  private final UdpSocket other = t.open(5000);

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  private int send(UdpSocket from, String group, String text) {
    IpAddress g = IpAddress.parse(group);
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    return from.sendTo(data, 0, data.length, 0, 0, g.hi(), g.lo(), 5000, null);
  }

  @ParameterizedTest
  @CsvSource({"10.0.2.15, 239.1.1.1", "fec0::15, ff05::1:1", "fe80::15, ff02::1:1"})
  void onlyJoinedGroupsAreHeard(String from, String group) {
    t.datagram(from, group, 5000, "before");
    assertThat(t.lab.pool.drops(DropReason.NOT_MEMBER)).isEqualTo(1);
    assertThat(t.join(socket, group)).isZero();
    t.datagram(from, group, 5000, "joined");
    assertThat(read(socket)).isEqualTo("joined");
    assertThat(read(other)).as("IP_MULTICAST_ALL").isEqualTo("joined");
    other.options().multicastAll = false;
    other.options().multicastAll6 = false;
    t.datagram(from, group, 5000, "again");
    assertThat(read(socket)).isEqualTo("again");
    assertThat(read(other)).isEmpty();
    assertThat(t.leave(socket, group)).isZero();
    t.datagram(from, group, 5000, "after");
    assertThat(read(socket)).isEmpty();
    assertThat(t.lab.pool.drops(DropReason.NOT_MEMBER)).isEqualTo(2);
    t.reports(3000);
  }

  @Test
  void eachSocketHasItsSources() {
    assertThat(t.joinSource(socket, G, "10.0.2.15")).isZero();
    assertThat(t.join(other, G)).isZero();
    assertThat(t.block(other, G, "10.0.2.15")).isZero();
    t.datagram("10.0.2.15", G, 5000, "fifteen");
    t.datagram("10.0.2.16", G, 5000, "sixteen");
    assertThat(read(socket)).isEqualTo("fifteen");
    assertThat(read(other)).isEqualTo("sixteen");
    // when the one that blocks is alone, the packet is not even ours
    assertThat(t.leave(socket, G)).isZero();
    t.datagram("10.0.2.15", G, 5000, "fifteen");
    assertThat(t.lab.pool.drops(DropReason.NOT_MEMBER)).isEqualTo(1);
    t.reports(3000);
  }

  @Test
  void joiningErrors() {
    assertThat(t.join(socket, "10.0.2.9")).isEqualTo(-Errno.EINVAL);
    IpAddress g = IpAddress.parse(G);
    assertThat(socket.memberships().join(g.hi(), g.lo(), null)).isEqualTo(-Errno.ENODEV);
    assertThat(t.leave(socket, G)).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.join(socket, G)).isEqualTo(-Errno.EADDRINUSE);
    assertThat(t.leaveSource(socket, G, "10.0.2.8")).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(t.block(other, G, "10.0.2.8")).as("not joined").isEqualTo(-Errno.EINVAL);
    assertThat(t.setFilter(other, G, GroupTester.filter(true, "10.0.2.8")))
        .isEqualTo(-Errno.EINVAL);
    UdpSocket third = t.open(5001);
    assertThat(t.join(third, G)).isZero();
    assertThat(t.block(third, G, "10.0.2.8")).isZero();
    assertThat(t.block(third, G, "10.0.2.8")).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(t.joinSource(third, G, "10.0.2.9")).as("the other mode").isEqualTo(-Errno.EINVAL);
    assertThat(t.unblock(third, G, "10.0.2.9")).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(t.setFilter(third, G, GroupTester.filter(true))).as("leaves").isZero();
    assertThat(third.memberships().count()).isZero();
    t.reports(3000);
  }

  @Test
  void membershipsAndSourcesAreBounded() {
    for (int i = 1; i <= 20; i++) {
      assertThat(t.join(socket, "239.2.2." + i)).isZero();
    }
    assertThat(t.join(socket, "239.2.2.21")).isEqualTo(-Errno.ENOBUFS);
    assertThat(t.join(socket, "ff05::21")).as("the families count apart").isZero();
    for (int i = 1; i <= 10; i++) {
      assertThat(t.joinSource(other, G, "10.0.3." + i)).isZero();
    }
    assertThat(t.joinSource(other, G, "10.0.3.11")).isEqualTo(-Errno.ENOBUFS);
    t.reports(3000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"239.1.1.1", "ff05::1:1"})
  void whatIsSentToAGroupComesBackToMembers(String group) {
    socket.options().multicastDevice = t.lab.bridge;
    socket.options().multicastDevice6 = t.lab.bridge;
    assertThat(send(socket, group, "nobody")).isEqualTo(6);
    t.lab.loop.turn();
    assertThat(read(socket)).as("not joined").isEmpty();
    byte[] frame = t.lab.nextToA();
    boolean v4 = Bytes.u16(frame, 12) == 0x800;
    assertThat(frame[v4 ? 22 : 21]).as("does not leave the link").isEqualTo((byte) 1);
    assertThat(t.join(other, group)).isZero();
    t.reports(3000);
    assertThat(send(socket, group, "hello")).isEqualTo(5);
    t.lab.loop.turn();
    assertThat(read(other)).isEqualTo("hello");
    assertThat(read(socket)).isEqualTo("hello");
    assertThat(t.lab.toA).hasSize(1);
    socket.options().multicastLoop = false;
    socket.options().multicastLoop6 = false;
    assertThat(send(socket, group, "silent")).isEqualTo(6);
    t.lab.loop.turn();
    assertThat(read(other)).isEmpty();
    assertThat(t.lab.toA).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"239.1.1.1", "ff05::1:1", "ff01::1:1"})
  void withoutHopsItStaysHere(String group) {
    assertThat(t.join(other, group)).isZero();
    t.reports(3000);
    socket.options().multicastDevice = t.lab.bridge;
    socket.options().multicastDevice6 = t.lab.bridge;
    socket.options().multicastTtl = 0;
    socket.options().multicastHops = group.startsWith("ff01") ? 1 : 0;
    assertThat(send(socket, group, "inside")).isEqualTo(6);
    t.lab.loop.turn();
    assertThat(read(other)).isEqualTo("inside");
    assertThat(t.lab.toA).isEmpty();
  }

  @Test
  void theWayToAGroup() {
    // by the default route as Linux does, but without its gateway
    assertThat(send(socket, G, "world")).isEqualTo(5);
    assertThat(t.lab.toWorld).hasSize(1);
    socket.options().multicastSource = IpAddress.parse("10.0.2.2").lo();
    socket.options().multicastDevice = t.lab.bridge;
    assertThat(send(socket, G, "link")).isEqualTo(4);
    byte[] frame = t.lab.nextToA();
    assertThat(Bytes.u48(frame, 0)).isEqualTo(0x01005e010101L);
    assertThat(t.lab.stack.counters(true).outMcastPkts).isEqualTo(2);
  }

  @Test
  void longDatagramsToAGroupAreCutAndJoined() {
    assertThat(t.join(other, G)).isZero();
    t.reports(3000);
    socket.options().multicastDevice = t.lab.bridge;
    assertThat(send(socket, G, "x".repeat(4000))).isEqualTo(4000);
    assertThat(t.lab.toA).hasSize(3);
    t.lab.loop.turn();
    assertThat(read(other)).as("looped whole").hasSize(4000);
  }
}
