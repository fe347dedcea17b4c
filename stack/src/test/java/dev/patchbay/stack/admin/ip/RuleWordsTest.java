package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ip rule}, word for word: each command of {@code rule/commands.txt}. */
class RuleWordsTest {
  @Test
  void asRecorded() {
    new RecordedWords("rule").compare(new TwoDummies(), List.of("answers.txt"), 240);
  }
}
