package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.CaptureFile;
import dev.patchbay.backend.capture.CaptureStream;
import dev.patchbay.backend.capture.Captures;
import dev.patchbay.backend.control.ByteStream;
import dev.patchbay.backend.control.ControlException;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.stack.netfilter.log.LogGroups;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Captures as the control socket shows and makes them. On the loop. */
final class CaptureModel {
  private final Daemon daemon;
  private final Executor files;

  CaptureModel(Daemon daemon, Executor files) {
    this.daemon = daemon;
    this.files = files;
  }

  private static Map<String, @Nullable Object> map(Captures.Capture capture) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("id", capture.id());
    all.put("port", capture.port());
    all.put("file", capture.file());
    all.put("packets", capture.packets());
    all.put("lost", capture.lost());
    String failure = capture.failure();
    if (failure != null) {
      all.put("error", failure);
    }
    return all;
  }

  List<Map<String, @Nullable Object>> list() {
    return daemon.captures().list().stream().map(CaptureModel::map).toList();
  }

  CompletionStage<? extends Object> add(@Nullable String port, @Nullable String file) {
    List<String> ports = daemon.plugs().stream().map(Plug::name).toList();
    if (port != null && !ports.contains(port) && LogGroups.group(port) < 0) {
      throw invalid(
          "port '" + port + "': expected " + String.join(", ", ports) + ", nflog:GROUP or null");
    }
    if (file == null) {
      return CompletableFuture.completedStage(begin(port, null));
    }
    Path path;
    try {
      path = Path.of(file);
    } catch (InvalidPathException e) {
      throw invalid("file '" + file + "': " + e.getReason());
    }
    if (!path.isAbsolute()) {
      throw invalid("file '" + file + "': expected an absolute path or null");
    }
    return CompletableFuture.supplyAsync(() -> open(path), files)
        .thenApplyAsync(opened -> begin(port, opened), daemon.loop()::execute);
  }

  private static ControlException invalid(String message) {
    return new ControlException(400, "invalid", message);
  }

  private static CaptureFile open(Path path) {
    try {
      return CaptureFile.open(path.normalize());
    } catch (IOException e) {
      throw new ControlException(409, "failed", String.valueOf(e.getMessage()));
    }
  }

  private Map<String, @Nullable Object> begin(@Nullable String port, @Nullable CaptureFile file) {
    Captures.Capture made = daemon.captures().add(port, file);
    if (made != null) {
      return map(made);
    }
    if (file != null) {
      files.execute(() -> {
        try {
          file.close();
        } catch (IOException e) {
          // nothing was written to it
        }
      });
    }
    throw new ControlException(
        409, "too-many", "there are " + Captures.LIMIT + " captures and readers already");
  }

  void remove(int id) {
    if (!daemon.captures().remove(id)) {
      throw unknown(id);
    }
  }

  private static ControlException unknown(int id) {
    return new ControlException(404, "unknown", "there is no capture " + id);
  }

  ByteStream read(int id) {
    Captures.Capture capture = daemon.captures().get(id);
    if (capture == null) {
      throw unknown(id);
    }
    CaptureStream stream = capture.stream();
    if (stream == null) {
      throw new ControlException(
          409, "too-many", "there are " + Captures.LIMIT + " captures and readers already");
    }
    return new ByteStream() {
      @Override
      public void onReady(Runnable listener) {
        stream.onReady(listener);
      }

      @Override
      public byte @Nullable [] poll() {
        return stream.poll();
      }

      @Override
      public boolean isEnded() {
        return stream.isEnded();
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }
}
