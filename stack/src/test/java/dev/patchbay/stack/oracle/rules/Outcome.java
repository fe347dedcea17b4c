package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.oracle.FrameText;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a router has made of a trial.
 *
 * @param refusal what was said against the rules; empty where they were taken
 * @param passages the frames in their order
 * @param state the rules with their counters, then the connections that are known
 */
record Outcome(String refusal, List<Passage> passages, List<String> state) {
  /** Reports of groups come when they like. */
  private static final Pattern NOISE = Pattern.compile(" icmp 143/0 | proto 2 | 0806 ");

  /** What differs by the moment: seconds to live, and who looks at an entry. */
  private static final Pattern MOMENT = Pattern.compile("^(\\S+ +\\d+ \\S+ +\\d+) \\d+ | use=\\d+");

  /**
   * A frame and what came of it.
   *
   * @param lines what came out, sorted, without what a router chooses by itself
   */
  record Passage(Step.In in, List<String> lines) {
    @Override
    public String toString() {
      String text = new FrameText(List.of()).of(in.frame());
      byte[] frame = in.frame();
      String hex = HexFormat.of().formatHex(frame, 0, Math.min(frame.length, 160));
      return "p" + in.port() + " " + text + "\n       " + hex;
    }
  }

  /** Makes frames to lines. */
  static final class Lines {
    private final Masks masks;

    /**
     * A maker of lines.
     *
     * @param tracked whether connections are tracked
     */
    Lines(boolean tracked) {
      masks = new Masks(tracked);
    }

    List<String> of(List<Filter.Out> out) {
      List<String> all = new ArrayList<>();
      for (Filter.Out one : out) {
        String line = "p" + one.port() + " " + masks.line(one.frame());
        if (!NOISE.matcher(line).find()) {
          all.add(line);
        }
      }
      return all.stream().sorted().toList();
    }
  }

  /** The lines of a saved rule set that say something, each with its table. */
  static List<String> counters(String family, String saved) {
    List<String> all = new ArrayList<>();
    String table = "";
    for (String line : saved.lines().toList()) {
      if (line.startsWith("*")) {
        table = line.substring(1);
      } else if (!line.startsWith("#") && !line.equals("COMMIT") && !line.isBlank()) {
        all.add("v" + family + " " + table + " " + line.strip());
      }
    }
    return all;
  }

  /** The lines of a list of connections, sorted, without what differs by the moment. */
  static List<String> connections(String listed) {
    return listed
        .lines()
        .filter(line -> line.startsWith("ipv"))
        .map(line -> MOMENT.matcher(line).replaceAll(Outcome::masked).strip())
        .map(Masks::connection)
        .sorted()
        .toList();
  }

  private static String masked(java.util.regex.MatchResult found) {
    return found.group(1) == null ? "" : Matcher.quoteReplacement(found.group(1) + " ");
  }

  /** What differs, in words; empty where nothing does. */
  List<String> against(Outcome ours) {
    List<String> all = new ArrayList<>();
    if (!refusal.isEmpty() || !ours.refusal.isEmpty()) {
      all.add("rules: theirs \"" + refusal.strip() + "\", ours \"" + ours.refusal.strip() + "\"");
      return all;
    }
    for (int i = 0; i < passages.size(); i++) {
      List<String> theirs = passages.get(i).lines();
      List<String> found = ours.passages.get(i).lines();
      if (!theirs.equals(found)) {
        String format = "frame %d: %s\n  theirs %s\n  ours   %s";
        all.add(
            format.formatted(
                i,
                passages.get(i),
                String.join("\n         ", theirs),
                String.join("\n         ", found)));
      }
    }
    if (!state.equals(ours.state)) {
      List<String> more = new ArrayList<>(state);
      ours.state.forEach(more::remove);
      more.forEach(line -> all.add("theirs " + line));
      more = new ArrayList<>(ours.state);
      state.forEach(more::remove);
      more.forEach(line -> all.add("ours   " + line));
      if (more.isEmpty() && state.size() == ours.state.size()) {
        all.add("the same rules in another order");
      }
    }
    return all;
  }
}
