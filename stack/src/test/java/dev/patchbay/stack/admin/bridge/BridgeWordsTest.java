package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bridge}, word for word: each command of {@code bridge/commands*.txt}. */
class BridgeWordsTest extends BridgeWords {
  @Test
  void asRecorded() {
    new RecordedWords("bridge", BridgeWords::mask)
        .compare(this, List.of("answers.txt", "answers-vlan.txt", "answers-several.txt"), 460);
  }

  @Override
  boolean snoops() {
    return false;
  }
}
