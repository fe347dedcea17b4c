package dev.patchbay.backend.ra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterAdvertiserTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final List<byte[]> sent = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private int mtu = 1500;
  private boolean ready = true;

  private final RouterAdvertiser advertiser =
      new RouterAdvertiser(
          loop,
          new RandomSource(1),
          new RaLink() {
            @Override
            public boolean isReady() {
              return ready;
            }

            @Override
            public int mtu() {
              return mtu;
            }

            @Override
            public long mac() {
              return 0x52550a000202L;
            }

            @Override
            public void send(byte[] message, long dstHi, long dstLo) {
              sent.add(message);
              times.add(loop.now() / 1_000_000);
            }
          },
          RaSettings.of(IpAddress.parse("fec0::"), IpAddress.parse("fec0::3")));

  @Test
  void theMessage() {
    advertiser.start();
    loop.runForMillis(2);
    assertThat(HexFormat.of().formatHex(sent.getFirst()))
        .isEqualTo(
            "86000000400007080000000000000000"
                + "010152550a000202"
                + "030440c0000151800000384000000000fec00000000000000000000000000000"
                + "1903000000000708fec00000000000000000000000000003");
  }

  @Test
  void threeSoonThenSeldom() {
    advertiser.start();
    loop.runForMillis(3_600_000);
    assertThat(times.subList(0, 3)).containsExactly(1L, 16_001L, 32_001L);
    for (int i = 3; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isBetween(199_999L, 600_010L);
    }
  }

  @Test
  void solicitationsAreAnswered() {
    mtu = 9000;
    advertiser.start();
    loop.runForMillis(40_000);
    sent.clear();
    times.clear();
    advertiser.solicited(0xfe80L << 48, 5);
    assertThat(sent).hasSize(1);
    assertThat(Bytes.i32(sent.getFirst(), 28)).isEqualTo(9000);
    for (int i = 0; i < 100; i++) {
      advertiser.solicited(0, 0);
    }
    loop.runForMillis(2_000);
    assertThat(sent).hasSize(2);
    assertThat(times.get(1)).isBetween(40_000L, 40_510L);
  }

  @Test
  void theEndIsTold() {
    advertiser.start();
    loop.runForMillis(2);
    advertiser.stop();
    assertThat(Bytes.u16(sent.getLast(), 6)).isZero();
    loop.runForMillis(3_600_000);
    assertThat(sent).hasSize(2);
  }

  @Test
  void aLinkThatIsNotReadyIsWaitedFor() {
    ready = false;
    advertiser.start();
    loop.runForMillis(5_000);
    assertThat(sent).isEmpty();
    ready = true;
    loop.runForMillis(1_100);
    assertThat(sent).hasSize(1);
  }

  @Test
  void everyOption() {
    IpAddress net = IpAddress.parse("fd00:42::");
    advertiser.settings(
        new RaSettings(
            List.of(new RaSettings.Prefix(new RaSettings.Network(net, 64), true, false, 100, 50)),
            900,
            RaSettings.MANAGED | RaSettings.OTHER | 1 << 3,
            32,
            30_000,
            1000,
            1400,
            List.of(),
            List.of("example.com", "a"),
            List.of(
                new RaSettings.Network(IpAddress.parse("fd00:99::"), 48),
                new RaSettings.Network(IpAddress.ANY6, 0)),
            60));
    advertiser.start();
    loop.runForMillis(2);
    assertThat(HexFormat.of().formatHex(sent.getFirst()))
        .isEqualTo(
            "8600000020c8038400007530000003e8"
                + "010152550a000202"
                + "0501000000000578"
                + "03044080000000640000003200000000fd000042000000000000000000000000"
                + "1802300800000384fd00009900000000"
                + "1801000800000384"
                + "1f03000000000384076578616d706c6503636f6d00016100");
    // no interval is longer than what was asked for
    loop.runForMillis(600_000);
    for (int i = 3; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isBetween(19_999L, 60_010L);
    }
    advertiser.stop();
    assertThat(HexFormat.of().formatHex(sent.getLast())).startsWith("8600000020c00000");
  }
}
