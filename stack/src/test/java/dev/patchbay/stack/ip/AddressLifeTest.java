package dev.patchbay.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How addresses come and go: duplicate address detection and lifetimes, on virtual time. */
class AddressLifeTest {
  private static final String ADDRESS = "2001:db8::77";
  private static final String GROUP = "ff02::1:ff00:77";
  private final Lab lab = new Lab();
  private final IpAddress address = IpAddress.parse(ADDRESS);

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private String ip(String command) {
    IpCommand.Result result = new IpCommand().run(lab.stack, List.of(command.split(" ")));
    assertThat(result.status()).as(result.stderr()).isZero();
    return result.stdout();
  }

  private String shown() {
    return ip("-6 -o addr show dev br0 to " + ADDRESS);
  }

  private boolean isOurs() {
    return lab.stack.isLocal(address.hi(), address.lo());
  }

  /** Neighbour solicitations among the frames to guest A, which they take away. */
  private List<byte[]> solicitations() {
    List<byte[]> found =
        lab.toA.stream()
            .filter(f -> f.length > 62 && f[20] == 58 && (f[54] & 0xff) == 135)
            .toList();
    lab.toA.clear();
    return found;
  }

  private static byte[] message(int type, String from, String to, long option, int optionType) {
    byte[] body = new byte[option == 0 ? 24 : 32];
    IpAddress target = IpAddress.parse(ADDRESS);
    Bytes.put8(body, 0, type);
    Bytes.put64(body, 8, target.hi());
    Bytes.put64(body, 16, target.lo());
    if (option != 0) {
      Bytes.put8(body, 24, optionType);
      Bytes.put8(body, 25, 1);
      Bytes.put48(body, 26, option);
    }
    IpAddress group = IpAddress.parse(to);
    long mac = Addresses.groupMac(group.hi(), group.lo());
    byte[] ip = Lab.ipv6(from, to, 58, 255, body);
    return Lab.ethernet(mac, Lab.GUEST_A, EtherType.IPV6, ip);
  }

