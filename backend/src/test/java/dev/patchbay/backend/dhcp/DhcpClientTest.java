package dev.patchbay.backend.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our client and our server on one link: what each says, and when. */
class DhcpClientTest {
  private static final int SERVER = 0x0a000202;
  private static final int FIRST = 0x0a00020f;
  private static final long MAC = 0x525400123456L;
  private static final List<String> TYPES =
      List.of("", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE");

  private final VirtualLoop loop = new VirtualLoop();
  private final List<String> trace = new ArrayList<>();
  private final List<String> got = new ArrayList<>();
  private DhcpServer server;
  private boolean atOnce;
  private boolean answers = true;

  private final DhcpClient client =
      new DhcpClient(
          loop,
          new RandomSource(1),
          new DhcpClient.Link() {
            @Override
            public long mac() {
              return MAC;
            }

            @Override
            public void broadcast(byte[] message) {
              sent(message, "");
            }

            @Override
            public void unicast(byte[] message, int to) {
              sent(message, " to " + Addresses.toString(0, Addresses.v4(to)));
            }

            @Override
            public void probe(int ip) {
              trace.add("probe " + Addresses.toString(0, Addresses.v4(ip)));
            }

            @Override
            public void bound(DhcpClient.Binding b) {
              got.add(Addresses.toString(0, Addresses.v4(b.ip())) + "/" + b.prefix());
            }

            @Override
            public void lost(DhcpClient.Binding b) {
              got.add("lost " + Addresses.toString(0, Addresses.v4(b.ip())));
            }
          });

  @BeforeEach
  void serve() throws ConfigException {
    server = new DhcpServer(lasting(3600), loop::wallTime, LeaseStore.NONE, port -> 0, lease -> {});
  }

  private static DhcpSettings lasting(int lease) throws ConfigException {
    DhcpSettings.Subnet subnet =
        new DhcpSettings.Subnet(SERVER, 24, Set.of(SERVER), List.of(SERVER + 1));
    ServiceKeys keys =
        ServiceKeys.defaults(ServiceKeys.Kind.DHCP, "br0")
            .with(ServiceKeys.ofWords(ServiceKeys.Kind.DHCP, "br0", List.of("lease=" + lease)));
    return DhcpSettings.of(keys.dhcp(), subnet, () -> 1500);
  }

  private void sent(byte[] b, String to) {
    DhcpMessage m = Objects.requireNonNull(DhcpMessage.parse(b, 0, b.length));
    trace.add(TYPES.get(m.type()) + to);
    if (!answers) {
      return;
    }
    DhcpAnswer answer = server.handle(b, 0, b.length, "net0", 0);
    if (answer != null) {
      byte[] data = atOnce ? renewedAtOnce(answer.data()) : answer.data();
      trace.add(TYPES.get(Objects.requireNonNull(DhcpMessage.parse(data, 0, data.length)).type()));
      loop.execute(() -> client.handle(data, 0, data.length));
    }
  }

  private static byte[] renewedAtOnce(byte[] b) {
    DhcpMessage m = Objects.requireNonNull(DhcpMessage.parse(b, 0, b.length));
    m.options.put(58, new byte[4]);
    m.options.put(59, new byte[4]);
    return m.emit(DhcpMessage.MIN_LENGTH);
  }

  private List<String> trace() {
    List<String> all = List.copyOf(trace);
    trace.clear();
    return all;
  }

  private void seconds(long seconds) {
    loop.runForMillis(1000 * seconds);
  }

  @Test
  void theFourMessagesAndTheProbes() {
    client.start();
    loop.turn();
    assertThat(client.state()).isEqualTo(DhcpClient.State.PROBING);
    seconds(4);
    assertThat(trace())
        .containsExactly(
            "DISCOVER",
            "OFFER",
            "REQUEST",
            "ACK",
            "probe 10.0.2.15",
            "probe 10.0.2.15",
            "probe 10.0.2.15");
    assertThat(got).containsExactly("10.0.2.15/24");
    assertThat(client.binding())
        .isEqualTo(new DhcpClient.Binding(FIRST, 24, SERVER, List.of(SERVER + 1), SERVER, 3600));
  }

  @Test
  void renewedAtHalfTimeByItsServer() {
    client.start();
    seconds(1799);
    trace();
    seconds(2);
    assertThat(trace()).containsExactly("REQUEST to 10.0.2.2", "ACK");
    assertThat(client.state()).isEqualTo(DhcpClient.State.BOUND);
    assertThat(got).containsExactly("10.0.2.15/24", "10.0.2.15/24");
  }

  @Test
  void timesThatMakeNoSenseAreNotKept() {
    atOnce = true;
    client.start();
    seconds(1700);
    assertThat(got).containsExactly("10.0.2.15/24");
    seconds(110);
    assertThat(got).hasSize(2);
  }

  @Test
  void aShortLeaseIsNotRenewedAllTheTime() throws ConfigException {
    server.settings(lasting(2));
    client.start();
    seconds(63);
    // it counts as one of 16 s, renewed each 8 s
    assertThat(got).hasSizeBetween(7, 8).containsOnly("10.0.2.15/24");
  }

  @Test
  void reboundAtSevenEighthsAndLostAtTheEnd() {
    client.start();
    seconds(5);
    answers = false;
    trace();
    seconds(3144);
    // half of what is left each time, not more often than once a minute
    assertThat(trace()).allMatch("REQUEST to 10.0.2.2"::equals).hasSizeBetween(4, 12);
    seconds(5);
    assertThat(client.state()).isEqualTo(DhcpClient.State.REBINDING);
    seconds(440);
    assertThat(trace()).startsWith("REQUEST").doesNotContain("DISCOVER");
    seconds(10);
    assertThat(got).last().isEqualTo("lost 10.0.2.15");
    assertThat(trace()).contains("DISCOVER");
    answers = true;
    seconds(70);
    assertThat(got).last().isEqualTo("10.0.2.15/24");
  }

  @Test
  void aServerThatKeepsSilentIsAskedSeldomer() {
    answers = false;
    client.start();
    seconds(300);
    // 4, 8, 16, 32, 64, 64 … seconds, each one more or less
    assertThat(trace()).allMatch("DISCOVER"::equals).hasSizeBetween(7, 9);
  }

  @Test
  void anAddressInUseIsDeclined() {
    client.start();
    loop.turn();
    client.heard(FIRST, 0x020000000009L);
    loop.turn();
    assertThat(trace()).endsWith("DECLINE");
    assertThat(got).isEmpty();
    seconds(9);
    assertThat(trace()).isEmpty();
    seconds(6);
    assertThat(got).containsExactly("10.0.2.16/24");
  }

  @Test
  void aRefusalBeginsAnew() {
    client.start();
    seconds(5);
    // another client has the address meanwhile: the server refuses the renewal
    DhcpMessage release = new DhcpMessage();
    release.op = DhcpMessage.BOOTREQUEST;
    release.ciaddr = FIRST;
    Bytes.put48(release.chaddr, 0, MAC);
    release.options.put(53, new byte[] {DhcpMessage.RELEASE});
    byte[] b = release.emit(300);
    server.handle(b, 0, b.length, "net0", 0);
    DhcpMessage other = new DhcpMessage();
    other.op = DhcpMessage.BOOTREQUEST;
    Bytes.put48(other.chaddr, 0, MAC + 1);
    other.options.put(53, new byte[] {DhcpMessage.REQUEST});
    other.options.put(50, new byte[] {10, 0, 2, 15});
    b = other.emit(300);
    server.handle(b, 0, b.length, "net1", 0);
    trace();
    seconds(1805);
    assertThat(trace()).contains("NAK", "DISCOVER");
    assertThat(got).containsExactly("10.0.2.15/24", "lost 10.0.2.15", "10.0.2.16/24");
  }

  @Test
  void givenBackAtTheEnd() {
    client.start();
    seconds(5);
    client.stop();
    assertThat(trace()).endsWith("RELEASE to 10.0.2.2");
    assertThat(got).last().isEqualTo("lost 10.0.2.15");
    assertThat(server.leases().getFirst().state()).isEqualTo(Lease.State.RELEASED);
    seconds(100);
    assertThat(trace()).isEmpty();
  }

  @Test
  void noBytesHarm() {
    client.start();
    Random random = new Random(1);
    DhcpMessage m = new DhcpMessage();
    m.op = DhcpMessage.BOOTREPLY;
    Bytes.put48(m.chaddr, 0, MAC);
    m.options.put(53, new byte[] {DhcpMessage.ACK});
    byte[] good = m.emit(300);
    for (int i = 0; i < 50_000; i++) {
      byte[] b = good.clone();
      for (int k = random.nextInt(6); k >= 0; k--) {
        b[random.nextInt(b.length)] = (byte) random.nextInt();
      }
      client.handle(b, 0, random.nextInt(b.length + 1));
    }
    assertThat(client.ignored()).isEqualTo(50_000);
  }
}
