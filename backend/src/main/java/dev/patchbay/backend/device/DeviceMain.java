package dev.patchbay.backend.device;

import dev.patchbay.backend.cli.DeviceStarter;
import dev.patchbay.backend.cli.Io;
import dev.patchbay.backend.cli.Words;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.DeviceConfig;
import dev.patchbay.backend.daemon.Logging;
import dev.patchbay.backend.daemon.Signals;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** {@code patchbay device}: the process around a {@link DeviceServer}. */
public final class DeviceMain implements DeviceStarter {
  @Override
  public int run(DeviceConfig config, Io io) {
    Logging.start(new DaemonConfig.Log(DaemonConfig.Log.Level.INFO, false));
    AtomicReference<@Nullable DeviceServer> serving = new AtomicReference<>();
    IntConsumer over =
        Signals.onTermination(() -> {
          DeviceServer server = serving.get();
          if (server != null) {
            server.stop();
          }
        });
    int status = Words.FAILED;
    try {
      status = serve(config, io, serving);
      return status;
    } finally {
      over.accept(status);
    }
  }

  private static int serve(
      DeviceConfig config, Io io, AtomicReference<@Nullable DeviceServer> serving) {
    try (DeviceServer server = new DeviceServer(config)) {
      serving.set(server);
      io.out().println(server.ready());
      server.run();
      return 0;
    } catch (IOException e) {
      return io.fail("device: " + e.getMessage(), Words.FAILED);
    }
  }
}
