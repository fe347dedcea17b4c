package dev.patchbay.stack.classifier;

/** What is to become of a packet ({@code TC_ACT_*}). */
public final class Verdict {
  /** No filter said anything, or {@code continue}: the next one is asked. */
  public static final int UNSPECIFIED = -1;

  /** It goes on ({@code pass}). */
  public static final int OK = 0;

  /** All filters are asked once more. */
  public static final int RECLASSIFY = 1;

  /** It is dropped. */
  public static final int SHOT = 2;

  /** The next action is asked; behind the last one it goes on. */
  public static final int PIPE = 3;

  /** What {@code mirred redirect} shows; no packet comes back with it. */
  public static final int STOLEN = 4;

  /** Somebody has taken it: the caller has it no more. */
  public static final int CONSUMED = 10_000;

  private Verdict() {}

  /** The word that iproute2 prints ({@code action_n2a}). */
  public static String text(int verdict) {
    return switch (verdict) {
      case UNSPECIFIED -> "continue";
      case OK -> "pass";
      case RECLASSIFY -> "reclassify";
      case SHOT -> "drop";
      case PIPE -> "pipe";
      default -> "stolen";
    };
  }
}
