package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;

/** What is done with a packet that fulfils a filter ({@code struct tc_action}). */
public abstract class Action {
  /** Bytes and packets that came to it. */
  public long bytes;

  public long packets;

  /** Packets that it dropped. */
  public long drops;

  /** Packets that it could not lead where they were to go. */
  public long overlimits;

  private final int control;
  private int index;
  private long installed;
  private long firstUse = -1;
  private long lastUse;

  /**
   * @param control the {@link Verdict} where it has done its work
   */
  Action(int control) {
    this.control = control;
  }

  /** Linux's name of its kind. */
  public abstract String kind();

  /** Does it; a {@link Verdict}. */
  abstract int run(Packet packet, FilterChain chain);

  /** The {@link Verdict} where it has done its work. */
  public final int control() {
    return control;
  }

  /** Its number among those of its kind. */
  public final int index() {
    return index;
  }

  /** When it was made, ns of the loop. */
  public final long installed() {
    return installed;
  }

  /** When a packet last came to it, or it was made; ns. */
  public final long lastUse() {
    return lastUse;
  }

  /** When a packet first came to it, ns; -1 for never. */
  public final long firstUse() {
    return firstUse;
  }

  final void bind(ActionTable table, long now) {
    index = table.acquire(kind());
    installed = now;
    lastUse = now;
  }

  final void release(ActionTable table) {
    table.release(kind(), index);
  }

  final int execute(Packet packet, FilterChain chain) {
    lastUse = chain.now();
    if (firstUse < 0) {
      firstUse = lastUse;
    }
    bytes += chain.countedLength(packet);
    packets += Math.max(packet.gsoCount, 1);
    return run(packet, chain);
  }
}
