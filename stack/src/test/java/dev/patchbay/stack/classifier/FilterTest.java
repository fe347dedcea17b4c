package dev.patchbay.stack.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Filters and their actions, frame by frame: two guests on a bridge, {@code net0} and net1. */
class FilterTest {
  private static final int NUMBER = 14 + 20 + 8;

  private final Lab lab = new Lab();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private static void ip(Lab lab, String words) {
    assertThat(new IpCommand().run(lab.stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private String tc(String words) {
    return tc(lab, words);
  }

  private static String tc(Lab lab, String words) {
    IpCommand.Result result = new TcCommand().run(lab.stack, List.of(words.split(" ")), "");
    assertThat(result.stderr()).as(words).isEmpty();
    return result.stdout();
  }

  private static NetDevice device(Lab lab, String name) {
    return Objects.requireNonNull(lab.stack.device(name), name);
  }

  /** A datagram from A to B's port, with a number in it. */
  private static byte[] datagram(int number, int port) {
    byte[] udp = new byte[12];
    Bytes.put16(udp, 0, 4000);
    Bytes.put16(udp, 2, port);
    Bytes.put16(udp, 4, udp.length);
    Bytes.put32(udp, 8, number);
    byte[] packet = Lab.ipv4("10.0.2.15", "10.0.2.16", IpProtocol.UDP, 64, udp);
    return Lab.ethernet(Lab.GUEST_B, Lab.GUEST_A, EtherType.IPV4, packet);
  }

  private static List<Integer> numbers(Deque<byte[]> frames) {
    List<Integer> found = new ArrayList<>();
    for (byte[] frame : frames) {
      if (frame.length >= NUMBER + 4 && Bytes.u16(frame, 12) == EtherType.IPV4) {
        found.add(Bytes.i32(frame, NUMBER));
      }
    }
    frames.clear();
    return found;
  }

  private static void ifb(Lab lab) {
    ip(lab, "link add ifb0 type ifb");
    ip(lab, "link set ifb0 up");
    tc(lab, "qdisc add dev net0 clsact");
    tc(lab, "filter add dev net0 ingress matchall action mirred egress redirect dev ifb0");
  }

  @Test
  void whatAFilterDropsIsGoneAndTheRestGoesOn() {
    tc("qdisc add dev net0 clsact");
    tc(
        "filter add dev net0 ingress protocol ip prio 1 flower ip_proto udp dst_port 53 action"
            + " drop");

    lab.fromA(datagram(1, 53));
    lab.fromA(datagram(2, 54));

    assertThat(numbers(lab.toB)).containsExactly(2);
    assertThat(lab.pool.drops(DropReason.TC_INGRESS)).isEqualTo(1);
    // as on Linux without the Ethernet header
    assertThat(tc("-s qdisc show dev net0 clsact")).contains(" Sent 64 bytes 2 pkt (dropped 1,");
    assertThat(tc("-s filter show dev net0 ingress"))
        .contains(
            "\tSent 32 bytes 1 pkt (dropped 1,", "installed 0 sec used 0 sec firstused 0 sec");
  }

  @Test
  void whatIsSentIsFilteredToo() {
    tc("qdisc add dev net1 clsact");
    tc("filter add dev net1 egress protocol ip prio 1 u32 match ip dport 53 0xffff action drop");

    lab.fromA(datagram(1, 53));
    lab.fromA(datagram(2, 54));

    assertThat(numbers(lab.toB)).containsExactly(2);
    assertThat(lab.pool.drops(DropReason.TC_EGRESS)).isEqualTo(1);
    assertThat(tc("-s filter show dev net1 egress"))
        .contains("(rule hit 2 success 1)", "match 00000035/0000ffff at 20 (success 1 )");
  }

  @Test
  void framesFromTheGuestAreDelayedByAnIfb() {
    ifb(lab);
    lab.loop.runForMillis(2000); // what the stack itself sends there goes nowhere
    tc("qdisc add dev ifb0 root netem delay 40ms");

    lab.fromA(datagram(1, 9));
    lab.fromA(datagram(2, 9));
    lab.loop.runForMillis(39);
    assertThat(numbers(lab.toB)).isEmpty();
    lab.loop.runForMillis(3);

    assertThat(numbers(lab.toB)).containsExactly(1, 2);
    NetDevice ifb = device(lab, "ifb0");
    assertThat(ifb.statistics.rxPackets - ifb.statistics.rxDropped).isEqualTo(2);
    assertThat(ifb.statistics.txPackets).isEqualTo(2);
    assertThat(tc("-s qdisc show dev ifb0")).contains(" Sent 92 bytes 2 pkt (dropped 0,");
  }

  @Test
  void framesToTheGuestAreDelayedByAnIfb() {
    ip(lab, "link add ifb0 type ifb");
    ip(lab, "link set ifb0 up");
    tc("qdisc add dev net1 clsact");
    tc("filter add dev net1 egress matchall action mirred egress redirect dev ifb0");
    tc("qdisc add dev ifb0 root netem delay 40ms");

    lab.fromA(datagram(1, 9));
    lab.loop.runForMillis(39);
    assertThat(numbers(lab.toB)).isEmpty();
    lab.loop.runForMillis(3);

    assertThat(numbers(lab.toB)).containsExactly(1);
  }

  @Test
  void framesMeetTheSameFateForTheSameSeed() {
    List<Integer> alone = fates(false);
    assertThat(fates(true)).isEqualTo(alone);
    assertThat(alone).hasSizeBetween(100, 180);
  }

  /** Of 200 frames from A through netem those that came; others may talk meanwhile. */
  private static List<Integer> fates(boolean crowded) {
    Lab lab = new Lab();
    ifb(lab);
    tc(lab, "qdisc add dev ifb0 root netem loss 30% duplicate 5% seed 7");
    if (crowded) {
      tc(lab, "qdisc add dev net1 root netem loss 0% delay 1ms seed 7");
    }
    List<Integer> came = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      lab.fromA(datagram(i, 9));
      if (crowded) {
        lab.fromB(Lab.arp(1, Lab.GUEST_B, Lab.v4("10.0.2.16"), 0, Lab.v4("10.0.2.2")));
      }
      lab.loop.runForMillis(3);
      came.addAll(numbers(lab.toB));
    }
    lab.close();
    return came;
  }

  @Test
  void copyGoesToAnotherDeviceAndTheFrameGoesOn() {
    ip(lab, "link add d0 type dummy");
    ip(lab, "link set d0 up");
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 ingress matchall action mirred egress mirror dev d0");

    lab.fromA(datagram(1, 9));

    assertThat(numbers(lab.toB)).containsExactly(1);
    assertThat(device(lab, "d0").statistics.txPackets).isEqualTo(1);
    assertThat(device(lab, "d0").statistics.txBytes).isEqualTo(46);
  }

  @Test
  void frameComesInByAnotherDevice() {
    ip(lab, "link set net0 nomaster");
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 ingress matchall action mirred ingress redirect dev net1");

    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.0.2.15"), 0, Lab.v4("10.0.2.2")));

    assertThat(lab.toA).isEmpty();
    byte[] answer = lab.toB.removeFirst();
    assertThat(Bytes.u48(answer, 0)).isEqualTo(Lab.GUEST_A);
    assertThat(Bytes.u16(answer, 12)).isEqualTo(EtherType.ARP);
    assertThat(device(lab, "net1").statistics.rxPackets).as("counted by a driver alone").isZero();
    lab.toB.clear();
  }

  @Test
  void circleOfRedirectionsEnds() {
    ip(lab, "link add d0 type dummy");
    ip(lab, "link set d0 up");
    tc("qdisc add dev net1 clsact");
    tc("qdisc add dev d0 clsact");
    tc("filter add dev net1 egress matchall action mirred egress redirect dev d0");
    tc("filter add dev d0 egress matchall action mirred egress redirect dev net1");

    lab.fromA(datagram(1, 9));

    assertThat(numbers(lab.toB)).isEmpty();
    assertThat(lab.pool.drops(DropReason.TC_EGRESS)).isEqualTo(1);
    assertThat(tc("-s filter show dev net1 egress")).contains("Sent 138 bytes 3 pkt");
    assertThat(tc("-s filter show dev d0 egress")).contains("Sent 92 bytes 2 pkt");
  }

  @Test
  void whatFiltersAskAgainForEverIsDropped() {
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 ingress matchall action reclassify");

    lab.fromA(datagram(1, 9));

    assertThat(numbers(lab.toB)).isEmpty();
    assertThat(lab.pool.drops(DropReason.TC_INGRESS)).isEqualTo(1);
  }

  @Test
  void nothingGoesToADeviceThatIsDownOrGone() {
    ifb(lab);
    ip(lab, "link set ifb0 down");
    lab.fromA(datagram(1, 9));
    ip(lab, "link del ifb0");
    lab.fromA(datagram(2, 9));

    assertThat(numbers(lab.toB)).isEmpty();
    assertThat(lab.pool.drops(DropReason.TC_INGRESS)).isEqualTo(2);
    assertThat(tc("-s filter show dev net0 ingress"))
        .contains("to device *)", "(dropped 0, overlimits 2 requeues 0)");
  }

  @Test
  void ifbDropsWhatWasNotRedirectedToIt() {
    ip(lab, "link add ifb0 type ifb");
    ip(lab, "link set ifb0 up");
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 ingress matchall action mirred egress mirror dev ifb0");

    lab.fromA(datagram(1, 9));

    assertThat(numbers(lab.toB)).containsExactly(1);
    assertThat(device(lab, "ifb0").statistics.rxDropped).isEqualTo(1);
    assertThat(device(lab, "ifb0").statistics.txPackets).isZero();
  }

  @Test
  void whatWaitsInAnIfbGoesWithIt() {
    ifb(lab);
    tc("qdisc add dev ifb0 root netem delay 1s");
    lab.fromA(datagram(1, 9));
    ip(lab, "link del ifb0");
    lab.loop.runForMillis(1100);

    assertThat(numbers(lab.toB)).isEmpty();
    assertThat(lab.pool.drops(DropReason.QDISC_DROP)).isEqualTo(1);
  }

  @Test
  void tagsArePutOnTakenOffAndChanged() {
    tc("qdisc add dev net1 clsact");
    tc("filter add dev net1 egress prio 1 protocol ip matchall action vlan push id 42 priority 3");
    lab.fromA(datagram(1, 9));
    byte[] tagged = lab.toB.removeFirst();
    assertThat(Bytes.u16(tagged, 12)).isEqualTo(EtherType.VLAN);
    assertThat(Bytes.u16(tagged, 14)).isEqualTo(3 << 13 | 42);
    assertThat(Bytes.u16(tagged, 16)).isEqualTo(EtherType.IPV4);

    tc("filter replace dev net1 egress prio 2 protocol ip matchall action vlan pop");
    tc("filter del dev net1 egress prio 1");
    tc(
        "filter add dev net1 egress prio 1 protocol ip matchall action vlan push protocol 802.1ad"
            + " id 7 action vlan push id 42 action vlan modify id 43");
    lab.fromA(datagram(2, 9));
    byte[] twice = lab.toB.removeFirst();
    assertThat(Bytes.u16(twice, 12)).isEqualTo(EtherType.VLAN);
    assertThat(Bytes.u16(twice, 14)).isEqualTo(43);
    assertThat(Bytes.u16(twice, 16)).isEqualTo(EtherType.QINQ);
    assertThat(Bytes.u16(twice, 18)).isEqualTo(7);
    assertThat(Bytes.u16(twice, 20)).isEqualTo(EtherType.IPV4);

    tc("filter del dev net1 egress prio 1");
    tc(
        "filter add dev net1 egress prio 1 protocol ip matchall"
            + " action vlan push protocol 802.1ad id 7 action vlan push id 42 action vlan pop");
    lab.fromA(datagram(3, 9));
    byte[] once = lab.toB.removeFirst();
    assertThat(Bytes.u16(once, 12)).isEqualTo(EtherType.QINQ);
    assertThat(Bytes.u16(once, 16)).isEqualTo(EtherType.IPV4);
    lab.toB.clear();
  }

  @Test
  void markedInOneFilterFoundByItInAQdisc() {
    tc("qdisc add dev net0 clsact");
    tc(
        "filter add dev net0 ingress protocol ip prio 1 u32 match ip dport 53 0xffff"
            + " action skbedit mark 0x16");
    tc("qdisc add dev net1 root handle 1: prio");
    tc("filter add dev net1 parent 1: prio 1 handle 0x10/0xf0 fw classid 1:1");
    tc("filter add dev net1 parent 1: prio 2 matchall classid 1:3");

    lab.fromA(datagram(1, 53));
    lab.fromA(datagram(2, 54));
    lab.fromA(datagram(3, 55));

    assertThat(numbers(lab.toB)).containsExactly(1, 2, 3);
    List<String> classes = tc("-s class show dev net1").lines().toList();
    assertThat(classes.get(1)).startsWith(" Sent 46 bytes 1 pkt");
    assertThat(classes.get(4)).startsWith(" Sent 0 bytes");
    assertThat(classes.get(7)).startsWith(" Sent 92 bytes 2 pkt");
  }

  @Test
  void aQdiscsFilterDropsAndRedirects() {
    ip(lab, "link add d0 type dummy");
    ip(lab, "link set d0 up");
    tc("qdisc add dev net1 root handle 1: prio");
    tc("filter add dev net1 protocol ip prio 1 u32 match ip dport 1 0xffff action drop");
    tc(
        "filter add dev net1 protocol ip prio 2 u32 match ip dport 2 0xffff"
            + " action mirred egress redirect dev d0");
    for (int port = 1; port <= 3; port++) {
      lab.fromA(datagram(port, port));
    }

    assertThat(numbers(lab.toB)).containsExactly(3);
    assertThat(lab.pool.drops(DropReason.QDISC_DROP)).isEqualTo(1);
    assertThat(device(lab, "d0").statistics.txPackets).isEqualTo(1);
    assertThat(tc("-s qdisc show dev net1")).contains("Sent 46 bytes 1 pkt (dropped 1,");
  }

  @Test
  void tooShortForU32IsAskedNoMoreByIt() {
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 ingress protocol ip prio 1 u32 match u32 0 0 at 2000 action drop");
    tc("filter add dev net0 ingress protocol ip prio 1 u32 match u32 0 0 action drop");

    lab.fromA(datagram(1, 9));

    assertThat(numbers(lab.toB)).containsExactly(1);
  }

  @Test
  void flowerSeesFragmentsArpAndVlans() {
    tc("qdisc add dev net0 clsact");
    tc(
        "filter add dev net0 ingress protocol arp prio 1 flower arp_op request"
            + " arp_tip 10.0.2.2 arp_sha 52:54:00:00:00:01 action drop");
    tc(
        "filter add dev net0 ingress protocol 802.1q prio 2 flower vlan_id 5 vlan_prio 6"
            + " vlan_ethtype ipv4 dst_ip 10.0.2.16 action drop");
    tc(
        "filter add dev net0 ingress protocol ip prio 3 flower ip_flags frag/nofirstfrag action"
            + " drop");

    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.0.2.15"), 0, Lab.v4("10.0.2.2")));
    assertThat(lab.toA).isEmpty();
    byte[] plain = datagram(1, 9);
    byte[] tagged = new byte[plain.length + 4];
    System.arraycopy(plain, 0, tagged, 0, 12);
    Bytes.put16(tagged, 12, EtherType.VLAN);
    Bytes.put16(tagged, 14, 6 << 13 | 5);
    System.arraycopy(plain, 12, tagged, 16, plain.length - 12);
    lab.fromA(tagged);
    Bytes.put16(plain, 20, 0x2001);
    lab.fromA(plain);
    lab.fromA(datagram(2, 9));

    assertThat(numbers(lab.toB)).containsExactly(2);
    assertThat(lab.pool.drops(DropReason.TC_INGRESS)).isEqualTo(3);
  }

  @Test
  void aDeviceThatGoesGivesItsActionsNumbersBack() {
    ip(lab, "link add d0 type dummy");
    tc("qdisc add dev d0 clsact");
    tc("filter add dev d0 egress matchall action drop");
    ip(lab, "link del d0");
    tc("qdisc add dev net0 clsact");
    tc("filter add dev net0 egress matchall action drop");

    assertThat(tc("filter show dev net0 egress")).contains("\t index 1 ref 1 bind 1");
  }

  @Test
  void whatIsNotHereIsRefusedByName() {
    tc("qdisc add dev net0 clsact");
    for (String words :
        List.of(
            "filter add dev net0 ingress basic",
            "filter add dev net0 ingress matchall action police rate 1mbit burst 10k",
            "filter add dev net0 ingress matchall action pedit munge ip ttl set 1",
            "filter add dev net0 ingress matchall action drop random netrand ok 5",
            "filter add dev net0 ingress matchall action goto chain 5",
            "filter add dev net0 ingress chain 5 matchall action drop",
            "filter add dev net0 ingress matchall action skbedit ptype host",
            "filter add dev net0 ingress matchall action skbedit queue_mapping 1",
            "filter add dev net0 ingress matchall action gact index 3",
            "filter add dev net0 ingress u32 divisor 256",
            "filter add dev net0 ingress u32 ht 800: match u32 0 0",
            "filter add dev net0 ingress u32 match tcp dst 80 0xffff",
            "filter add dev net0 ingress flower ct_state +trk",
            "filter add dev net0 ingress flower ip_tos 1",
            "filter add dev net0 ingress matchall skip_hw action drop",
            "filter show dev net0 block 3",
            "chain show dev net0",
            "actions show")) {
      IpCommand.Result result = new TcCommand().run(lab.stack, List.of(words.split(" ")), "");
      assertThat(result.status()).as(words).isEqualTo(2);
      assertThat(result.stderr()).as(words).endsWith("is not supported here.\n");
    }
    assertThat(tc("filter show dev net0 ingress")).isEmpty();
  }
}
