package dev.patchbay.stack.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The appliance between two guests (10.0.2.15, fec0::15 and .16) on br0 and the world on host0,
 * where it has 203.0.113.1 and 2001:db8::1. Packets as {@link PacketText}.
 */
final class Router {
  final Lab lab = new Lab();
  private final IptablesCommand iptables = new IptablesCommand(PortNames.NONE);

  Router() {
    ip("ip addr add 203.0.113.1/24 dev host0");
    ip("ip addr add 2001:db8::1/64 dev host0 nodad");
    for (String end : List.of("15 lladdr 52:54:00:00:00:01", "16 lladdr 52:54:00:00:00:02")) {
      ip("ip neigh add 10.0.2." + end + " dev br0");
      ip("ip neigh add fec0::" + end + " dev br0");
    }
    // so that the bridge knows them
    lab.fromA(Lab.arp(2, Lab.GUEST_A, Lab.v4("10.0.2.15"), Lab.APPLIANCE, Lab.v4("10.0.2.2")));
    lab.fromB(Lab.arp(2, Lab.GUEST_B, Lab.v4("10.0.2.16"), Lab.APPLIANCE, Lab.v4("10.0.2.2")));
    lab.toA.clear();
    lab.toB.clear();
    lab.toWorld.clear();
  }

  Router ip(String command) {
    List<String> words = List.of(command.split(" "));
    String said = new IpCommand().run(lab.stack, words.subList(1, words.size())).stderr();
    assertThat(said).as(command).isEmpty();
    return this;
  }

  /** Runs iptables or ip6tables. */
  Router rule(String command) {
    List<String> words = List.of(command.split(" "));
    IpCommand.Result result =
        iptables.run(lab.stack, words.getFirst(), words.subList(1, words.size()), "");
    assertThat(result.stderr()).as(command).isEmpty();
    return this;
  }

  Router fromA(String line) {
    return fromA(PacketText.packet(line));
  }

  Router fromA(byte[] ip) {
    lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, type(ip), ip));
    return this;
  }

  Router fromB(String line) {
    byte[] ip = PacketText.packet(line);
    lab.fromB(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_B, type(ip), ip));
    return this;
  }

  Router fromWorld(String line) {
    lab.fromWorld(PacketText.packet(line));
    return this;
  }

  private static int type(byte[] ip) {
    return ip[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
  }

  /** The one packet to guest A since it was last asked. */
  Router toA(String line) {
    assertThat(frame(lab.toA)).isEqualTo(line);
    return this;
  }

  Router toB(String line) {
    assertThat(frame(lab.toB)).isEqualTo(line);
    return this;
  }

  Router toWorld(String line) {
    assertThat(worldGot()).isEqualTo(line);
    return this;
  }

  /** The one packet to the world since it was last asked. */
  String worldGot() {
    assertThat(lab.toWorld).as("to the world").hasSize(1);
    return PacketText.of(lab.toWorld.removeFirst());
  }

  /** The one packet to guest A. */
  String guestGot() {
    return frame(lab.toA);
  }

  /** Nothing went anywhere. */
  Router nothing() {
    assertThat(lab.toA).as("to A").isEmpty();
    assertThat(lab.toB).as("to B").isEmpty();
    assertThat(lab.toWorld).as("to the world").isEmpty();
    return this;
  }

  private static String frame(Deque<byte[]> queue) {
    assertThat(queue).hasSize(1);
    byte[] frame = queue.removeFirst();
    assertThat(Bytes.u16(frame, 12)).isIn(EtherType.IPV4, EtherType.IPV6);
    return PacketText.of(Arrays.copyOfRange(frame, 14, frame.length));
  }

  int connections() {
    return lab.stack.netfilter().conntrack().size();
  }

  void close() {
    lab.close();
  }
}
