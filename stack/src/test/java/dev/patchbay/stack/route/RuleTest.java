package dev.patchbay.stack.route;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.Flow;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What rules do to packets: guest A sends, table 100 leads by guest B, main by host0. */
class RuleTest extends RouterLab {
  @BeforeEach
  void tableHundredLeadsByB() {
    ip("route add default via 10.0.2.16 table 100");
  }

  private void fromA(String to, int sport, int dport) {
    fromA(to, 0, udp(sport, dport, new byte[9]));
  }

  private void goesToB(String to) {
    fromA(to, 5, 6);
    assertThat(lab.toB).as("by table 100").hasSize(1);
    assertThat(lab.toWorld).isEmpty();
    lab.toB.clear();
  }

  private void goesToTheWorld(String to) {
    fromA(to, 5, 6);
    assertThat(lab.toWorld).as("by main").hasSize(1);
    assertThat(lab.toB).isEmpty();
    lab.toWorld.clear();
  }

  @Test
  void theSourceChoosesTheTable() {
    goesToTheWorld("192.0.2.5");
    ip("rule add from 10.0.2.15 lookup 100");
    goesToB("192.0.2.5");
    ip("rule del from 10.0.2.15");
    goesToTheWorld("192.0.2.5");
  }

  @Test
  void soDoTheDeviceAndTheDestinationAndNot() {
    ip("rule add iif br0 to 192.0.2.0/24 lookup 100");
    goesToB("192.0.2.5");
    goesToTheWorld("192.0.3.5");
    ip("rule add not to 192.0.3.0/24 lookup 100");
    goesToTheWorld("192.0.3.5");
    goesToB("192.0.4.5");
    ip("rule flush iif lo");
    goesToB("192.0.4.5");
  }

  @Test
  void portsAreLookedInto() {
    ip("rule add ipproto udp dport 53 lookup 100");
    fromA("192.0.2.5", 5, 53);
    assertThat(lab.toB).hasSize(1);
    lab.toB.clear();
    goesToTheWorld("192.0.2.5");
    ip("rule add ipproto tcp lookup 100");
    goesToTheWorld("192.0.2.5");
  }

  @Test
  void rulesRefuseAsRoutesDo() {
    ip("rule add to 192.0.2.0/24 prohibit");
    ip("rule add to 192.0.3.0/24 blackhole");
    ip("rule add to 192.0.4.0/24 unreachable");
    fromA("192.0.2.5", 5, 6);
    byte[] prohibited = lab.nextToA();
    assertThat(Bytes.u16(prohibited, 14 + 20)).as("prohibited").isEqualTo(0x030d);
    fromA("192.0.3.5", 5, 6);
    assertThat(lab.toA).as("a black hole says nothing").isEmpty();
    fromA("192.0.4.5", 5, 6);
    byte[] none = lab.nextToA();
    assertThat(Bytes.u16(none, 14 + 20)).as("network unreachable").isEqualTo(0x0300);
  }

  @Test
  void gotoPassesRulesOverAndWaitsForItsTarget() {
    ip("rule add goto 300 pref 100");
    ip("rule add lookup 100 pref 200");
    goesToB("192.0.2.5");
    ip("rule add nop pref 300");
    goesToTheWorld("192.0.2.5");
    ip("rule del pref 300");
    goesToB("192.0.2.5");
  }

  @Test
  void aTableThatIsMadeLaterIsAsked() {
    ip("rule add lookup 200 pref 10");
    goesToTheWorld("192.0.2.5");
    ip("route add throw 192.0.3.0/24 table 200");
    ip("route add default via 10.0.2.16 table 200");
    goesToB("192.0.2.5");
    goesToTheWorld("192.0.3.5");
  }

  @Test
  void whatIsTooShortIsSuppressed() {
    ip("route add 192.0.2.0/24 dev host0");
    ip("rule add lookup main suppress_prefixlength 0 pref 10");
    ip("rule add lookup 100 pref 11");
    goesToTheWorld("192.0.2.5");
    goesToB("192.0.3.5");
  }

  @Test
  void marksAndTypesOfServiceOfSocketsChoose() {
    ip("rule add fwmark 7/15 lookup 100 pref 10");
    ip("rule add tos 0x10 blackhole pref 11");
    IpSocketOptions options = new IpSocketOptions();
    assertThat(nextHop(options)).isEqualTo("192.0.2.5");
    options.mark = 0x37;
    assertThat(nextHop(options)).isEqualTo("10.0.2.16");
    options.mark = 0;
    options.tos = 0x10;
    assertThat(resolve(new Flow(), options)).isEqualTo(-Errno.EINVAL);
  }

  private int resolve(Flow flow, IpSocketOptions options) {
    IpAddress to = IpAddress.parse("192.0.2.5");
    IpAddress any = IpAddress.ANY4;
    return lab.stack
        .socketOutput()
        .resolve(flow, options, any.hi(), any.lo(), to.hi(), to.lo(), null);
  }

  private String nextHop(IpSocketOptions options) {
    Flow flow = new Flow();
    assertThat(resolve(flow, options)).isZero();
    return flow.nextHop().toString();
  }

  @Test
  void typesOfServiceChooseAmongTheRoutesOfAPrefix() {
    ip("route add 192.0.2.0/24 tos 0x10 via 10.0.2.16");
    goesToTheWorld("192.0.2.5");
    byte[] packet = ipv4("10.0.2.15", "192.0.2.5", 17, 64, 0, 7, udp(5, 6, new byte[9]));
    packet[1] = 0x10;
    Bytes.put16(packet, 10, 0);
    Bytes.put16(packet, 10, InternetChecksum.finish(InternetChecksum.sum(packet, 0, 20)));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, packet));
    assertThat(lab.toB).hasSize(1);
  }

  @Test
  void withoutAnyRuleNothingIsReached() {
    ip("rule flush");
    ip("rule del pref 0");
    fromA("192.0.2.5", 5, 6);
    assertThat(lab.toWorld).isEmpty();
    assertThat(lab.toA).as("not even an error finds back").isEmpty();
    assertThat(lab.stack.isLocal(0, 0xffff_0a00_0202L)).as("still ours").isTrue();
  }
}
