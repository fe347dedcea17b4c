package dev.patchbay.stack.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cables within the appliance. */
class VethTest {
  private static final byte[] HELLO = Lab.ethernet(2, 0x0200_0000_0011L, 0x88b5, new byte[50]);

  private final Lab lab = new Lab();
  private final List<Integer> seen = new ArrayList<>();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void ip(String words) {
    assertThat(new IpCommand().run(lab.stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private NetDevice device(String name) {
    return Objects.requireNonNull(lab.stack.device(name), name);
  }

  private void send(NetDevice by, byte[] frame) {
    Packet packet = Objects.requireNonNull(lab.pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    packet.l2 = packet.head;
    packet.l3 = packet.head + 14;
    by.transmit(packet);
  }

  private void pair() {
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
    lab.loop.runForMillis(2000);
    device("v1")
        .addTap((device, packet, outgoing) -> {
          if (!outgoing) {
            seen.add(packet.length());
          }
        });
  }

  @Test
  void whatOneEndSendsComesInAtTheOtherInTheNextTurn() {
    pair();

    send(device("v0"), HELLO);
    assertThat(seen).isEmpty();
    lab.loop.turn();

    assertThat(seen).containsExactly(HELLO.length);
    assertThat(device("v1").statistics.rxPackets).isPositive();
  }

  @Test
  void anEndThatIsDownTakesTheCarrierFromTheOther() {
    pair();
    ip("link set v1 down");
    assertThat(device("v0").hasCarrier()).isFalse();
    assertThat(device("v0").operState()).isEqualTo(OperState.LOWERLAYERDOWN);

    long before = device("v0").statistics.txDropped;
    send(device("v0"), HELLO);
    lab.loop.turn();

    assertThat(seen).isEmpty();
    assertThat(device("v0").statistics.txDropped).isEqualTo(before + 1);
    ip("link set v1 up");
    assertThat(device("v0").operState()).isEqualTo(OperState.UP);
  }

  @Test
  void aFrameTooLongForTheOtherEndIsDroppedThere() {
    pair();
    ip("link set v1 mtu 1000");

    send(device("v0"), Lab.ethernet(2, 3, 0x88b5, new byte[1004]));
    send(device("v0"), Lab.ethernet(2, 3, 0x88b5, new byte[1005]));
    lab.loop.turn();

    assertThat(seen).containsExactly(1018);
    assertThat(lab.pool.drops(DropReason.PKT_TOO_BIG)).isEqualTo(1);
    assertThat(device("v0").statistics.txDropped).isEqualTo(1);
  }

  @Test
  void whatWaitsAtAnEndThatGoesIsDropped() {
    pair();
    send(device("v0"), HELLO);
    ip("link del v1");
    assertThat(lab.stack.device("v0")).isNull();
    lab.loop.turn();
    assertThat(seen).isEmpty();
    assertThat(lab.pool.drops(DropReason.DEV_READY)).isPositive();
  }

  @Test
  void oneEndHoldsAThousandPacketsATurn() {
    pair();
    for (int i = 0; i < 1100; i++) {
      send(device("v0"), HELLO);
    }
    lab.loop.turn();
    assertThat(seen).hasSize(1000);
    assertThat(lab.pool.drops(DropReason.CPU_BACKLOG)).isEqualTo(100);
  }

  @Test
  void anEndInTheBridgeJoinsTheOtherToIt() {
    pair();
    ip("link set v0 master br0");
    ip("addr add 10.0.2.77/24 dev v1");
    lab.toA.clear();

    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.0.2.15"), 0, Lab.v4("10.0.2.77")));
    lab.loop.runForMillis(1);

    assertThat(lab.toA)
        .anySatisfy(frame -> {
          assertThat(frame[21]).as("ARP reply").isEqualTo((byte) 2);
          assertThat(frame[31]).isEqualTo((byte) 77);
        });
  }

  @Test
  void aCircleOfTwoBridgesAndTwoCablesDoesNotReEnterItself() {
    for (String bridge : List.of("x", "y")) {
      ip("link add " + bridge + " type bridge");
      ip("link set " + bridge + " up");
    }
    for (String end : List.of("a", "b")) {
      ip("link add " + end + "x type veth peer name " + end + "y");
      ip("link set " + end + "x master x up");
      ip("link set " + end + "y master y up");
    }
    send(device("x"), Lab.ethernet(-1L & 0xffff_ffff_ffffL, device("x").mac(), 0x88b5, HELLO));

    lab.loop.runForMillis(1000);

    // the limit of floods a port bounds what goes round; taking a cable away ends it
    ip("link del ax");
    lab.loop.runForMillis(10);
    assertThat(device("x").statistics.txPackets).isPositive();
    ip("link del x");
    ip("link del y");
    lab.loop.runForMillis(10);
  }

  @Test
  void tagsGoThroughBesideTheBytes() {
    pair();
    ip("link add link v0 name v0.5 type vlan id 5");
    ip("link add link v1 name v1.5 type vlan id 5");
    ip("link set v0.5 up");
    ip("link set v1.5 up");
    lab.loop.runForMillis(2000);
    long before = device("v1.5").statistics.rxPackets;

    send(
        device("v0.5"),
        Lab.ethernet(device("v1.5").mac(), device("v0.5").mac(), EtherType.ARP, new byte[28]));
    lab.loop.turn();

    assertThat(device("v1.5").statistics.rxPackets).isEqualTo(before + 1);
  }
}
