package dev.patchbay.stack;

import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Network namespaces: what is in one is nothing to another. */
class NamespacesTest {
  private final Lab lab = new Lab();
  private final Namespaces namespaces = lab.stack.namespaces();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private String ip(String... words) {
    IpCommand.Result result = new IpCommand().run(lab.stack, List.of(words));
    return result.status() + " " + result.stdout() + result.stderr();
  }

  private NetworkStack red() {
    assertThat(ip("netns", "add", "red")).isEqualTo("0 ");
    NetworkStack red = namespaces.find("red");
    assertThat(red).isNotNull();
    return red;
  }

  /** Moves net1 into red, up, as 10.0.2.2 of another network of the same numbers. */
  private NetworkStack redWithGuestB() {
    NetworkStack red = red();
    Namespaces.move(lab.portB, lab.stack, red);
    red.setUp(lab.portB, true);
    assertThat(ip("-n", "red", "addr", "add", "10.0.2.2/24", "dev", "net1")).isEqualTo("0 ");
    lab.loop.runForMillis(2000);
    lab.toB.clear();
    return red;
  }

  @Test
  void aNewOneIsEmpty() {
    NetworkStack red = red();
    assertThat(red.devices()).singleElement().hasToString("lo");
    assertThat(red.loopback().isUp()).isFalse();
    assertThat(red.routes4().size() + red.routes6().size()).isZero();
    assertThat(red.sockets()).isNotSameAs(lab.stack.sockets());
    assertThat(namespaces.nameOf(red)).isEqualTo("red");
    assertThat(namespaces.nameOf(lab.stack)).isEmpty();
    assertThat(red.namespaces()).isSameAs(namespaces);
  }

  @Test
  void theSameAddressesMayBeInTwo() {
    redWithGuestB();
    byte[] ping = icmp(8, 0, 0x12340001, new byte[3]);
    for (int round = 0; round < 2; round++) {
      boolean a = round == 0;
      long gateway = a ? Lab.APPLIANCE : lab.portB.mac();
      long guest = a ? Lab.GUEST_A : GUEST_B;
      byte[] request = arp(1, guest, v4("10.0.2.15"), 0, v4("10.0.2.2"));
      byte[] echo =
          ethernet(gateway, guest, EtherType.IPV4, ipv4("10.0.2.15", "10.0.2.2", 1, 64, ping));
      for (byte[] frame : List.of(request, echo)) {
        if (a) {
          lab.fromA(frame);
        } else {
          lab.fromB(frame);
        }
      }
      byte[] reply = a ? lab.nextToA() : lab.toB.remove();
      assertThat(Bytes.u48(reply, 22)).isEqualTo(gateway);
      byte[] answer = a ? lab.nextToA() : lab.toB.remove();
      assertThat(answer[34]).as("echo reply").isZero();
      assertThat(lab.toA).isEmpty();
      assertThat(lab.toB).as("nothing is bridged between the two").isEmpty();
    }
    assertThat(lab.toWorld).isEmpty();
  }

  @Test
  void aDeviceThatMovesLosesAllButNameAndIndex() {
    int index = lab.portB.index();
    NetworkStack red = redWithGuestB();
    assertThat(lab.portB.master()).isNull();
    assertThat(lab.stack.devices()).doesNotContain(lab.portB);
    assertThat(lab.portB.index()).isEqualTo(index);
    Namespaces.move(lab.portB, red, lab.stack);
    assertThat(lab.portB.isUp()).isFalse();
    assertThat(lab.portB.addresses()).isEmpty();
    assertThat(red.isLocal(0, IpAddress.parse("10.0.2.2").lo())).isFalse();
    assertThat(lab.stack.device("net1")).isSameAs(lab.portB);
  }

  @Test
  void anIndexThatIsTakenIsChanged() {
    NetworkStack red = red();
    for (int i = red.devices().size(); i < lab.portA.index(); i++) {
      var other = new PortDevice(red.nextIndex(), "x" + i, 0x0200_0000_0001L, 1500);
      red.add(other);
    }
    int index = lab.portA.index();
    Namespaces.move(lab.portA, lab.stack, red);
    assertThat(lab.portA.index()).isNotEqualTo(index);
    assertThat(red.devices()).last().isEqualTo(lab.portA);
  }

  @Test
  void whatCannotMoveStays() {
    NetworkStack red = red();
    assertThatThrownBy(() -> Namespaces.move(lab.stack.loopback(), lab.stack, red))
        .hasMessageContaining("lo cannot move");
    assertThatThrownBy(() -> Namespaces.move(lab.bridge, lab.stack, red))
        .hasMessageContaining("br0 cannot move");
    Namespaces.move(lab.portA, lab.stack, red);
    lab.portB.name("net0");
    assertThatThrownBy(() -> Namespaces.move(lab.portB, lab.stack, red))
        .hasMessageContaining("net0 cannot move");
    assertThat(lab.stack.devices()).contains(lab.bridge, lab.portB, lab.stack.loopback());
  }

  @Test
  void theCableComesBackWhenTheNameGoes() {
    redWithGuestB();
    lab.portA.name("net1"); // its old name is taken meanwhile
    assertThat(ip("netns", "del", "red")).isEqualTo("0 ");
    assertThat(lab.stack.device("dev0")).isSameAs(lab.portB);
    assertThat(lab.portB.isUp()).isFalse();
    assertThat(namespaces.names()).isEmpty();
    assertThat(ip("netns", "del", "red")).startsWith("1 Cannot remove namespace file");
  }

  @Test
  void thereAreNotMoreThanTheLimit() {
    for (int i = 0; i < Namespaces.LIMIT; i++) {
      assertThat(ip("netns", "add", "n" + i)).isEqualTo("0 ");
    }
    assertThat(ip("netns", "add", "one-more"))
        .isEqualTo(
            "1 Cannot create namespace file \"/run/netns/one-more\": No space left on device\n");
  }
}
