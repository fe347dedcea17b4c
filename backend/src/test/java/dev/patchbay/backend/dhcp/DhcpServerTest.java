package dev.patchbay.backend.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DhcpServerTest {
  private static final int SERVER = 0x0a000202;
  private static final int FIRST = 0x0a00020f;
  private static final long MAC = 0x525400123456L;
  private static final long SECOND = 1_000_000_000L;

  /** udhcpc of BusyBox: client identifier 01+MAC, size 576, its parameter list. */
  private static final String UDHCPC_OPTIONS =
      "63825363 350101 3d0701525400123456 39020240 37070103060c0f1c2a"
          + " 3c0c756468637020312e33352e30ff";

  private static final DhcpSettings SETTINGS = settings();

  private final VirtualLoop loop = new VirtualLoop();
  private final List<Lease> seen = new ArrayList<>();
  private long attachment;
  private DhcpServer server = server(LeaseStore.NONE);

  private static DhcpSettings settings() {
    DhcpSettings.Subnet subnet =
        new DhcpSettings.Subnet(SERVER, 24, Set.of(SERVER, SERVER + 1), List.of(SERVER + 1));
    try {
      return DhcpSettings.of(
          ServiceKeys.defaults(ServiceKeys.Kind.DHCP, "br0").dhcp(), subnet, () -> 1500);
    } catch (ConfigException e) {
      throw new AssertionError(e);
    }
  }

  private DhcpServer server(LeaseStore store) {
    return new DhcpServer(SETTINGS, loop::wallTime, store, p -> attachment, seen::add);
  }

  private static DhcpMessage message(int type, long mac) {
    DhcpMessage m = new DhcpMessage();
    m.op = 1;
    m.xid = 0x1234;
    Bytes.put48(m.chaddr, 0, mac);
    m.options.put(53, new byte[] {(byte) type});
    return m;
  }

  private static DhcpMessage with(DhcpMessage m, int code, int ip) {
    byte[] b = new byte[4];
    Bytes.put32(b, 0, ip);
    m.options.put(code, b);
    return m;
  }

  private DhcpAnswer answer;

  private DhcpMessage send(DhcpMessage m, String port) {
    byte[] b = m.emit(548);
    answer = server.handle(b, 0, b.length, port, 0);
    return answer == null
        ? null
        : Objects.requireNonNull(DhcpMessage.parse(answer.data(), 0, answer.data().length));
  }

  private DhcpMessage send(DhcpMessage m) {
    return send(m, "net0");
  }

  private int lease(long mac, String port) {
    DhcpMessage offer = send(message(1, mac), port);
    DhcpMessage ack = send(with(with(message(3, mac), 50, offer.yiaddr), 54, SERVER), port);
    assertThat(ack.type()).isEqualTo(DhcpMessage.ACK);
    return ack.yiaddr;
  }

  @Test
  void udhcpcGetsTheFirstAddress() {
    byte[] fixed = new byte[236];
    fixed[0] = 1;
    fixed[1] = 1;
    fixed[2] = 6;
    Bytes.put48(fixed, 28, MAC);
    byte[] options = HexFormat.of().parseHex(UDHCPC_OPTIONS.replace(" ", ""));
    byte[] b = new byte[300];
    System.arraycopy(fixed, 0, b, 0, 236);
    System.arraycopy(options, 0, b, 236, options.length);
    answer = server.handle(b, 0, b.length, "net0", 0);
    DhcpMessage offer = DhcpMessage.parse(answer.data(), 0, answer.data().length);
    assertThat(offer.type()).isEqualTo(DhcpMessage.OFFER);
    assertThat(offer.yiaddr).isEqualTo(FIRST);
    assertThat(offer.siaddr).isEqualTo(SERVER);
    assertThat(offer.address(54)).isEqualTo(SERVER);
    assertThat(offer.address(1)).isEqualTo(0xffffff00);
    assertThat(offer.address(3)).isEqualTo(SERVER);
    assertThat(offer.address(6)).isEqualTo(SERVER + 1);
    assertThat(offer.address(28)).isEqualTo(0x0a0002ff);
    assertThat(offer.address(51)).isEqualTo(86400);
    assertThat(offer.address(58)).isEqualTo(43200);
    assertThat(offer.address(59)).isEqualTo(75600);
    assertThat(offer.options).doesNotContainKey(26);
    assertThat(answer.way()).isEqualTo(DhcpAnswer.Way.MAC);
    assertThat(answer.mac()).isEqualTo(MAC);
    assertThat(answer.data()).hasSizeGreaterThanOrEqualTo(300);
  }

  @Test
  void aClientKeepsItsAddressAndOthersGetTheNext() {
    assertThat(lease(MAC, "net0")).isEqualTo(FIRST);
    assertThat(lease(MAC + 1, "net1")).isEqualTo(FIRST + 1);
    assertThat(lease(MAC, "net0")).isEqualTo(FIRST);
    assertThat(seen).extracting(Lease::state).containsOnly(Lease.State.BOUND);
  }

  @Test
  void theAttachmentsMacIsTheKey() {
    attachment = MAC;
    assertThat(lease(0x020000000001L, "net0")).isEqualTo(FIRST);
    assertThat(lease(MAC, "net0")).isEqualTo(FIRST);
  }

  @Test
  void renewalGoesToTheClientsAddress() {
    int ip = lease(MAC, "net0");
    loop.runFor(43_200 * SECOND);
    DhcpMessage renew = message(3, MAC);
    renew.ciaddr = ip;
    assertThat(send(renew).type()).isEqualTo(DhcpMessage.ACK);
    assertThat(answer.way()).isEqualTo(DhcpAnswer.Way.IP);
    assertThat(answer.ip()).isEqualTo(ip);
    assertThat(server.leases().getFirst().expires()).isEqualTo(loop.wallTime() + 86_400 * SECOND);
  }

  @Test
  void refusals() {
    assertThat(send(with(message(3, MAC), 50, 0xc0a80105)).type()).isEqualTo(DhcpMessage.NAK);
    assertThat(answer.way()).isEqualTo(DhcpAnswer.Way.BROADCAST);
    lease(MAC, "net0");
    assertThat(send(with(message(3, MAC + 1), 50, FIRST), "net1").type())
        .isEqualTo(DhcpMessage.NAK);
    assertThat(send(with(message(3, MAC + 1), 50, SERVER), "net1").type())
        .isEqualTo(DhcpMessage.NAK);
    assertThat(send(with(with(message(3, MAC), 50, FIRST), 54, 0x0a000209))).isNull();
    assertThat(server.counters().nak).isEqualTo(3);
  }

  @Test
  void initRebootForAnUnknownFreeAddressIsAcknowledged() {
    DhcpMessage ack = send(with(message(3, MAC), 50, FIRST + 20));
    assertThat(ack.type()).isEqualTo(DhcpMessage.ACK);
    assertThat(ack.yiaddr).isEqualTo(FIRST + 20);
  }

  @Test
  void releaseAndDecline() {
    int ip = lease(MAC, "net0");
    DhcpMessage release = with(message(7, MAC), 54, SERVER);
    release.ciaddr = ip;
    assertThat(send(release, "net1")).isNull();
    assertThat(server.leases().getFirst().state()).isEqualTo(Lease.State.BOUND);
    send(release);
    assertThat(server.leases().getFirst().state()).isEqualTo(Lease.State.RELEASED);
    assertThat(lease(MAC, "net0")).isEqualTo(ip);
    send(with(with(message(4, MAC), 50, ip), 54, SERVER));
    assertThat(lease(MAC, "net0")).isEqualTo(ip + 1);
    assertThat(send(with(message(3, MAC + 9), 50, ip), "net1").type()).isEqualTo(DhcpMessage.NAK);
    loop.runFor(601 * SECOND);
    server.expire();
    assertThat(lease(MAC + 9, "net1")).isEqualTo(ip);
  }

  @Test
  void informGivesNoAddress() {
    DhcpMessage inform = message(8, MAC);
    inform.ciaddr = 0x0a000232;
    DhcpMessage ack = send(inform);
    assertThat(ack.yiaddr).isZero();
    assertThat(ack.options).doesNotContainKeys(51, 58, 59).containsKey(3);
    assertThat(server.leases()).isEmpty();
  }

  @Test
  void onePortCannotEatThePool() {
    for (int i = 0; i < 500; i++) {
      send(message(1, MAC + i), "net0");
    }
    assertThat(server.leases()).hasSize(DhcpServer.LEASES_PER_PORT);
    assertThat(server.counters().portLimit).isEqualTo(500 - DhcpServer.LEASES_PER_PORT);
    assertThat(lease(MAC + 1000, "net1")).isEqualTo(FIRST + DhcpServer.LEASES_PER_PORT);
  }

  @Test
  void anEmptyPoolIsSilentUntilALeaseEnds() {
    for (int i = 0; i < 240; i++) {
      lease(MAC + i, "net" + i / 60);
    }
    assertThat(send(message(1, MAC + 999), "net9")).isNull();
    assertThat(server.counters().exhausted).isEqualTo(1);
    loop.runFor(86_401 * SECOND);
    assertThat(lease(MAC + 999, "net9")).isEqualTo(FIRST);
  }

  @Test
  void leasesOutliveARestart(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("leases.json");
    server = server(new FileLeaseStore(file, Runnable::run).of("br0"));
    lease(MAC, "net0");
    assertThat(lease(MAC + 1, "net1")).isEqualTo(FIRST + 1);
    server = server(new FileLeaseStore(file, Runnable::run).of("br0"));
    assertThat(lease(MAC + 1, "net1")).isEqualTo(FIRST + 1);
    assertThat(server.leases()).hasSize(2);
    Files.writeString(file, "{broken");
    assertThat(server(new FileLeaseStore(file, Runnable::run).of("br0")).leases()).isEmpty();
  }

  @Test
  void longOptionsOverflowIntoFileAndSname() {
    DhcpMessage m = message(2, MAC);
    m.options.put(43, new byte[250]);
    m.options.put(125, new byte[40]);
    m.options.put(124, new byte[100]);
    m.options.put(60, new byte[50]);
    byte[] b = m.emit(548);
    DhcpMessage again = DhcpMessage.parse(b, 0, b.length);
    assertThat(b.length).isLessThanOrEqualTo(548);
    assertThat(again.options).containsKeys(43, 60, 124, 125);
    byte[] small = m.emit(300);
    assertThat(DhcpMessage.parse(small, 0, small.length).number(52, 0)).isNotZero();
  }

  @Test
  void noBytesHarm() {
    Random random = new Random(1);
    byte[] good = with(message(3, MAC), 50, FIRST).emit(548);
    for (int i = 0; i < 100_000; i++) {
      byte[] b = new byte[random.nextInt(600)];
      random.nextBytes(b);
      if (i % 4 != 0) {
        System.arraycopy(good, 0, b, 0, Math.min(b.length, good.length));
        for (int k = random.nextInt(6); k > 0 && b.length > 0; k--) {
          b[random.nextInt(b.length)] = (byte) random.nextInt();
        }
      }
      server.handle(b, 0, b.length, "net" + i % 3, 0);
      loop.runFor(SECOND);
    }
    assertThat(server.counters().malformed).isPositive();
    assertThat(server.leases().size()).isLessThanOrEqualTo(3 * DhcpServer.LEASES_PER_PORT);
    assertThat(server.leases())
        .allMatch(l -> server.settings().isInPool(l.ip()))
        .noneMatch(l -> Addresses.isGroupMac(l.mac()));
  }
}
