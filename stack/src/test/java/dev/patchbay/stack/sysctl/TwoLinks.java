package dev.patchbay.stack.sysctl;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.List;

/** Guest A on br0 (10.0.2.0/24), guest B on net1 (10.0.3.0/24), the world behind host0. */
final class TwoLinks {
  final Lab lab = new Lab();

  TwoLinks() {
    words("ip link set net1 nomaster");
    words("ip addr add 10.0.3.1/24 dev net1");
    lab.introduceA();
    fromB(arp(1, GUEST_B, v4("10.0.3.15"), 0, v4("10.0.3.1")));
    lab.toA.clear();
    lab.toB.clear();
  }

  /** Runs a word that succeeds; its output. */
  String words(String command) {
    IpCommand.Result result = run(command);
    assertThat(result.stderr()).isEmpty();
    assertThat(result.status()).isZero();
    return result.stdout();
  }

  IpCommand.Result run(String command) {
    List<String> argv = List.of(command.split(" "));
    List<String> args = argv.subList(1, argv.size());
    return argv.getFirst().equals("ip")
        ? new IpCommand().run(lab.stack, args)
        : new SysctlCommand().run(lab.stack, args, "");
  }

  void set(String setting) {
    words("sysctl -w " + setting);
  }

  void fromA(byte[] frame) {
    lab.fromA(frame);
  }

  /** A frame of guest B, whose bridge is none any more: to the address of net1 itself. */
  void fromB(byte[] frame) {
    if (Bytes.u48(frame, 0) == APPLIANCE) {
      Bytes.put48(frame, 0, lab.portB.mac());
    }
    lab.fromB(frame);
  }

  /** A datagram of guest A in the name of any. */
  void datagramA(String from, String to) {
    fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ipv4(from, to, 17, 64, datagram())));
  }

  void datagramB(String from, String to) {
    fromB(ethernet(APPLIANCE, GUEST_B, EtherType.IPV4, ipv4(from, to, 17, 64, datagram())));
  }

  private static byte[] datagram() {
    return udp(5, 6, new byte[10]);
  }

  long drops(DropReason reason) {
    return lab.pool.drops(reason);
  }
}
