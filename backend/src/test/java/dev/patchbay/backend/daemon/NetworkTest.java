package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The network of a daemon to which nobody has said anything. */
class NetworkTest {
  @Test
  void itsSettingsAreLinuxsButForARouter() throws Exception {
    Network network = new Network(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    String now = new SysctlCommand().run(network.stack(), List.of("-a"), "").stdout();
    try (InputStream in = NetworkTest.class.getResourceAsStream("sysctl.txt")) {
      String wanted = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(now).isEqualTo(wanted);
    }
  }
}
