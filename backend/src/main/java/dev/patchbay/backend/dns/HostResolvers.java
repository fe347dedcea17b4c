package dev.patchbay.backend.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The resolvers of {@code /etc/resolv.conf} (resolv.conf(5)), read again at most every two seconds
 * and never by whoever asks for them.
 */
public final class HostResolvers implements Supplier<List<InetSocketAddress>> {
  private static final int PORT = 53;

  /** As the C library: further ones are not asked. */
  private static final int MAX = 3;

  private static final long INTERVAL = 2_000_000_000L;

  private final Path file;
  private final Executor executor;
  private final LongSupplier clock;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile List<InetSocketAddress> current;
  private volatile long readAt;

  /**
   * Reads the file at once; not on the loop.
   *
   * @param file {@code /etc/resolv.conf}
   * @param executor reads it later
   * @param clock monotonic ns
   */
  public HostResolvers(Path file, Executor executor, LongSupplier clock) {
    this.file = file;
    this.executor = executor;
    this.clock = clock;
    current = read(file);
    readAt = clock.getAsLong();
  }

  /** The resolvers as last read; empty where there are none. */
  @Override
  public List<InetSocketAddress> get() {
    if (clock.getAsLong() - readAt >= INTERVAL && reading.compareAndSet(false, true)) {
      readAt = clock.getAsLong();
      executor.execute(() -> {
        current = read(file);
        reading.set(false);
      });
    }
    return current;
  }

  private static List<InetSocketAddress> read(Path file) {
    try {
      return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // no file: no resolver, SERVFAIL at once
      return List.of();
    }
  }

  /** The servers of the lines {@code nameserver ADDRESS}; what is no address is passed over. */
  static List<InetSocketAddress> parse(String text) {
    List<InetSocketAddress> servers = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("[ \t]+", 3);
      if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MAX) {
        try {
          servers.add(new InetSocketAddress(InetAddress.ofLiteral(words[1]), PORT));
        } catch (IllegalArgumentException e) {
          continue;
        }
      }
    }
    return List.copyOf(servers);
  }
}
