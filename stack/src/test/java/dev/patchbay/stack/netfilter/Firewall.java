package dev.patchbay.stack.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.Arrays;
import java.util.List;

/** The appliance with two guests, a world and rules, in the words of iptables. */
final class Firewall {
  static final String GUEST = "10.0.2.15";
  static final String OTHER = "10.0.2.16";
  static final String WORLD = "192.0.2.7";

  final Lab lab = new Lab();
  private final IptablesCommand iptables = new IptablesCommand(PortNames.NONE);

  Firewall() {
    lab.introduceA();
    lab.fromB(Lab.arp(1, Lab.GUEST_B, Lab.v4(OTHER), 0, Lab.v4("10.0.2.2")));
    lab.toA.clear();
    lab.toB.clear();
  }

  /** Runs a command that must work. */
  Firewall rule(String command) {
    String said = run(command).stderr();
    assertThat(said).as(command).isEmpty();
    return this;
  }

  IpCommand.Result run(String command) {
    List<String> words = List.of(command.split(" "));
    String program = words.getFirst();
    return iptables.run(lab.stack, program, words.subList(1, words.size()), "");
  }

  /** Runs a command of ip that must work. */
  Firewall ip(String command) {
    String said = new IpCommand().run(lab.stack, List.of(command.split(" "))).stderr();
    assertThat(said).as(command).isEmpty();
    return this;
  }

  /** Reads rules upon those that are there. */
  IpCommand.Result restoreUpon(String text) {
    return iptables.run(lab.stack, "iptables-restore", List.of("-n"), text);
  }

  IpCommand.Result restore(String text) {
    return iptables.run(lab.stack, "iptables-restore", List.of(), text);
  }

  /** What {@code iptables-save -c} prints. */
  String saved(String program) {
    return iptables.run(lab.stack, program + "-save", List.of("-c"), "").stdout();
  }

  /** What {@code iptables-save -c} prints of the rules of a chain, counters and all. */
  List<String> counted(String program, String chain) {
    return saved(program)
        .lines()
        .filter(line -> line.contains("-A " + chain + " ") || line.startsWith(":" + chain + " "))
        .toList();
  }

  /** An IP packet comes from guest A, in a frame to the appliance. */
  void fromGuest(byte[] ip) {
    int type = ip[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
    lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, type, ip));
  }

  /** An IP packet from guest A to guest B, over the bridge. */
  void fromGuestToOther(byte[] ip) {
    int type = ip[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
    lab.fromA(Lab.ethernet(Lab.GUEST_B, Lab.GUEST_A, type, ip));
  }

  /** IP packets that reached the world since it was last asked. */
  int reachedWorld() {
    int count = lab.toWorld.size();
    lab.toWorld.clear();
    return count;
  }

  /** The next IP packet to guest A; fails where there is none. */
  byte[] toGuest() {
    byte[] frame = lab.nextToA();
    return Arrays.copyOfRange(frame, 14, frame.length);
  }

  /** Frames to guest B since it was last asked. */
  int reachedOther() {
    int count = lab.toB.size();
    lab.toB.clear();
    return count;
  }

  static byte[] udp(String from, String to, int port) {
    return Lab.ipv4(from, to, IpProtocol.UDP, 64, Lab.udp(4000, port, new byte[4]));
  }

  /** A TCP segment with right checksums. */
  static byte[] tcp(String from, String to, int fromPort, int toPort, int flags, byte[] options) {
    byte[] body = new byte[20 + options.length];
    Bytes.put16(body, 0, fromPort);
    Bytes.put16(body, 2, toPort);
    Bytes.put32(body, 4, 1000);
    Bytes.put32(body, 8, (flags & 0x10) != 0 ? 2000 : 0);
    Bytes.put16(body, 12, body.length / 4 << 12 | flags);
    Bytes.put16(body, 14, 65535);
    System.arraycopy(options, 0, body, 20, options.length);
    long sum = InternetChecksum.sum(body, 0, body.length);
    sum +=
        InternetChecksum.pseudo4(
            Lab.v4(from) & 0xffff_ffffL, Lab.v4(to) & 0xffff_ffffL, IpProtocol.TCP, body.length);
    Bytes.put16(body, 16, InternetChecksum.finish(sum));
    return Lab.ipv4(from, to, IpProtocol.TCP, 64, body);
  }

  static byte[] syn(String from, String to, int port) {
    return tcp(from, to, 4000, port, 0x02, new byte[0]);
  }

  /** The frame of an IP packet with VLAN tags between. */
  static byte[] tagged(long to, long from, byte[] ip, int... vids) {
    byte[] frame = new byte[14 + 4 * vids.length + ip.length];
    Bytes.put48(frame, 0, to);
    Bytes.put48(frame, 6, from);
    int at = 12;
    for (int vid : vids) {
      Bytes.put16(frame, at, EtherType.VLAN);
      Bytes.put16(frame, at + 2, vid);
      at += 4;
    }
    Bytes.put16(frame, at, ip[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6);
    System.arraycopy(ip, 0, frame, at + 2, ip.length);
    return frame;
  }

  void close() {
    lab.close();
  }
}
