package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.RecordedWords;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * {@code bridge mdb} and the settings of snooping, word for word: each command of {@code
 * mdb/commands*.txt}.
 */
class MdbWordsTest extends BridgeWords {
  /** Groups that the bridge itself joined: Linux has ff02::6a besides. */
  private static final Pattern OWN_GROUP =
      Pattern.compile("dev br0 port br0 grp ff02::[^\\\\]*\\\\?");

  private static final Pattern OWN_GROUP_JSON =
      Pattern.compile(",?\\{\"index\":2,\"dev\":\"br0\",\"port\":\"br0\",\"grp\":\"ff02::[^}]*}");

  /** How long an entry stays, which depends on when one looks. */
  private static final Pattern AGE = Pattern.compile("  ?\\d\\d\\.\\d\\d| \\d\\d\\d\\.\\d\\d");

  @Test
  void asRecorded() {
    new RecordedWords("mdb", MdbWordsTest::maskedLine)
        .compare(this, List.of("answers.txt", "answers-settings.txt"), 220);
  }

  private static String maskedLine(String line) {
    String without =
        OWN_GROUP_JSON.matcher(BridgeWords.mask(line)).replaceAll("").replace("[,{", "[{");
    String own = OWN_GROUP.matcher(without).replaceAll("");
    return AGE.matcher(own).replaceAll(" AGE");
  }

  @Override
  boolean snoops() {
    return true;
  }
}
