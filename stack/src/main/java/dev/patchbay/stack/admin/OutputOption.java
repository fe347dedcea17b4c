package dev.patchbay.stack.admin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An option that says what a listing tells and how: {@code ip}, {@code bridge} and {@code tc}. */
public enum OutputOption {
  JSON("-json"),
  PRETTY("-pretty"),
  ONE_LINE("-oneline"),
  BRIEF("-brief"),
  STATISTICS("-statistics"),

  /** {@link #STATISTICS} twice. */
  MORE_STATISTICS(""),
  DETAILS("-details");

  private final String word;

  OutputOption(String word) {
    this.word = word;
  }

  /** Options that have such ones among them. */
  public interface Options {
    /** Those that were given. */
    Set<OutputOption> output();

    default boolean json() {
      return output().contains(JSON);
    }

    default boolean pretty() {
      return output().contains(PRETTY);
    }

    default boolean oneLine() {
      return output().contains(ONE_LINE);
    }

    default boolean statistics() {
      return output().contains(STATISTICS);
    }

    default boolean details() {
      return output().contains(DETAILS);
    }

    /** A list as JSON. */
    default String write(List<?> entries) {
      return JsonWriter.write(entries, pretty());
    }

    /** What ends a line within an entry ({@code _SL_}). */
    default String lineEnd() {
      return oneLine() ? "\\" : "\n";
    }
  }

  /**
   * The option that a word is or abbreviates, or "".
   *
   * @param order of all of them, as the command tries them: the first that fits is meant
   */
  public static String full(List<String> order, String word) {
    return order.stream().filter(o -> o.startsWith(word)).findFirst().orElse("");
  }

  /** Adds to {@code set} the one that {@code full} is. */
  public static boolean take(String full, Set<OutputOption> set) {
    OutputOption option = of(full);
    if (option == null) {
      return false;
    }
    boolean again = !set.add(option);
    if (again && option == STATISTICS) {
      set.add(MORE_STATISTICS);
    }
    return true;
  }

  private static @Nullable OutputOption of(String full) {
    if (full.equals("-stats")) {
      return STATISTICS;
    }
    for (OutputOption option : values()) {
      if (!full.isEmpty() && option.word.equals(full)) {
        return option;
      }
    }
    return null;
  }
}
