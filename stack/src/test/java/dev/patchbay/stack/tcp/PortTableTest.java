package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Addresses;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Which ports {@code bind} and {@code listen} take beside connections. */
class PortTableTest {
  private static final long US = TcpTester.US;
  private static final long OTHER = Addresses.v4(0x0a00_0003);

  private final TcpTester t = new TcpTester();
  private final TcpEngine engine = t.engine;

  private void flow(int port, int remotePort) {
    FlowKey key = new FlowKey(0, US, port, 0, TcpTester.PEER, remotePort);
    engine.flows.put(engine.newSocket(key, t));
  }

  private void flowAtEachPort() {
    for (int port = engine.config.portMin; port <= engine.config.portMax; port++) {
      flow(port, 443);
    }
  }

  private PortTable.Binding bind(long lo, int port) {
    return Objects.requireNonNull(engine.ports().bind(LocalEnd.of(0, lo, port)));
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
  void aPortIsChosenAtOnceWhateverConnectionsThereAre() {
    for (int i = 0; i < 100_000; i++) {
      flow(80, i);
    }
    for (int i = 0; i < 20_000; i++) {
      assertThat(bind(US, 0).end().port()).isBetween(32768, 60999);
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
  void whereEachPortHasAConnectionAllAreLookedAtOnce() {
    flowAtEachPort();
    for (int i = 0; i < 20; i++) {
      assertThat(engine.ports().bind(LocalEnd.of(0, US, 0))).as("none is free").isNull();
      assertThat(engine.ports().bind(LocalEnd.of(0, Addresses.V4_PREFIX, 0))).isNull();
    }
  }

  @Test
  void aPortWithConnectionsOfAnotherAddressIsFree() {
    flowAtEachPort();
    int port = bind(OTHER, 0).end().port();
    assertThat(port).isBetween(32768, 60999);
    assertThat(engine.ports().bind(LocalEnd.of(0, OTHER, port))).as("taken").isNull();
    assertThat(engine.ports().bind(LocalEnd.of(0, US, port))).as("its flow's").isNull();
  }

  @Test
  void aPortIsFreeWithTheEndOfItsLastConnection() {
    engine.config.portMin = 50_000;
    engine.config.portMax = 50_000;
    flow(50_000, 443);
    flow(50_000, 444);
    assertThat(engine.ports().bind(LocalEnd.of(0, US, 0))).isNull();
    for (int remote = 443; remote <= 444; remote++) {
      FlowEntry entry = engine.flows.get(0, US, 50_000, 0, TcpTester.PEER, remote);
      engine.flows.remove(Objects.requireNonNull(entry));
    }
    assertThat(bind(US, 0).end().port()).isEqualTo(50_000);
  }
}
