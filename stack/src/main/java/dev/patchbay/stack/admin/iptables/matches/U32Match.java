package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.WordCondition;
import dev.patchbay.stack.netfilter.expression.WordCondition.Operation;
import dev.patchbay.stack.netfilter.expression.WordCondition.Range;
import dev.patchbay.stack.netfilter.expression.WordCondition.Step;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code u32}: words of a packet, computed with. */
public final class U32Match extends SimpleMatch {
  private List<WordCondition.Test> tests = List.of();

  public U32Match() {
    super("u32", Option.inverted("u32"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    tests = new U32Tests(text).parse();
  }

  @Override
  public @Nullable String refusal(Place place) {
    boolean tooFar =
        tests.stream()
            .flatMap(test -> test.steps().stream().skip(1))
            .anyMatch(step -> isShift(step) && step.number() > 31);
    return tooFar ? Errno.text(Errno.EINVAL) : null;
  }

  private static boolean isShift(Step step) {
    return step.operation() == Operation.LEFT || step.operation() == Operation.RIGHT;
  }

  @Override
  protected String saved() {
    StringBuilder to = new StringBuilder("\"");
    for (WordCondition.Test test : tests) {
      to.append(to.length() > 1 ? "&&" : "");
      String sign = "";
      for (Step step : test.steps()) {
        to.append(sign.isEmpty() ? "" : sign(step.operation())).append(Values.hex(step.number()));
        sign = "next";
      }
      String before = "=";
      for (Range range : test.ranges()) {
        to.append(before).append(Values.hex(range.low()));
        to.append(range.low() == range.high() ? "" : ":" + Values.hex(range.high()));
        before = ",";
      }
    }
    return to.append('"').toString();
  }

  private static String sign(Operation operation) {
    return switch (operation) {
      case AND -> "&";
      case LEFT -> "<<";
      case RIGHT -> ">>";
      case AT -> "@";
    };
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" u32").append(inverted() ? " ! " : " ").append(saved());
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new WordCondition(tests, inverted()));
  }
}
