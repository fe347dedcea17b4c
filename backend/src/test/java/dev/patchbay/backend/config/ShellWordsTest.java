package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellWordsTest {
  private static void expect(String line, String... words) throws ConfigException {
    assertThat(ShellWords.split(line)).as(line).containsExactly(words);
  }

  @Test
  void splitsAsAShellDoes() throws ConfigException {
    expect("");
    expect(" \t\n ");
    expect("ip link  set\tnet0 up ", "ip", "link", "set", "net0", "up");
    expect("a 'b c' d", "a", "b c", "d");
    expect("a \"b c\" d", "a", "b c", "d");
    expect("a''b \"\" ''", "ab", "", "");
    expect("a'b'\"c\"\\d", "abcd");
    expect("'a\"b' \"a'b\"", "a\"b", "a'b");
    expect("a\\ b \\' \\\"", "a b", "'", "\"");
    expect("'a\\b'", "a\\b");
    expect("\"a\\b\\\\c\\\"d\\$e\\`f\"", "a\\b\\c\"d$e`f");
    expect("a\\\nb \"c\\\nd\"", "ab", "cd");
    expect("'a\nb'", "a\nb");
  }

  @Test
  void expandsNothing() throws ConfigException {
    expect("$HOME *.c ~ `x` a|b #c {1,2}", "$HOME", "*.c", "~", "`x`", "a|b", "#c", "{1,2}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "a 'b|the quote ' at position 3 is not closed",
        "\"|the quote \" at position 1 is not closed",
        "ab\"c\\\"|the quote \" at position 3 is not closed",
        "a \\|nothing follows the backslash at position 3"
      },
      delimiter = '|')
  void unbalanced(String line, String message) {
    assertThatThrownBy(() -> ShellWords.split(line))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void joinedWordsSplitAgain() throws ConfigException {
    Random random = new Random(7);
    String alphabet = "ab '\"\\$\n\t-=/";
    for (int i = 0; i < 2000; i++) {
      List<String> words = new ArrayList<>();
      for (int w = random.nextInt(4); w >= 0; w--) {
        StringBuilder word = new StringBuilder();
        for (int c = random.nextInt(6); c > 0; c--) {
          word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        words.add(word.toString());
      }
      assertThat(ShellWords.split(ShellWords.join(words))).isEqualTo(words);
    }
  }
}
