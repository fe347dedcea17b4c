package dev.patchbay.backend.device;

import dev.patchbay.backend.config.DeviceConfig;
import dev.patchbay.qemu.device.PagedMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.ftgmac100.Ftgmac100;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Config;
import dev.patchbay.qemu.qtest.QtestMachine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A device with some memory, its qtest socket and its cable. As on an AST2500: the FTGMAC100 at
 * 0x1e660000 with interrupt line 2 and its PHY at address 0, DRAM at 0x80000000.
 */
public final class DeviceServer implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(DeviceServer.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long MAC = 0x1e660000L;
  private static final int LINE = 2;
  private static final long DRAM = 0x80000000L;

  /** Half of an AST2500 evaluation board's: it may all be written to, in the daemon's heap. */
  private static final long DRAM_SIZE = 256 << 20;

  /** Between two attempts to connect, ms. */
  private static final long RETRY = 200;

  private final DeviceConfig config;
  private final Selector selector;
  private final WirePort wire;
  private final QtestPort qtest;
  private volatile boolean stopped;

  /**
   * Makes the device and opens its sockets.
   *
   * @throws IOException if one cannot be opened; the message names it
   */
  public DeviceServer(DeviceConfig config) throws IOException {
    this.config = config;
    this.selector = Selector.open();
    QtestMachine machine = new QtestMachine(new PagedMemory(DRAM, DRAM_SIZE), new VirtualClock());
    WirePort cable = null;
    try {
      cable = new WirePort(selector, config);
      machine.map(MAC, model(machine, cable));
      this.qtest =
          new QtestPort(selector, machine, config.qtest(), config.qtestListens(), this::stop);
      this.wire = cable;
    } catch (IOException e) {
      if (cable != null) {
        cable.close();
      }
      selector.close();
      throw e;
    }
  }

  private Ftgmac100 model(QtestMachine machine, WirePort cable) {
    Ftgmac100 mac =
        new Ftgmac100(
            Ftgmac100Config.DEFAULT.withProfile(config.profile()).withMac(config.mac()),
            machine.ram(),
            machine.line(LINE),
            machine.clock(),
            cable,
            RegisterTrace.NONE);
    cable.plug(mac);
    return mac;
  }

  /** The {@code ready} line without its end. */
  public String ready() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("event", "ready");
    all.put("model", config.model());
    all.put("qtest", qtest.address());
    all.put("address", wire.address());
    return JSON.writeValueAsString(all);
  }

  /**
   * Serves until {@link #stop}.
   *
   * @throws IOException if waiting for sockets fails
   */
  public void run() throws IOException {
    while (!stopped) {
      wire.connect();
      selector.select(wire.isToConnect() ? RETRY : 0);
      // frames first: who has sent one and then asks finds it dealt with
      serve(wire);
      serve(qtest);
      selector.selectedKeys().clear();
      wire.goOn();
      qtest.tellInterrupts();
      wire.flush();
      qtest.flush();
    }
  }

  private void serve(DevicePort port) throws IOException {
    for (SelectionKey key : selector.selectedKeys()) {
      if (port.equals(key.attachment()) && key.isValid()) {
        port.ready(key);
      }
    }
  }

  /** Ends {@link #run}; from any thread. */
  public void stop() {
    stopped = true;
    selector.wakeup();
  }

  /** Closes the sockets and removes their files; after {@link #run} has ended. */
  @Override
  public void close() {
    wire.close();
    qtest.close();
    close(selector);
  }

  /** Closes what there is; what fails then is of no consequence. */
  static void close(@Nullable Closeable one) {
    if (one == null) {
      return;
    }
    try {
      one.close();
    } catch (IOException e) {
      LOG.debug("close: {}", e.getMessage());
    }
  }
}
