package dev.patchbay.backend.dhcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Leases of all devices in a file of JSON, written beside it and renamed, so that it is whole at
 * any time. Writes go to an executor; of several that wait only the newest is written. A file that
 * cannot be read is said and begun anew: a lost lease file hurts nobody.
 */
public final class FileLeaseStore {
  private static final Logger LOG = LogManager.getLogger(FileLeaseStore.class);

  private final Path file;
  private final Executor executor;
  private final ObjectMapper mapper = JsonMapper.builder().build();
  private final AtomicReference<@Nullable Snapshot> waiting = new AtomicReference<>();
  private @Nullable Map<String, List<Lease>> devices;
  private final Map<String, Supplier<List<Map<String, @Nullable Object>>>> six =
      new LinkedHashMap<>();
  private final Object writing = new Object();

  /** All leases at a moment, of immutable parts, whose text the executor makes. */
  private record Snapshot(
      Map<String, List<Lease>> devices, List<Supplier<List<Map<String, @Nullable Object>>>> six) {
    List<Map<String, @Nullable Object>> objects() {
      List<Map<String, @Nullable Object>> list = new ArrayList<>();
      devices.forEach(
          (device, leases) -> leases.forEach(lease -> list.add(LeaseJson.toStored(lease, device))));
      six.forEach(leases -> list.addAll(leases.get()));
      return list;
    }
  }

  /**
   * @param file {@code leases.json}; its directory exists
   * @param executor runs the writes, not the loop
   */
  public FileLeaseStore(Path file, Executor executor) {
    this.file = file;
    this.executor = executor;
  }

  /**
   * The part of one device.
   *
   * @param device {@code [NETNS/]DEVICE}
   */
  public LeaseStore of(String device) {
    return new LeaseStore() {
      @Override
      public List<Lease> load() {
        return all().getOrDefault(device, List.of());
      }

      @Override
      public void save(List<Lease> leases) {
        all().put(device, List.copyOf(leases));
        FileLeaseStore.this.save();
      }
    };
  }

  /**
   * What was kept of IPv6 for one device, as objects of JSON.
   *
   * @param device {@code [NETNS/]DEVICE}
   */
  public List<Map<String, @Nullable Object>> load6(String device) {
    all();
    Supplier<List<Map<String, @Nullable Object>>> kept = six.get(device);
    return kept == null ? List.of() : kept.get();
  }

  /**
   * Keeps this of IPv6 for one device from now on.
   *
   * @param leases makes the objects of leases that change no more; on any thread, at any time
   */
  public void save6(String device, Supplier<List<Map<String, @Nullable Object>>> leases) {
    all();
    six.put(device, leases);
    save();
  }

  /** What the file held, and what came since; on the loop once it was read. */
  private Map<String, List<Lease>> all() {
    Map<String, List<Lease>> known = devices;
    if (known == null) {
      known = read();
      devices = known;
    }
    return known;
  }

  private Map<String, List<Lease>> read() {
    Map<String, List<Lease>> all = new LinkedHashMap<>();
    Map<String, List<Map<String, @Nullable Object>>> found = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return all;
    }
    try {
      List<Map<String, Object>> list =
          mapper.readValue(
              Files.readAllBytes(file), new TypeReference<List<Map<String, Object>>>() {});
      for (Map<String, Object> map : list) {
        if (map.containsKey("iaid")) {
          Map<String, @Nullable Object> stored = new LinkedHashMap<>(map);
          found.computeIfAbsent(LeaseJson.deviceOf(map), d -> new ArrayList<>()).add(stored);
          continue;
        }
        all.computeIfAbsent(LeaseJson.deviceOf(map), d -> new ArrayList<>())
            .add(LeaseJson.fromStored(map));
      }
    } catch (IOException | JacksonException | IllegalArgumentException e) {
      LOG.warn("{}: not read, leases begin anew: {}", file, e.getMessage());
      return new LinkedHashMap<>();
    }
    found.forEach((device, leases) -> six.put(device, () -> leases));
    return all;
  }

  private void save() {
    Snapshot now = new Snapshot(new LinkedHashMap<>(all()), List.copyOf(six.values()));
    if (waiting.getAndSet(now) == null) {
      executor.execute(this::write);
    }
  }

  /** Writes what waits, if anything does. Any thread; the daemon calls it at its end. */
  public void flush() {
    write();
  }

  private void write() {
    synchronized (writing) {
      Snapshot snapshot = waiting.getAndSet(null);
      if (snapshot == null) {
        return;
      }
      Path part = file.resolveSibling(file.getFileName() + ".part");
      try {
        byte[] bytes =
            mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(snapshot.objects());
        try (FileChannel out =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          while (buffer.hasRemaining()) {
            out.write(buffer);
          }
          out.force(false);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException | JacksonException e) {
        LOG.warn("{}: leases are not kept: {}", file, e.getMessage());
      }
    }
  }
}
