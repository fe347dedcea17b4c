package dev.patchbay.stack.route;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.wire.EtherType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Guest A sends, guest B (10.0.2.16) can be a router, the world is behind host0. */
abstract class RouterLab {
  final Lab lab = new Lab();

  @BeforeEach
  void bothGuestsAreKnown() {
    lab.introduceA();
    lab.fromB(arp(1, GUEST_B, v4("10.0.2.16"), 0, v4("10.0.2.2")));
    lab.toA.clear();
    lab.toB.clear();
  }

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  final void ip(String words) {
    IpCommand.Result result = new IpCommand().run(lab.stack, List.of(words.split(" ")));
    assertThat(result.stderr()).isEmpty();
    assertThat(result.status()).isZero();
  }

  /** A sends a UDP datagram by the appliance. */
  final void fromA(String to, int flags, byte[] datagram) {
    byte[] packet = ipv4("10.0.2.15", to, 17, 64, flags, 7, datagram);
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, packet));
  }
}