  @Test
  void anAddressIsTentativeUntilASecondAfterItsSolicitation() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    assertThat(shown()).contains("scope global tentative");
    assertThat(isOurs()).isFalse();
    lab.loop.runForMillis(1001);
    List<byte[]> asked = solicitations();
    assertThat(asked).hasSize(1);
    byte[] frame = asked.getFirst();
    IpAddress group = IpAddress.parse(GROUP);
    assertThat(Bytes.u48(frame, 0)).isEqualTo(Addresses.groupMac(group.hi(), group.lo()));
    assertThat(Bytes.i64(frame, 22)).as("from ::").isZero();
    assertThat(Bytes.i64(frame, 30)).isZero();
    assertThat(Bytes.i64(frame, 62)).isEqualTo(address.hi());
    assertThat(Bytes.i64(frame, 70)).isEqualTo(address.lo());
    assertThat(frame[78]).as("a nonce, no link-layer address").isEqualTo((byte) 14);
    assertThat(frame).hasSize(86);
    lab.loop.runForMillis(1001);
    assertThat(shown()).doesNotContain("tentative");
    assertThat(isOurs()).isTrue();
    assertThat(solicitations()).isEmpty();
  }

  @Test
  void theGroupIsJoinedBeforeItIsAsked() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    IpAddress group = IpAddress.parse(GROUP);
    assertThat(lab.stack.multicast().isMember(lab.bridge, group.hi(), group.lo())).isTrue();
  }

  @Test
  void whoHasItAlreadyKeepsIt() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.loop.runForMillis(1001);
    lab.fromA(message(136, ADDRESS, "ff02::1", Lab.GUEST_A, 2));
    assertThat(shown()).contains("dadfailed tentative");
    lab.loop.runForMillis(10_000);
    assertThat(isOurs()).isFalse();
    assertThat(shown()).contains("dadfailed tentative");
  }

  @Test
  void whoAsksForItTooMakesBothGiveUp() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.fromA(message(135, "::", GROUP, 0x1234_5678_9abcL, 14));
    assertThat(shown()).contains("dadfailed tentative");
  }

  @Test
  void ourOwnSolicitationThatComesBackIsNobodyElse() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.loop.runForMillis(1001);
    long nonce = Bytes.u48(solicitations().getFirst(), 80);
    lab.fromA(message(135, "::", GROUP, nonce, 14));
    assertThat(shown()).doesNotContain("dadfailed");
    lab.loop.runForMillis(1001);
    assertThat(isOurs()).isTrue();
  }

  @Test
  void whoResolvesATentativeOneIsNotAnswered() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.toA.clear();
    lab.fromA(message(135, "fec0::15", GROUP, Lab.GUEST_A, 1));
    assertThat(lab.toA).isEmpty();
    assertThat(shown()).doesNotContain("dadfailed");
  }

  @Test
  void whenItIsOursItIsDefended() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.loop.runForMillis(2002);
    lab.toA.clear();
    lab.fromA(message(135, "::", GROUP, 0, 0));
    byte[] answer = lab.nextToA();
    assertThat(answer[54] & 0xff).isEqualTo(136);
    assertThat(Bytes.u48(answer, 0)).isEqualTo(0x3333_0000_0001L);
    assertThat(isOurs()).isTrue();
  }

  @Test
  void oneWithALifetimeThatFailsIsGone() {
    ip("addr add " + ADDRESS + "/64 dev br0 valid_lft 100 preferred_lft 50");
    lab.fromA(message(136, ADDRESS, "ff02::1", Lab.GUEST_A, 2));
    assertThat(shown()).isEmpty();
  }

  @Test
  void withNodadItIsOursAtOnce() {
    ip("addr add " + ADDRESS + "/64 dev br0 nodad");
    assertThat(isOurs()).isTrue();
    lab.loop.runForMillis(3000);
    assertThat(solicitations()).isEmpty();
  }

  @Test
  void anAddressOfADeviceThatIsDownIsAskedAboutWhenItComesUp() {
    lab.stack.setUp(lab.bridge, false);
    ip("addr add " + ADDRESS + "/64 dev br0");
    lab.loop.runForMillis(5000);
    assertThat(shown()).contains("tentative");
    lab.stack.setUp(lab.bridge, true);
    lab.loop.runForMillis(2002);
    assertThat(isOurs()).isTrue();
  }

  @Test
  void aDeletedOneIsNotAskedAboutAnyMore() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    ip("addr del " + ADDRESS + "/64 dev br0");
    lab.toA.clear();
    lab.loop.runForMillis(3000);
    assertThat(solicitations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::77/64", "10.0.9.1/24"})
  void firstItIsDeprecatedThenItIsGone(String prefix) {
    String to = " dev br0 to " + prefix.substring(0, prefix.indexOf('/'));
    ip("addr add " + prefix + " dev br0 valid_lft 20 preferred_lft 10 noprefixroute");
    assertThat(ip("-o addr show" + to)).contains("valid_lft 20sec preferred_lft 10sec", "dynamic");
    lab.loop.runForMillis(9_900);
    assertThat(ip("-o addr show" + to)).doesNotContain("deprecated");
    lab.loop.runForMillis(200);
    assertThat(ip("-o addr show" + to)).contains("deprecated dynamic", "preferred_lft 0sec");
    lab.loop.runForMillis(9_800);
    assertThat(ip("-o addr show" + to)).isNotEmpty();
    lab.loop.runForMillis(200);
    assertThat(ip("-o addr show" + to)).isEmpty();
  }

  @Test
  void aNewLifetimeTakesThePlaceOfTheOldOne() {
    ip("addr add 10.0.9.1/24 dev br0 valid_lft 20 preferred_lft 10");
    lab.loop.runForMillis(15_000);
    ip("addr change 10.0.9.1/24 dev br0 valid_lft 40 preferred_lft 30");
    assertThat(ip("-o addr show dev br0 to 10.0.9.1")).doesNotContain("deprecated");
    lab.loop.runForMillis(39_000);
    assertThat(ip("-o addr show dev br0 to 10.0.9.1")).contains("deprecated");
    lab.loop.runForMillis(1_100);
    assertThat(ip("-o addr show dev br0 to 10.0.9.1")).isEmpty();
  }

  @Test
  void aDeprecatedSourceIsAvoided() {
    ip("addr add 2001:db8::77/64 dev br0 nodad valid_lft forever preferred_lft 0");
    ip("addr add 2001:db8:1::1/64 dev br0 nodad");
    IpAddress to = IpAddress.parse("2001:db8::99");
    IpAddress source = lab.stack.output().source(lab.bridge, to.hi(), to.lo());
    assertThat(source).hasToString("2001:db8:1::1");
  }

  @Test
  void aTentativeSourceIsNone() {
    ip("addr add " + ADDRESS + "/64 dev br0");
    IpAddress to = IpAddress.parse("2001:db8::99");
    assertThat(lab.stack.output().source(lab.bridge, to.hi(), to.lo())).isNotEqualTo(address);
    lab.loop.runForMillis(2002);
    assertThat(lab.stack.output().source(lab.bridge, to.hi(), to.lo())).isEqualTo(address);
  }

  @Test
  void theOtherEndOfALinkIsReachedThroughItsPeer() {
    ip("addr add 10.0.7.1 peer 192.0.2.7 dev br0");
    assertThat(ip("route get 192.0.2.7")).contains("dev br0 src 10.0.7.1");
    ip("addr del 10.0.7.1 peer 192.0.2.7 dev br0");
    assertThat(ip("route get 192.0.2.7")).contains("dev host0");
  }
}
