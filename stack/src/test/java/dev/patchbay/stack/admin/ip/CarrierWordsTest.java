package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ip link set … carrier}: pulls and plugs a guest's cable. */
class CarrierWordsTest {
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(new VirtualLoop(), pool, new RandomSource(1));
  private final PortDevice port = new PortDevice(2, "net0", 0x020000000001L, 1500);
  private final List<Boolean> told = new ArrayList<>();
  private int sent;

  private IpCommand.Result run(String command) {
    return new IpCommand().run(stack, List.of(command.split(" ")));
  }

  private void sendOne() {
    Packet packet = pool.acquire(60);
    packet.append(60);
    port.transmit(packet);
  }

  @Test
  void pullsTheCableAndPlugsItInAgain() {
    stack.add(port);
    stack.setUp(port, true);
    port.control(told::add);
    port.plug(packet -> {
      sent++;
      packet.release();
    });
    sent = 0; // what it said when it came up

    assertThat(run("link set net0 carrier off").status()).isZero();
    assertThat(told).containsExactly(true);
    assertThat(port.hasCarrier()).isFalse();
    sendOne();
    assertThat(sent).isZero();
    assertThat(port.statistics.txDropped).isPositive();

    // the guest comes anew, to a cable that is still pulled
    port.plug(null);
    port.plug(Packet::release);
    assertThat(port.hasCarrier()).isFalse();

    assertThat(run("link set net0 carrier off").status()).isZero();
    assertThat(run("link set net0 carrier on").status()).isZero();
    assertThat(told).containsExactly(true, false);
    assertThat(port.hasCarrier()).isTrue();
  }

  @Test
  void isRefusedWhereNobodyPullsCables() {
    stack.add(port);

    assertThat(run("link set net0 carrier off").stderr())
        .isEqualTo("RTNETLINK answers: Operation not supported\n");
    assertThat(run("link set lo carrier off").stderr())
        .isEqualTo("RTNETLINK answers: Operation not supported\n");
  }
}
