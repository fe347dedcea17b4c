package dev.patchbay.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The requirements of RFC 9293 (appendix B) and of RFC 1122 section 4 (the summaries 4.1.5 and
 * 4.2.5, whose rows are numbered here in their order), and of RFC 4787, RFC 5382 and RFC 5508 on
 * translation, each with the tests that show it. The tables are resources of tab-separated columns:
 * clause, section, statement in our own words, how it is met. The last names tests as {@code
 * package.Class#method}, perhaps with a remark; or begins with one of {@link #EXCEPTIONS} and gives
 * the reason.
 */
class RequirementsTest {
  private static final String NOT_APPLICABLE = "not applicable: ";
  private static final String AS_LINUX = "as Linux: ";
  private static final String NOT_MET = "not met: ";
  private static final List<String> EXCEPTIONS = List.of(NOT_APPLICABLE, AS_LINUX, NOT_MET);

  /** A reason of fewer letters says nothing. */
  private static final int LEAST_REASON = 20;

  private static final Pattern REFERENCE = Pattern.compile("([a-z]+\\.)*[A-Z]\\w*#\\w+");
  private static final Pattern TESTS =
      Pattern.compile(REFERENCE.pattern() + "(, " + REFERENCE.pattern() + ")*(; .+)?");

  private record Row(String clause, String section, String statement, String how) {
    static Row parse(String line) {
      String[] cells = line.split("\t", -1);
      assertThat(cells).as(line).hasSize(4).noneMatch(String::isBlank);
      return new Row(cells[0], cells[1], cells[2], cells[3]);
    }

    boolean isException() {
      return EXCEPTIONS.stream().anyMatch(how::startsWith);
    }

    List<String> tests() {
      List<String> found = new ArrayList<>();
      Matcher m = REFERENCE.matcher(how);
      while (m.find()) {
        found.add(m.group());
      }
      return found;
    }
  }

  private static List<Row> read(String name) throws IOException {
    try (InputStream in = RequirementsTest.class.getResourceAsStream(name)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(Row::parse).toList();
    }
  }

  private static Stream<String> numbered(String kind, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> kind + "-" + i);
  }

  @Test
  void eachClauseOfRfc9293StandsThereOnce() throws IOException {
    List<String> expected =
        Stream.of(
                numbered("MUST", 69), numbered("SHLD", 31), numbered("MAY", 18), numbered("REC", 1))
            .flatMap(s -> s)
            .toList();
    assertThat(read("rfc9293.tsv")).extracting(Row::clause).containsExactlyElementsOf(expected);
  }

  @Test
  void eachRowOfRfc1122StandsThereOnce() throws IOException {
    List<String> expected = Stream.concat(numbered("UDP", 19), numbered("TCP", 104)).toList();
    List<Row> rows = read("rfc1122.tsv");
    assertThat(rows).extracting(Row::clause).containsExactlyElementsOf(expected);
    for (Row row : rows) {
      String chapter = row.clause().startsWith("UDP") ? "4.1." : "4.2.";
      assertThat(row.section()).as(row.clause()).startsWith(chapter);
    }
  }

  @Test
  void eachRequirementOfTranslationStandsThereOnce() throws IOException {
    List<String> expected =
        Stream.of(numbered("UDP", 14), numbered("TCP", 10), numbered("ICMP", 11))
            .flatMap(s -> s)
            .toList();
    assertThat(read("bcp127.tsv")).extracting(Row::clause).containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rfc9293.tsv", "rfc1122.tsv", "bcp127.tsv"})
  void eachHasTestsOrAReason(String table) throws IOException {
    for (Row row : read(table)) {
      if (row.isException()) {
        String reason = row.how().substring(row.how().indexOf(": ") + 2);
        assertThat(reason.length())
            .as("%s: %s", row.clause(), row.how())
            .isGreaterThanOrEqualTo(LEAST_REASON);
      } else {
        assertThat(row.how()).as(row.clause()).matches(TESTS);
      }
      // what is as in Linux is seen somewhere
      assertThat(row.how().startsWith(AS_LINUX) && row.tests().isEmpty())
          .as(row.clause())
          .isFalse();
      for (String test : row.tests()) {
        assertThat(isTest(test)).as("%s: %s is a test", row.clause(), test).isTrue();
      }
    }
  }

  private static boolean isTest(String reference) {
    int hash = reference.indexOf('#');
    String type = RequirementsTest.class.getPackageName() + "." + reference.substring(0, hash);
    String name = reference.substring(hash + 1);
    try {
      return Arrays.stream(Class.forName(type).getDeclaredMethods())
          .filter(method -> method.getName().equals(name))
          .anyMatch(RequirementsTest::isTest);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }

  /** Whoever leaves a requirement unmet has to say so here. */
  @Test
  void whatIsNotMetIsKnown() throws IOException {
    List<String> unmet = new ArrayList<>();
    for (String table : List.of("rfc9293.tsv", "rfc1122.tsv", "bcp127.tsv")) {
      read(table).stream()
          .filter(row -> row.how().startsWith(NOT_MET))
          .forEach(row -> unmet.add(row.clause()));
    }
    assertThat(unmet).containsExactly("UDP-3", "UDP-4");
  }
}
