package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code ip route} with several next hops, types of service and rules, word for word: each command
 * of {@code route/commands.txt}.
 */
class RouteWordsTest {
  @Test
  void asRecorded() {
    new RecordedWords("route").compare(new TwoDummies(), List.of("answers.txt"), 280);
  }
}
