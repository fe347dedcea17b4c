package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The matches of iptables, word for word: each command of {@code matches/commands.txt}. */
class MatchWordsTest {
  @Test
  void asRecorded() {
    new RecordedWords("matches").compare(new RecordedRules("matches"), List.of("answers.txt"), 380);
  }
}
