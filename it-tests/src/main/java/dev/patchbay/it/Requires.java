package dev.patchbay.it;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a test or test class needs of its machine, by the names of {@link Requirements}. Where one
 * is missing the test is skipped with the reason, or fails if {@code -Dpatchbay.require} names it.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RequiresCondition.class)
public @interface Requires {
  /** Names of requirements, e.g. {@code {"root", "netns", "qemu-arm"}}. */
  String[] value();
}
