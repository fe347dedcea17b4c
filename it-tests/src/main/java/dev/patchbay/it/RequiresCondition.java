package dev.patchbay.it;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips, or fails, what {@link Requires} something that is not there. */
final class RequiresCondition implements ExecutionCondition {
  private final Requirements requirements;

  RequiresCondition() {
    this(Requirements.ofThisMachine());
  }

  RequiresCondition(Requirements requirements) {
    this.requirements = requirements;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<AnnotatedElement> element = context.getElement();
    Requires requires = element.map(e -> e.getAnnotation(Requires.class)).orElse(null);
    return requires == null
        ? ConditionEvaluationResult.enabled("nothing is required")
        : evaluate(requires.value());
  }

  /**
   * The verdict for a list of requirements.
   *
   * @throws IllegalStateException if one is missing that this run insists on: JUnit fails the test
   */
  ConditionEvaluationResult evaluate(String... names) {
    for (String name : names) {
      Optional<String> lack = requirements.missing(name);
      if (lack.isPresent() && requirements.isDemanded(name)) {
        throw new IllegalStateException("required by patchbay.require: " + lack.get());
      } else if (lack.isPresent()) {
        return ConditionEvaluationResult.disabled(lack.get());
      }
    }
    return ConditionEvaluationResult.enabled("all there: " + String.join(", ", names));
  }
}
