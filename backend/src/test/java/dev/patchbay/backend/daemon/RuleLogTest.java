package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.control.EventLog;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines of LOG as events. */
class RuleLogTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final EventLog events = new EventLog(Clock.systemUTC());

  @BeforeEach
  void begin() {
    RuleLog.begin(stack.namespaces(), events, loop::now);
  }

  private UplinkDevice prepared(NetworkStack in) {
    UplinkDevice world = new UplinkDevice(in.nextIndex(), "world");
    in.add(world);
    in.setUp(world, true);
    List<String> words =
        List.of("-t raw -A PREROUTING -j LOG --log-level 7 --log-prefix seen:".split(" "));
    var result = new IptablesCommand(PortNames.NONE).run(in, "iptables", words, "");
    assertThat(result.status()).isZero();
    return world;
  }

  private void receive(UplinkDevice device) {
    Packet packet = Objects.requireNonNull(pool.acquire(20));
    packet.append(20);
    Bytes.put32(packet.data, packet.head, 0x4500_0014);
    Bytes.put32(packet.data, packet.head + 4, 0);
    Bytes.put32(packet.data, packet.head + 8, 64 << 24 | 99 << 16);
    Bytes.put32(packet.data, packet.head + 12, 0xc0000207);
    Bytes.put32(packet.data, packet.head + 16, 0x0a000263);
    packet.l3 = packet.head;
    packet.ipv4().fillChecksum();
    device.receive(packet);
    loop.turn();
  }

  @Test
  void aLineIsAnEvent() {
    receive(prepared(stack));
    assertThat(events.since(0)).hasSize(1);
    assertThat(events.since(0).getFirst().line())
        .contains("\"event\":\"log\"")
        .contains("\"level\":\"debug\"")
        .contains("\"message\":\"seen:IN=world OUT= MAC= SRC=192.0.2.7 DST=10.0.2.99 LEN=20 ")
        .contains("PROTO=99\"")
        .contains("\"netns\":\"\"");
  }

  @Test
  void otherNamespacesAreNamed() {
    new IpCommand().run(stack, List.of("netns", "add", "lab"));
    NetworkStack lab = Objects.requireNonNull(stack.namespaces().all().get("lab"));
    receive(prepared(lab));
    assertThat(events.since(0).getLast().line()).contains("\"netns\":\"lab\"");
  }

  @Test
  void manyLinesLeaveOtherEventsTheirPlace() {
    UplinkDevice world = prepared(stack);
    for (int i = 0; i < 100; i++) {
      receive(world);
    }
    assertThat(events.since(0)).hasSize(20);
    loop.runForMillis(1_000);
    receive(world);
    assertThat(events.since(0)).hasSize(21);
  }
}
