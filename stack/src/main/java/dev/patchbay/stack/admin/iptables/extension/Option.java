package dev.patchbay.stack.admin.iptables.extension;

/**
 * A long option of a match or target.
 *
 * @param name without its dashes
 * @param arguments how many words follow it: 0 or 1; 2 for {@code --tcp-flags}
 * @param invertible whether {@code !} may stand before it
 */
public record Option(String name, int arguments, boolean invertible) {
  /** One that is followed by a word. */
  public static Option of(String name) {
    return new Option(name, 1, false);
  }

  /** One that is followed by a word and may be inverted. */
  public static Option inverted(String name) {
    return new Option(name, 1, true);
  }

  /** One that stands alone. */
  public static Option flag(String name) {
    return new Option(name, 0, false);
  }

  /** One that stands alone and may be inverted. */
  public static Option invertedFlag(String name) {
    return new Option(name, 0, true);
  }
}
