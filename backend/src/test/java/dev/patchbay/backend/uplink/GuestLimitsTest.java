package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.PortDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestLimitsTest {
  private final UplinkOptions options = new UplinkOptions();
  private final GuestLimits limits = new GuestLimits(options);
  private final PortDevice spoofer = new PortDevice(4, "net0", 1, 1500);
  private final PortDevice neighbour = new PortDevice(5, "net1", 1, 1500);

  @Test
  void aPortWhoseGuestForgesAddressesTakesHalfAtMost() {
    options.maxTcp = 100;
    options.maxDatagram = 60;
    List<GuestLimits.Guest> taken = new ArrayList<>();
    for (int address = 0; address < 1000; address++) {
      GuestLimits.Guest guest = limits.take(GuestLimits.Kind.TCP, 0, address, spoofer);
      if (guest != null) {
        taken.add(guest);
      }
    }
    assertThat(taken).hasSize(50);
    for (int i = 0; i < 50; i++) {
      assertThat(limits.take(GuestLimits.Kind.TCP, 0, 7, neighbour)).isNotNull();
    }
    assertThat(limits.take(GuestLimits.Kind.TCP, 0, 7, neighbour)).isNull();
    // UDP and echo share theirs
    for (int i = 0; i < 15; i++) {
      assertThat(limits.take(GuestLimits.Kind.UDP, 0, i, spoofer)).isNotNull();
      assertThat(limits.take(GuestLimits.Kind.PING, 0, i, spoofer)).isNotNull();
    }
    assertThat(limits.take(GuestLimits.Kind.UDP, 0, 99, spoofer)).isNull();
    assertThat(limits.take(GuestLimits.Kind.PING, 0, 99, spoofer)).isNull();
    assertThat(limits.take(GuestLimits.Kind.PING, 0, 99, neighbour)).isNotNull();
    taken.forEach(guest -> limits.give(GuestLimits.Kind.TCP, guest));
    assertThat(limits.total(GuestLimits.Kind.TCP)).isEqualTo(50);
    assertThat(limits.take(GuestLimits.Kind.TCP, 0, 1, spoofer)).isNotNull();
  }

  @Test
  void whatOneGuestMayHaveHalfOpenIsNotAllThereIs() {
    options.maxTcpPerGuest = 4096;
    options.maxTcp = 16_384;
    assertThat(TcpRelay.config(options).maxHalfOpen).isEqualTo(16_384);
    options.maxTcp = 100_000;
    assertThat(TcpRelay.config(options).maxHalfOpen).isEqualTo(100_000);
  }

  @Test
  void theSameAddressBehindTwoPortsIsTwoGuests() {
    options.maxUdpPerGuest = 1;
    assertThat(limits.take(GuestLimits.Kind.UDP, 0, 1, spoofer)).isNotNull();
    assertThat(limits.take(GuestLimits.Kind.UDP, 0, 1, spoofer)).isNull();
    assertThat(limits.take(GuestLimits.Kind.UDP, 0, 1, neighbour)).isNotNull();
  }
}
