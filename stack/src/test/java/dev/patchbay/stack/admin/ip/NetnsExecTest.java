package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Words within a namespace. */
class NetnsExecTest {
  private final NetworkStack initial =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  private final NetworkStack red = Objects.requireNonNull(initial.namespaces().add("red"));

  private NetnsExec of(String line) throws RefusedException {
    return NetnsExec.of(initial, List.of(line.split(" ")));
  }

  @Test
  void theWordRunsInTheNamespace() throws Exception {
    assertThat(of("ip netns exec red sysctl -a"))
        .isEqualTo(new NetnsExec(red, List.of("sysctl", "-a")));
    assertThat(of("ip netns exec red ip netns exec red ss"))
        .isEqualTo(new NetnsExec(red, List.of("ss")));
    assertThat(NetnsExec.prefix(List.of("ip", "netns", "exec", "red", "tc"))).isEqualTo(4);
  }

  @Test
  void allElseRunsWhereItIs() throws Exception {
    for (String line :
        List.of("ip netns", "ip neigh", "sysctl -a", "ip -n red addr", "ip net add x")) {
      assertThat(of(line)).isEqualTo(new NetnsExec(initial, List.of(line.split(" "))));
      assertThat(NetnsExec.prefix(List.of(line.split(" ")))).isZero();
    }
  }

  @Test
  void whatIsMissingIsNamed() {
    refused("ip netns exec", "No netns name specified", 1);
    refused("ip netns exec red", "No command specified", 1);
    refused(
        "ip netns exec blue ss",
        "Cannot open network namespace \"blue\": No such file or directory",
        255);
  }

  private void refused(String line, String message, int status) {
    assertThatThrownBy(() -> of(line))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> {
              assertThat(e.getMessage()).isEqualTo(message);
              assertThat(e.status()).isEqualTo(status);
            });
  }
}
