package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.netfilter.expression.WordCondition.Operation;
import dev.patchbay.stack.netfilter.expression.WordCondition.Range;
import dev.patchbay.stack.netfilter.expression.WordCondition.Step;
import dev.patchbay.stack.netfilter.expression.WordCondition.Test;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the tests of {@code --u32}, once: {@code NUMBER {& | << | >> | @} NUMBER … =
 * NUMBER[:NUMBER],… && …}, with spaces where one likes.
 */
final class U32Tests {
  /** Tests, numbers of a location and ranges, of each at most ({@code XT_U32_MAXSIZE}). */
  private static final int MOST = 10;

  private final String text;
  private final List<Test> tests = new ArrayList<>();
  private int at;

  U32Tests(String text) {
    this.text = text;
  }

  List<Test> parse() throws IptablesException {
    do {
      tests.add(new Test(location(), values()));
    } while (at < text.length());
    if (tests.size() > MOST) {
      throw bad(at, "too many \"&&\"s");
    }
    return List.copyOf(tests);
  }

  /** Up to behind the sign of equality. */
  private List<Step> location() throws IptablesException {
    List<Step> steps = new ArrayList<>();
    while (true) {
      skipSpace();
      if (at == text.length()) {
        throw IptablesException.parameter("u32: abrupt end of input after location specifier");
      }
      if (text.charAt(at) == '=') {
        if (steps.isEmpty()) {
          throw bad(at, "location spec missing");
        }
        at++;
        return steps;
      }
      Operation operation = steps.isEmpty() ? Operation.AT : operation();
      steps.add(new Step(operation, number()));
      if (steps.size() > MOST) {
        throw bad(at, "too many operators");
      }
    }
  }

  private Operation operation() throws IptablesException {
    char sign = text.charAt(at);
    switch (sign) {
      case '&' -> {
        at++;
        return Operation.AND;
      }
      case '@' -> {
        at++;
        return Operation.AT;
      }
      case '<', '>' -> {
        at++;
        if (!isAt(sign)) {
          throw bad(at, "a second '" + sign + "' was expected");
        }
        at++;
        return sign == '<' ? Operation.LEFT : Operation.RIGHT;
      }
      default -> throw bad(at, "operator expected");
    }
  }

  /** Up to the end or behind the signs before the next test. */
  private List<Range> values() throws IptablesException {
    List<Range> ranges = new ArrayList<>();
    while (true) {
      skipSpace();
      if (at == text.length()) {
        if (ranges.isEmpty()) {
          throw IptablesException.parameter("u32: test ended with no value specified");
        }
        return ranges;
      }
      if (text.charAt(at) == '&') {
        another(ranges);
        return ranges;
      }
      if (!ranges.isEmpty()) {
        if (!isAt(',')) {
          throw bad(at, "expected \",\" or \"&&\"");
        }
        at++;
      }
      ranges.add(range());
      if (ranges.size() > MOST) {
        throw bad(at, "too many \",\"s");
      }
    }
  }

  private void another(List<Range> ranges) throws IptablesException {
    at++;
    if (!isAt('&')) {
      throw bad(at, "a second '&' was expected");
    }
    if (ranges.isEmpty()) {
      throw bad(at, "value spec missing");
    }
    if (tests.size() == MOST) {
      throw bad(at, "too many \"&&\"s");
    }
    at++;
    skipSpace();
    if (at == text.length()) {
      location(); // says that one is missing
    }
  }

  private Range range() throws IptablesException {
    long low = number();
    skipSpace();
    if (!isAt(':')) {
      return new Range(low, low);
    }
    at++;
    return new Range(low, number());
  }

  /** A number as {@code strtoul} reads it, of 32 bits. */
  private long number() throws IptablesException {
    int from = at;
    skipSpace();
    int radix = 10;
    if (isAt('0')) {
      boolean hex = at + 2 < text.length() && "xX".indexOf(text.charAt(at + 1)) >= 0;
      hex = hex && Character.digit(text.charAt(at + 2), 16) >= 0;
      radix = hex ? 16 : 8;
      at += hex ? 2 : 0;
    }
    int first = at;
    long value = 0;
    while (at < text.length() && digit(radix) >= 0) {
      value = Math.min(value * radix + digit(radix), Integer.MAX_VALUE * 16L);
      at++;
    }
    if (at == first || value > 0xffff_ffffL) {
      throw bad(from, "not a number or out of range");
    }
    return value;
  }

  private int digit(int radix) {
    char c = text.charAt(at);
    return c < 0x80 ? Character.digit(c, radix) : -1;
  }

  private boolean isAt(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r\f\u000b".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private static IptablesException bad(int place, String why) {
    return IptablesException.parameter("u32: at char " + place + ": " + why);
  }
}
