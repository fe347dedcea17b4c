package dev.patchbay.stack.qdisc;

import org.jspecify.annotations.Nullable;

/**
 * Options of netem, as a request or as they stand. Probabilities and correlations are shares of
 * 2<sup>32</sup>-1. In a request, what is null stays as it was.
 */
public final class NetemOptions implements QdiscOptions {
  /** A certain event. */
  public static final long ALWAYS = 0xffff_ffffL;

  /**
   * How much a draw follows the one before.
   *
   * @param delay of delays
   * @param loss of losses
   * @param duplicate of duplicates
   */
  public record Correlations(long delay, long loss, long duplicate) {}

  /** How often, and how much a draw follows the one before. */
  public record Chance(long probability, long correlation) {}

  /** A model of losses other than the random one. */
  public sealed interface Loss permits FourStates, GilbertElliott {}

  /**
   * Four states ({@code loss state}): 1 received, 2 received within a burst, 3 lost within a burst,
   * 4 lost alone; the chances to go from one to the other.
   */
  public record FourStates(long p13, long p31, long p32, long p23, long p14) implements Loss {}

  /**
   * Two states ({@code loss gemodel}).
   *
   * @param p from good to bad
   * @param r from bad to good
   * @param h to be received in the bad state
   * @param k to be lost in the good state
   */
  public record GilbertElliott(long p, long r, long h, long k) implements Loss {}

  /**
   * The rate of a link.
   *
   * @param bytesPerSecond 0 for none
   * @param packetOverhead bytes added to each packet, which may be less than 0
   * @param cellSize bytes of a cell, 0 for none
   * @param cellOverhead bytes added to each cell, which may be less than 0
   */
  public record Rate(long bytesPerSecond, int packetOverhead, long cellSize, int cellOverhead) {}

  /**
   * Packets leave together at times that lie {@code minDelay} to {@code maxDelay} apart, or around
   * {@code delay} where {@code jitter} is above 0 (all ns).
   *
   * @param packets of one slot, 0 for any number
   * @param bytes of one slot, 0 for any number
   */
  public record Slot(
      long minDelay, long maxDelay, long delay, long jitter, int packets, int bytes) {}

  /** Packets that may wait, those delayed included; 32 bits. */
  public long limit = 1000;

  /** Ns. */
  public long latency;

  /** Ns by which the latency varies. */
  public long jitter;

  /** Chance of the random loss. */
  public long loss;

  /** Chance to be sent twice. */
  public long duplicate;

  /** Every how many packets one may overtake; 0 none. */
  public long gap;

  public @Nullable Correlations correlations;
  public @Nullable Chance reorder;
  public @Nullable Chance corrupt;

  /** Null for the random loss. */
  public @Nullable Loss lossModel;

  /** Mark what knows ECN instead of losing it; cannot be taken back. */
  public boolean ecn;

  public @Nullable Rate rate;
  public @Nullable Slot slot;

  /** Of delays. */
  public @Nullable Distribution distribution;

  /** Of slots. */
  public @Nullable Distribution slotDistribution;

  /** Seed of its random numbers; null for a stream of its device's. */
  public @Nullable Long seed;

  /** These options changed as {@code wanted} asks ({@code netem_change}). */
  NetemOptions changed(NetemOptions wanted) {
    NetemOptions next = new NetemOptions();
    next.limit = wanted.limit;
    next.latency = wanted.latency;
    // capped to what the tables' arithmetic can take
    next.jitter = Math.min(wanted.jitter, Integer.MAX_VALUE);
    next.loss = wanted.loss;
    next.duplicate = wanted.duplicate;
    next.gap = wanted.gap;
    next.lossModel = wanted.lossModel;
    next.ecn = ecn | wanted.ecn;
    next.correlations = wanted.correlations != null ? wanted.correlations : correlations;
    next.reorder = wanted.reorder != null ? wanted.reorder : reorder;
    next.corrupt = wanted.corrupt != null ? wanted.corrupt : corrupt;
    next.rate = wanted.rate != null ? wanted.rate : rate;
    next.slot = wanted.slot != null ? wanted.slot : slot;
    next.distribution = wanted.distribution != null ? wanted.distribution : distribution;
    next.slotDistribution =
        wanted.slotDistribution != null ? wanted.slotDistribution : slotDistribution;
    next.seed = wanted.seed != null ? wanted.seed : seed;
    return next;
  }
}
