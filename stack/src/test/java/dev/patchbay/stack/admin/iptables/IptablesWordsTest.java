package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code iptables} and its kin, word for word: each command of {@code iptables/commands.txt}. */
class IptablesWordsTest {
  @Test
  void asRecorded() {
    new RecordedWords("iptables")
        .compare(new RecordedRules("iptables"), List.of("answers.txt"), 330);
  }

  @Test
  void tableNatAsRecorded() {
    new RecordedWords("nat").compare(new RecordedRules("nat"), List.of("answers.txt"), 300);
  }
}
