package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Matches and targets about connections, word for word: {@code ctrules/commands.txt}. */
class ConnectionRuleWordsTest {
  @Test
  void asRecorded() {
    new RecordedWords("ctrules")
        .compare(new RecordedRules("iptables"), List.of("answers.txt"), 220);
  }
}
