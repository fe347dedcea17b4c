package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VLANs above 255 of guests whose card cuts them. */
class VlanWarningsTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final PortDevice port = new PortDevice(stack.nextIndex(), "bmc0", 0x52550a010004L, 1500);
  private final VlanWarnings warnings = new VlanWarnings();

  @BeforeEach
  void bridge() {
    Bridge bridge = new Bridge(stack.nextIndex(), "br0", 0x52550a000202L, loop, 1);
    stack.add(bridge);
    stack.add(port);
    bridge.addPort(port);
  }

  private void run(String words) {
    List<String> argv = List.of(words.split(" "));
    List<String> rest = argv.subList(1, argv.size());
    IpCommand.Result result =
        argv.getFirst().equals("ip")
            ? new IpCommand().run(stack, rest)
            : new BridgeCommand().run(stack, rest);
    assertThat(result.stderr()).as(words).isEmpty();
  }

  private List<String> news() {
    return warnings.news(List.of(port));
  }

  @Test
  void ofVlanDevicesOnThePortAndItsBridgeOnceEach() {
    run("ip link add link br0 name low type vlan id 255");
    assertThat(news()).isEmpty();
    run("ip link add link br0 name br0.300 type vlan id 300");
    assertThat(news())
        .singleElement()
        .asString()
        .startsWith("bmc0: VLAN 300 of br0.300: QEMU up to 10.2 cuts the tags");
    assertThat(news()).isEmpty();
    run("ip link add link bmc0 name x type vlan id 256");
    assertThat(news()).singleElement().asString().startsWith("bmc0: VLAN 256 of x: ");
  }

  @Test
  void againWhereItWasGone() {
    run("ip link add link br0 name br0.300 type vlan id 300");
    assertThat(news()).hasSize(1);
    run("ip link del br0.300");
    assertThat(news()).isEmpty();
    run("ip link add link br0 name br0.300 type vlan id 300");
    assertThat(news()).hasSize(1);
  }

  @Test
  void ofVlansOfAFilteringBridge() {
    run("bridge vlan add dev bmc0 vid 200-300");
    assertThat(news()).isEmpty();
    run("ip link set br0 type bridge vlan_filtering 1");
    assertThat(news()).singleElement().asString().startsWith("bmc0: a VLAN above 255 on br0: ");
    run("bridge vlan del dev bmc0 vid 256-300");
    assertThat(news()).isEmpty();
  }

  @Test
  void notOfOtherGuests() {
    run("ip link add link br0 name br0.300 type vlan id 300");
    assertThat(warnings.news(List.of())).isEmpty();
  }
}
