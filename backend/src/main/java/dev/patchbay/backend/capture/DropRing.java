package dev.patchbay.backend.capture;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #SIZE} dropped packets: when, by which port they came, their first bytes, why.
 * All memory is there from the start; a drop allocates nothing. On the loop's thread.
 */
public final class DropRing implements PacketPool.DropObserver {
  /** Packets that are remembered. */
  public static final int SIZE = 4096;

  /** Bytes kept of each: Ethernet with a tag, IPv6 and TCP without options, and some more. */
  static final int KEPT = 96;

  private static final DropReason[] REASONS = DropReason.values();

  private final LongSupplier clock;
  private final long[] times = new long[SIZE];
  private final byte[] reasons = new byte[SIZE];
  private final @Nullable String[] ports = new String[SIZE];
  private final int[] lengths = new int[SIZE];
  private final boolean[] ethernet = new boolean[SIZE];
  private final @Nullable String[] tables = new String[SIZE];
  private final @Nullable String[] chains = new String[SIZE];
  private final int[] rules = new int[SIZE];
  private final byte[] bytes = new byte[SIZE * KEPT];
  private long count;

  /**
   * A dropped packet.
   *
   * @param time ns since 1970
   * @param port the device on whose account it is, or null where it had none
   * @param length of the whole packet in bytes
   * @param summary as tcpdump would write it
   * @param rule null where no rule did it
   */
  public record Drop(
      long time,
      @Nullable String port,
      int length,
      String summary,
      DropReason reason,
      @Nullable Culprit rule) {}

  /**
   * The rule that dropped a packet.
   *
   * @param number from 1; 0 for the policy of the chain
   */
  public record Culprit(String table, String chain, int number) {}

  /**
   * @param clock wall time in ns since 1970
   */
  public DropRing(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public void dropped(Packet packet, DropReason reason) {
    int slot = (int) (count % SIZE);
    count++;
    NetDevice device = packet.physicalDevice != null ? packet.physicalDevice : packet.device;
    int start = FrameStart.position(packet);
    int length = Math.max(0, packet.tail - start);
    times[slot] = clock.getAsLong();
    reasons[slot] = (byte) reason.ordinal();
    ports[slot] = device == null ? null : device.name();
    lengths[slot] = length;
    tables[slot] = packet.ruleTable;
    chains[slot] = packet.ruleChain;
    rules[slot] = packet.ruleNumber;
    ethernet[slot] = FrameStart.isEthernet(packet);
    System.arraycopy(packet.data, start, bytes, slot * KEPT, Math.min(length, KEPT));
  }

  /** Packets dropped since the start. */
  public long count() {
    return count;
  }

  /**
   * The last ones, oldest first.
   *
   * @param port only those of this device; null: all
   * @param last at most so many
   */
  public List<Drop> last(@Nullable String port, int last) {
    List<Drop> found = new ArrayList<>();
    long oldest = Math.max(0, count - SIZE);
    for (long n = count - 1; n >= oldest && found.size() < last; n--) {
      int slot = (int) (n % SIZE);
      if (port == null || port.equals(ports[slot])) {
        found.add(drop(slot));
      }
    }
    return found.reversed();
  }

  private Drop drop(int slot) {
    int kept = Math.min(lengths[slot], KEPT);
    String summary = PacketSummary.of(bytes, slot * KEPT, kept, ethernet[slot], lengths[slot]);
    String table = tables[slot];
    String chain = chains[slot];
    return new Drop(
        times[slot],
        ports[slot],
        lengths[slot],
        summary,
        REASONS[reasons[slot] & 0xff],
        table == null || chain == null ? null : new Culprit(table, chain, rules[slot]));
  }
}
