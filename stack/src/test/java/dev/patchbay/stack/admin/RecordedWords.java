package dev.patchbay.stack.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.admin.ip.IpCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Words against words: what iproute2 6.1 answered on a Linux 6.1 ({@code admin/record FOLDER} asked
 * it: status, standard output, message) and what ours answer to the same commands in the same
 * order. Wanted differences stand in the folder's {@code differences.txt}, a line {@code command --
 * reason} each; one that is none any more is wrong too.
 */
public final class RecordedWords {
  /** Our side. */
  public interface Ours {
    /** Begins afresh, as the folder's {@code setup} does there. */
    void begin();

    /** Runs a command, its name included. */
    IpCommand.Result run(List<String> argv);

    /** A line without what differs from run to run (ages), on both sides. */
    default String masked(String line) {
      return line;
    }

    /** The lines in an order that does not differ where theirs is by chance, on both sides. */
    default List<String> arranged(List<String> lines) {
      return lines;
    }
  }

  /** What came back for one command. */
  private record Answer(String status, List<String> out, List<String> err) {
    Answer masked(Ours by) {
      return new Answer(status, by.arranged(out.stream().map(by::masked).toList()), err);
    }
  }

  private final String folder;
  private final UnaryOperator<String> mask;

  /**
   * @param folder below {@code admin} in the test resources
   */
  public RecordedWords(String folder) {
    this(folder, line -> line);
  }

  /**
   * @param folder below {@code admin} in the test resources
   * @param mask takes from a line of standard output, theirs or ours, what is not compared; of one
   *     that it makes empty nothing is
   */
  public RecordedWords(String folder, UnaryOperator<String> mask) {
    this.folder = folder;
    this.mask = mask;
  }

  /**
   * Compares all recordings.
   *
   * @param recordings files in the order in which one kernel made them
   * @param atLeast commands that must have been compared
   */
  public void compare(Ours ours, List<String> recordings, int atLeast) {
    Map<String, String> differences = differences();
    Set<String> seen = new LinkedHashSet<>();
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    for (String recording : recordings) {
      List<String> lines = lines(recording);
      for (int at = 0; at < lines.size(); ) {
        String line = lines.get(at++);
        if (line.isEmpty()) {
          ours.begin();
        }
        if (!line.startsWith("$ ")) {
          continue;
        }
        String command = line.substring(2);
        Answer theirs = recorded(lines, at).masked(ours);
        Answer mine = answer(ours.run(List.of(command.split(" +")))).masked(ours);
        compared++;
        if (mine.equals(theirs) == differences.containsKey(command)) {
          wrong.add(recording + ": " + line + "\n  theirs " + theirs + "\n  ours   " + mine);
        }
        seen.add(command);
      }
    }
    assertThat(wrong).as("%d differ:\n%s", wrong.size(), String.join("\n", wrong)).isEmpty();
    assertThat(seen).containsAll(differences.keySet());
    assertThat(compared).isGreaterThanOrEqualTo(atLeast);
  }

  private List<String> masked(List<String> lines) {
    return lines.stream()
        .filter(line -> line.isEmpty() || !mask.apply(line).isEmpty())
        .map(mask)
        .toList();
  }

  private Answer answer(IpCommand.Result result) {
    return new Answer(
        String.valueOf(result.status()),
        masked(result.stdout().lines().toList()),
        withoutUsage(result.stderr().lines().toList()));
  }

  private Answer recorded(List<String> lines, int from) {
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    int at = from + 1;
    for (; at < lines.size() && (lines.get(at) + " ").matches("[>!] .*"); at++) {
      String text = lines.get(at).length() > 2 ? lines.get(at).substring(2) : "";
      (lines.get(at).startsWith(">") ? out : err).add(text);
    }
    return new Answer(lines.get(from).substring(2), masked(out), withoutUsage(err));
  }

  /** A usage names what is there, here as there: only that it comes is compared. */
  private static List<String> withoutUsage(List<String> lines) {
    List<String> kept = new ArrayList<>();
    boolean usage = false;
    for (String line : lines) {
      usage |= line.startsWith("Usage:");
      usage &= !line.startsWith("Error:");
      if (!usage) {
        kept.add(line);
      } else if (line.startsWith("Usage:")) {
        kept.add("Usage:");
      }
    }
    return kept;
  }

  /** Commands and reasons. */
  private Map<String, String> differences() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String line : lines("differences.txt")) {
      if (!line.startsWith("#") && !line.isEmpty()) {
        String[] parts = line.split(" -- ", 2);
        assertThat(parts).as(line).hasSize(2);
        all.put(parts[0], parts[1]);
      }
    }
    return all;
  }

  private List<String> lines(String name) {
    try (InputStream in = RecordedWords.class.getResourceAsStream(folder + "/" + name)) {
      byte[] all = Objects.requireNonNull(in, folder + "/" + name).readAllBytes();
      return new String(all, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
