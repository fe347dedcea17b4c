package dev.patchbay.backend.daemon;

import dev.patchbay.stack.admin.PortNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The host's names of ports, from a file in the form of {@code services(5)}. Where it is missing
 * there are none, as for glibc; it is read once.
 */
final class EtcServices implements PortNames {
  /** Where Debian's package netbase puts it. */
  static final Path FILE = Path.of("/etc/services");

  private final Map<String, String> names = new HashMap<>();
  private final Map<String, Integer> ports = new HashMap<>();

  private EtcServices() {}

  /** Reads {@code file}; lines that are not of the form are passed over, as glibc does. */
  static EtcServices read(Path file) {
    EtcServices services = new EtcServices();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        services.line(line);
      }
    } catch (IOException e) {
      // no such file on many machines: then ports have numbers alone
    }
    return services;
  }

  private void line(String line) {
    int comment = line.indexOf('#');
    String[] words = (comment < 0 ? line : line.substring(0, comment)).trim().split("[ \t]+");
    if (words.length < 2 || !words[1].matches("[0-9]{1,5}/[a-z]+")) {
      return;
    }
    int slash = words[1].indexOf('/');
    int port = Integer.parseInt(words[1].substring(0, slash));
    String protocol = words[1].substring(slash);
    names.putIfAbsent(port + protocol, words[0]);
    for (int i = 0; i < words.length; i++) {
      if (i != 1) {
        ports.putIfAbsent(words[i] + protocol, port);
      }
    }
  }

  @Override
  public @Nullable String name(int port, String protocol) {
    return names.get(port + "/" + protocol);
  }

  @Override
  public int port(String name, String protocol) {
    return ports.getOrDefault(name + "/" + protocol, -1);
  }
}
