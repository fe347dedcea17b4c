package dev.patchbay.it.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Requires;
import dev.patchbay.stack.oracle.Comparison;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random packets into User-Mode Linux 6.1 and into ours, topology by topology; {@code
 * PacketForPacketTest} of stack replays a part of it without that kernel. {@code -Dpatchbay.seed=N}
 * chooses others, {@code -Dpatchbay.packets=N} more or fewer.
 */
@Requires("uml")
class LinuxPacketsTest {
  @Test
  @Tag("full")
  @Timeout(value = 90, unit = TimeUnit.MINUTES)
  void sendsWhatLinuxSends() throws Exception {
    int packets = Integer.getInteger("patchbay.packets", 10_000);
    long seed = Long.getLong("patchbay.seed", 1);
    List<String> differences = Comparison.all(packets, seed);
    assertThat(differences).as(String.join("\n", differences)).isEmpty();
  }
}
