package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code ip monitor}: what happens, in the lines of iproute2. */
class IpMonitorTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final List<String> said = new ArrayList<>();

  private IpMonitor monitor(String words) throws RefusedException {
    IpMonitor made = Objects.requireNonNull(IpMonitor.of(stack, List.of(words.split(" "))));
    made.start(text -> text.lines().forEach(said::add));
    return made;
  }

  private void run(String command) {
    IpCommand.Result result = new IpCommand().run(stack, List.of(command.split(" ")));
    assertThat(result.stderr()).as(command).isEmpty();
  }

  @Test
  void tellsOfAddressesAndTheirRoutes() throws RefusedException {
    run("link add d0 address 02:00:00:00:00:01 type dummy");
    run("link set d0 up");
    monitor("monitor all");

    run("addr add 10.1.0.1/24 dev d0");
    run("route add 10.2.0.0/16 via 10.1.0.9");
    run("rule add from 10.1.0.0/24 lookup 7 pref 100");
    run("neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev d0");
    run("neigh del 10.1.0.9 dev d0");
    run("rule del pref 100");
    run("route del 10.2.0.0/16");

    assertThat(said)
        .containsExactly(
            "[ADDR]2: d0    inet 10.1.0.1/24 scope global d0",
            "       valid_lft forever preferred_lft forever",
            "[ROUTE]local 10.1.0.1 dev d0 table local proto kernel scope host src 10.1.0.1 ",
            "[ROUTE]10.1.0.0/24 dev d0 proto kernel scope link src 10.1.0.1 ",
            "[ROUTE]broadcast 10.1.0.255 dev d0 table local proto kernel scope link src 10.1.0.1 ",
            "[ROUTE]10.2.0.0/16 via 10.1.0.9 dev d0 ",
            "[RULE]100:\tfrom 10.1.0.0/24 lookup 7",
            "[NEIGH]10.1.0.9 dev d0 lladdr 02:00:00:00:00:09 PERMANENT ",
            "[NEIGH]10.1.0.9 dev d0 FAILED ",
            "[NEIGH]Deleted 10.1.0.9 dev d0 FAILED ",
            "[RULE]Deleted 100:\tfrom 10.1.0.0/24 lookup 7",
            "[ROUTE]Deleted 10.2.0.0/16 via 10.1.0.9 dev d0 ");
  }

  @Test
  void tellsOfLinks() throws RefusedException {
    monitor("monitor link");

    run("link add d0 address 02:00:00:00:00:01 type dummy");
    run("link del d0");

    String mac = "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff";
    assertThat(said)
        .containsExactly(
            "2: d0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default ",
            mac,
            "Deleted 2: d0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default ",
            mac);
  }

  @Test
  void ofOneDeviceAndOneFamilyUntilItIsClosed() throws RefusedException {
    run("link add d0 type dummy");
    run("link add d1 type dummy");
    IpMonitor monitor = monitor("-4 monitor address dev d1");

    run("addr add 10.1.0.1/24 dev d0");
    run("addr add 10.2.0.1/24 dev d1");
    run("addr add 2001:db8::1/64 dev d1");
    monitor.close();
    run("addr add 10.3.0.1/24 dev d1");

    assertThat(said)
        .containsExactly(
            "3: d1    inet 10.2.0.1/24 scope global d1",
            "       valid_lft forever preferred_lft forever");
  }

  @Test
  void withTheTimeOfEach() throws RefusedException {
    run("link add d0 type dummy");
    monitor("-ts -o monitor addr label");

    run("addr add 10.1.0.1/24 dev d0");

    assertThat(said).hasSize(1);
    assertThat(said.getFirst())
        .matches("\\[20\\d\\d-\\d\\d-\\d\\dT[0-9:.]{15}] \\[ADDR]2: d0    inet 10.1.0.1/24 .*");
  }

  @Test
  void refusesWhatItHasNot() throws RefusedException {
    assertThat(IpMonitor.of(stack, List.of("addr"))).isNull();
    assertThat(IpMonitor.of(stack, List.of("-4", "m"))).isNull();
    assertThatThrownBy(() -> monitor("monitor file x"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("ip monitor file");
    assertThatThrownBy(() -> monitor("monitor colours"))
        .hasMessage("Argument \"colours\" is unknown, try \"ip monitor help\".");
    assertThatThrownBy(() -> monitor("monitor dev nowhere"))
        .hasMessage("Cannot find device \"nowhere\"");
  }
}
