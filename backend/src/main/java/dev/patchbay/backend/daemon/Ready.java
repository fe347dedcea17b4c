package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.Captures;
import dev.patchbay.backend.cli.Version;
import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.InstanceLock;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.backend.uplink.ForwardTable;
import dev.patchbay.stack.ip.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The {@code ready} line: what was opened, as one line of JSON. */
final class Ready {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Ready() {}

  /** The line without its end. */
  static String line(Daemon daemon, InstanceLock lock, long seed) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("event", "ready");
    all.put("version", Version.current());
    all.put("pid", ProcessHandle.current().pid());
    all.put("name", lock.name());
    all.put("dir", lock.dir().toString());
    all.put("control", lock.control().toString());
    all.put("seed", seed);
    List<Map<String, Object>> ports = new ArrayList<>();
    for (Plug plug : daemon.plugs()) {
      Map<String, Object> port = new LinkedHashMap<>();
      port.put("name", plug.name());
      port.put("kind", plug.attachment().kind().word());
      port.put("address", plug.address());
      ports.add(port);
    }
    all.put("ports", ports);
    all.put("forwards", daemon.forwards().stream().map(f -> forward(f, daemon.guests())).toList());
    all.put("captures", daemon.captures().list().stream().map(Ready::capture).toList());
    all.put("warnings", daemon.warnings());
    return JSON.writeValueAsString(all);
  }

  /** A forward as {@code ready} and {@code GET /v1/forwards} show it. */
  static Map<String, @Nullable Object> forward(ForwardTable.Entry entry, Guests guests) {
    Forward rule = entry.rule();
    boolean unix = rule.proto() == Forward.Proto.UNIX;
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("id", entry.id());
    all.put("proto", rule.proto().word());
    all.put("host", unix ? null : hostAddress(rule));
    all.put("port", unix ? null : entry.port());
    all.put("path", unix ? String.valueOf(rule.path()) : null);
    all.put("guest", guests.word(rule.guest()));
    all.put("guestPort", rule.guestPort());
    return all;
  }

  private static Map<String, @Nullable Object> capture(Captures.Capture capture) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("id", capture.id());
    all.put("file", capture.file());
    return all;
  }

  private static @Nullable String hostAddress(Forward rule) {
    return rule.host() == null ? null : IpAddress.of(rule.host()).toString();
  }

  /** Writes the line to a file so that a reader sees all of it or nothing. */
  static void write(Path file, String line) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, line + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
