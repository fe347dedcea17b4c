package dev.patchbay.stack.admin.sysctl;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Patterns of {@code -r}: POSIX extended ones, which Java's contain but for brackets. */
final class ExtendedRegex {
  private ExtendedRegex() {}

  /** Compiles one; one that makes no sense matches nothing, as with procps. */
  static @Nullable Pattern compile(String text) {
    try {
      return Pattern.compile(text.replace("[[:", "[\\p{").replaceAll("\\\\p\\{(\\w+):]", named()));
    } catch (PatternSyntaxException e) {
      return Pattern.compile("(?!)");
    }
  }

  private static String named() {
    return "\\\\p{$1}";
  }
}
