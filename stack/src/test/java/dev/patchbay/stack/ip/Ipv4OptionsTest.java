package dev.patchbay.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a router writes into options (RFC 791 section 3.1), 10.0.0.1 at 0x1234 ms. */
class Ipv4OptionsTest {
  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));

  private String recorded(String before) {
    byte[] options = HexFormat.of().parseHex(before);
    assertThat(Ipv4Options.check(options, 0, options.length)).isZero();
    Ipv4Options.record(options, 0, options.length, 0x0a000001, 0x1234, stack);
    return HexFormat.of().formatHex(options);
  }

  @ParameterizedTest
  @CsvSource({
    // record route: the first slot, the second one, none left
    "01070b040000000000000000, 01070b080a00000100000000",
    "07070800000000, 07070800000000",
    "070b080a0000090000000000, 070b0c0a0000090a00000100",
    // times alone, with addresses, full: one more had no room
    "44080500 00000000, 44080900 00001234",
    "440c0501 0000000000000000, 440c0d01 0a00000100001234",
    "44080900 00000001, 44080910 00000001",
    // for the routers that are named: another one, us
    "440c0503 0a000002 00000000, 440c0503 0a000002 00000000",
    "440c0503 7f000001 00000000, 440c0d03 7f000001 00001234",
    "440c0d03 0a000002 00000001, 440c0d03 0a000002 00000001",
    // router alert and what is unknown are left alone
    "94040000, 94040000",
    "82040000, 82040000"
  })
  void records(String before, String after) {
    stack.setUp(stack.loopback(), true);
    assertThat(recorded(before.replace(" ", ""))).isEqualTo(after.replace(" ", ""));
  }

  @Test
  void stopsAtTheEnd() {
    assertThat(recorded("0007070400000000")).isEqualTo("0000000000000000");
  }
}
