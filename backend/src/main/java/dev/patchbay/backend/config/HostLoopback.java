package dev.patchbay.backend.config;

import java.util.BitSet;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which ports of the appliance's own address lead to the host's loopback.
 *
 * @param all every port, as QEMU's user network has it
 * @param ports the ports, 1 to 65535, where not all; empty: none
 */
public record HostLoopback(boolean all, SortedSet<Integer> ports) {
  /** Every port: the default. */
  public static final HostLoopback ALL = new HostLoopback(true, new TreeSet<>());

  /** No port. */
  public static final HostLoopback NONE = new HostLoopback(false, new TreeSet<>());

  /** Takes a copy of the ports. */
  public HostLoopback {
    ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
  }

  /**
   * Reads {@code all}, {@code none} or {@code PORT,…}.
   *
   * @return empty if the text has another form
   */
  public static Optional<HostLoopback> parse(String text) {
    if (text.equals("all")) {
      return Optional.of(ALL);
    }
    if (text.equals("none")) {
      return Optional.of(NONE);
    }
    SortedSet<Integer> ports = new TreeSet<>();
    for (String word : text.split(",", -1)) {
      int port = Numbers.parse(word, 1, 65535);
      if (port < 0) {
        return Optional.empty();
      }
      ports.add(port);
    }
    return Optional.of(new HostLoopback(false, ports));
  }

  /**
   * Whether a port is open.
   *
   * @param port 1 to 65535
   */
  public boolean allows(int port) {
    return all || ports.contains(port);
  }

  /** The ports as bits, for the packet path; null-free and equal to {@link #allows}. */
  public BitSet bits() {
    BitSet bits = new BitSet(65536);
    if (all) {
      bits.set(1, 65536);
    }
    ports.forEach(bits::set);
    return bits;
  }

  @Override
  public String toString() {
    if (all) {
      return "all";
    }
    return ports.isEmpty()
        ? "none"
        : String.join(",", ports.stream().map(String::valueOf).toList());
  }
}
