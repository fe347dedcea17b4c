package dev.patchbay.stack.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What Linux sent, line by line as of {@link FrameText}: {@code > PORT frame} went in, {@code < …}
 * came out for it.
 */
final class Recording {
  /** Packets of each topology. */
  static final int PACKETS = 250;

  /** Their seed. */
  static final long SEED = 4;

  private final List<String> lines;
  private int at;

  private Recording(List<String> lines) {
    this.lines = lines;
  }

  /** One to be made. */
  static Recording empty() {
    return new Recording(new ArrayList<>());
  }

  /** The one of a topology. */
  static Recording of(Topology topology) throws IOException {
    try (InputStream in = Recording.class.getResourceAsStream(topology.name() + ".txt")) {
      byte[] all = Objects.requireNonNull(in, topology.name()).readAllBytes();
      return new Recording(new String(all, StandardCharsets.UTF_8).lines().toList());
    }
  }

  /** Notes what came out for a frame. */
  void add(String sent, List<String> out) {
    lines.add("> " + sent);
    out.forEach(line -> lines.add("< " + line));
  }

  /**
   * What came out for the next frame.
   *
   * @throws IllegalStateException where another one went in
   */
  List<String> next(String sent) {
    if (at >= lines.size() || !lines.get(at).equals("> " + sent)) {
      String there = at < lines.size() ? lines.get(at) : "nothing";
      throw new IllegalStateException(
          "recorded with other packets, record it again: " + sent + "\n  there is " + there);
    }
    List<String> out = new ArrayList<>();
    for (at++; at < lines.size() && lines.get(at).startsWith("< "); at++) {
      out.add(lines.get(at).substring(2));
    }
    return out;
  }

  /** Writes it into a folder. */
  void save(Path folder, Topology topology) throws IOException {
    Files.write(folder.resolve(topology.name() + ".txt"), lines);
  }
}
