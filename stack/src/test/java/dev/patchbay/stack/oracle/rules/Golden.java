package dev.patchbay.stack.oracle.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A trial and what the kernel made of it, as a file of lines: {@code 4} and {@code 6} the rules as
 * restore files, {@code >} a frame that went in, port and bytes, {@code <} what came out for it,
 * {@code =} rules and counters at the end.
 *
 * @param four the restore file of IPv4
 * @param six that of IPv6
 * @param outcome what the kernel made of it
 */
record Golden(String four, String six, Outcome outcome) {
  /** Writes one. */
  static void write(Path file, Trial trial, Outcome outcome) throws IOException {
    List<String> lines = new ArrayList<>();
    RuleSource.text(trial.four()).lines().forEach(line -> lines.add("4 " + line));
    RuleSource.text(trial.six()).lines().forEach(line -> lines.add("6 " + line));
    for (Outcome.Passage passage : outcome.passages()) {
      Step.In in = passage.in();
      lines.add("> " + in.port() + " " + HexFormat.of().formatHex(in.frame()));
      passage.lines().forEach(line -> lines.add("< " + line));
    }
    outcome.state().forEach(line -> lines.add("= " + line));
    Files.write(file, lines);
  }

  /** Reads one. */
  static Golden parse(List<String> lines) {
    StringBuilder four = new StringBuilder();
    StringBuilder six = new StringBuilder();
    List<Outcome.Passage> passages = new ArrayList<>();
    List<String> state = new ArrayList<>();
    for (String line : lines) {
      String text = line.substring(2);
      switch (line.charAt(0)) {
        case '4' -> four.append(text).append('\n');
        case '6' -> six.append(text).append('\n');
        case '>' -> {
          byte[] frame = HexFormat.of().parseHex(text.substring(2));
          Step.In in = new Step.In(text.charAt(0) - '0', frame);
          passages.add(new Outcome.Passage(in, new ArrayList<>()));
        }
        case '<' -> passages.getLast().lines().add(text);
        default -> state.add(text);
      }
    }
    return new Golden(four.toString(), six.toString(), new Outcome("", passages, state));
  }

  /** What ours makes of the same. */
  Outcome replay(Filter ours) throws IOException {
    String refusal = ours.load(four, six);
    List<Outcome.Passage> passages = new ArrayList<>();
    Outcome.Lines lines = new Outcome.Lines(false);
    for (Outcome.Passage passage : outcome.passages()) {
      Step.In in = passage.in();
      passages.add(new Outcome.Passage(in, lines.of(ours.send(in.port(), in.frame()))));
    }
    List<String> state = new ArrayList<>(Outcome.counters("4", ours.saved(true)));
    state.addAll(Outcome.counters("6", ours.saved(false)));
    return new Outcome(refusal, passages, state);
  }
}
