package dev.patchbay.stack.neighbour;

import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers for others: {@code ip neigh add proxy}, and how neighbour discovery answers at all. */
class ProxyTest {
  private static final int GUEST = v4("10.0.2.15");
  private static final int OTHER = v4("192.0.2.9");
  private final Lab lab = new Lab();
  private final ProxyTable proxies = lab.stack.neighbours().proxies();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void answerFor(String address) {
    IpAddress ip = IpAddress.parse(address);
    proxies.put(new ProxyTable.Entry(ip.hi(), ip.lo(), lab.bridge, false, null));
  }

  private byte[] request(long to) {
    byte[] frame = arp(1, Lab.GUEST_A, GUEST, 0, OTHER);
    Bytes.put48(frame, 0, to);
    return frame;
  }

  @Test
  void arpForAnotherIsAnsweredWithinEightTenthsOfASecond() {
    answerFor("192.0.2.9");
    lab.fromA(request(Addresses.MAC_BROADCAST));
    lab.loop.runForMillis(801);
    byte[] reply = lab.nextToA();
    assertThat(Bytes.u16(reply, 20)).isEqualTo(2);
    assertThat(Bytes.u48(reply, 22)).isEqualTo(Lab.APPLIANCE);
    assertThat((int) Bytes.u32(reply, 28)).isEqualTo(OTHER);
    Neighbour guest = lab.stack.neighbours().find(0, Addresses.v4(GUEST), lab.bridge);
    assertThat(guest).isNotNull();
  }

  @Test
  void whoAsksUsAloneIsAnsweredAtOnce() {
    answerFor("192.0.2.9");
    lab.fromA(request(Lab.APPLIANCE));
    assertThat(Bytes.u16(lab.nextToA(), 20)).isEqualTo(2);
  }

  @Test
  void withoutAnEntryOrOnTheSameLinkNobodyAnswers() {
    lab.fromA(request(Lab.APPLIANCE));
    answerFor("10.0.2.77");
    byte[] onLink = arp(1, Lab.GUEST_A, GUEST, 0, v4("10.0.2.77"));
    lab.fromA(onLink);
    lab.loop.runForMillis(2000);
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void noMoreThanSixtyFourAnswersWait() {
    answerFor("192.0.2.9");
    for (int i = 0; i < 100; i++) {
      lab.fromA(request(Addresses.MAC_BROADCAST));
    }
    lab.loop.runForMillis(801);
    assertThat(lab.toA).hasSize(64);
  }

  /** A solicitation of guest A for {@code target}; its link-layer address as an option or not. */
  private static byte[] solicitation(String from, String to, String target, boolean option) {
    byte[] body = new byte[option ? 32 : 24];
    IpAddress wanted = IpAddress.parse(target);
    Bytes.put8(body, 0, 135);
    Bytes.put64(body, 8, wanted.hi());
    Bytes.put64(body, 16, wanted.lo());
    if (option) {
      Bytes.put16(body, 24, 0x0101);
      Bytes.put48(body, 26, Lab.GUEST_A);
    }
    IpAddress ip = IpAddress.parse(to);
    boolean group = Addresses.isMulticast(ip.hi(), ip.lo());
    long mac = group ? Addresses.groupMac(ip.hi(), ip.lo()) : Lab.APPLIANCE;
    return Lab.ethernet(mac, Lab.GUEST_A, EtherType.IPV6, Lab.ipv6(from, to, 58, 255, body));
  }

  private static int flags(byte[] frame) {
    assertThat(frame[54] & 0xff).as("an advertisement").isEqualTo(136);
    return (int) Bytes.u32(frame, 58);
  }

  @Test
  void theGroupIsAnsweredWithOverrideAndTheLinkLayerAddress() {
    lab.fromA(solicitation("fec0::15", "ff02::1:ff00:2", "fec0::2", true));
    byte[] answer = lab.nextToA();
    assertThat(flags(answer)).isEqualTo(0xe000_0000);
    assertThat(answer).hasSize(54 + 32);
    assertThat(Bytes.u48(answer, 80)).isEqualTo(Lab.APPLIANCE);
  }

  @Test
  void aProbeIsAnsweredWithoutOverrideAndOption() {
    lab.fromA(solicitation("fec0::15", "ff02::1:ff00:2", "fec0::2", true));
    lab.toA.clear();
    lab.fromA(solicitation("fec0::15", "fec0::2", "fec0::2", true));
    byte[] answer = lab.nextToA();
    assertThat(flags(answer)).isEqualTo(0xc000_0000);
    assertThat(answer).hasSize(54 + 24);
  }

  @Test
  void duplicateAddressDetectionIsAnsweredToAll() {
    lab.fromA(solicitation("::", "ff02::1:ff00:2", "fec0::2", false));
    byte[] answer = lab.nextToA();
    assertThat(flags(answer)).isEqualTo(0xa000_0000);
    assertThat(Bytes.u48(answer, 0)).isEqualTo(0x3333_0000_0001L);
  }

  @Test
  void whatIsNoDuplicateAddressDetectionIsPassedOver() {
    // RFC 4861 section 7.1.1: not to a solicited-node group; with a link-layer address
    lab.fromA(solicitation("::", "fec0::2", "fec0::2", false));
    lab.fromA(solicitation("::", "ff02::1:ff00:2", "fec0::2", true));
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void anotherAddressOfIpv6IsAnsweredForAsAHostWithoutOverride() {
    answerFor("2001:db8::9");
    lab.loop.runForMillis(2000);
    lab.toA.clear(); // the group is told of
    String group = "ff02::1:ff00:9";
    lab.fromA(solicitation("fec0::15", group, "2001:db8::9", true));
    lab.loop.runForMillis(801);
    assertThat(flags(lab.nextToA())).isEqualTo(0x4000_0000);
    lab.stack.conf().all6().set(Ipv6Key.PROXY_NDP, 0);
    lab.bridge.conf6().set(Ipv6Key.PROXY_NDP, 0);
    lab.fromA(solicitation("fec0::15", group, "2001:db8::9", true));
    lab.loop.runForMillis(801);
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void theGroupIsLeftWithTheEntry() {
    IpAddress group = IpAddress.parse("ff02::1:ff00:9");
    answerFor("2001:db8::9");
    assertThat(lab.stack.multicast().isMember(lab.bridge, group.hi(), group.lo())).isTrue();
    IpAddress ip = IpAddress.parse("2001:db8::9");
    assertThat(proxies.remove(ip.hi(), ip.lo(), lab.bridge)).isTrue();
    assertThat(lab.stack.multicast().isMember(lab.bridge, group.hi(), group.lo())).isFalse();
  }

  @Test
  void anAnswerThatWaitsGoesWithTheDevice() {
    answerFor("192.0.2.9");
    lab.fromA(request(Addresses.MAC_BROADCAST));
    lab.stack.setUp(lab.bridge, false);
    lab.stack.setUp(lab.bridge, true);
    lab.loop.runForMillis(801);
    assertThat(lab.toA).noneMatch(frame -> Bytes.u16(frame, 12) == EtherType.ARP);
  }
}
