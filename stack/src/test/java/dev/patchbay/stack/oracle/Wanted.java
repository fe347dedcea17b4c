package dev.patchbay.stack.oracle;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What differs on purpose; each has its reason in {@code differences.txt}. */
final class Wanted {
  /** IPv4 options 7 and 68, which routers fill in. */
  private static final Pattern RECORDING = Pattern.compile(" opt (?:01)*(07|44)");

  private static final Pattern LINK_LOCAL4 = Pattern.compile(" 0800 169\\.254\\.\\S+>");
  private static final Pattern FROM_BROADCAST = Pattern.compile(" 0800 10\\.0\\.\\d+\\.255>");
  private static final Pattern UNSPECIFIED = Pattern.compile(" 86dd ::>");

  /** From where several ways lead back, or to where they lead on from one of one link alone. */
  private static final Pattern BEYOND =
      Pattern.compile(" 0800 10\\.9\\.\\S+>| 86dd fe80::\\S+>fd09:");

  /** FrameText writes the mapped ones as IPv4 addresses. */
  private static final Pattern MAPPED = Pattern.compile(" 86dd (10\\.\\S+>|[0-9a-f:]+>10\\.)");

  private static final Pattern LENGTH = Pattern.compile(" #\\d+ [0-9a-f]+$");

  private static final Pattern TAG = Pattern.compile(" (?:ad|q)[0-9a-f]{4}(?= )");

  private final Topology topology;
  private final Set<String> seen = new HashSet<>();

  Wanted(Topology topology) {
    this.topology = topology;
  }

  /** The names under which what was wanted so far stands in the file. */
  Set<String> seen() {
    return seen;
  }

  /** Whether the two answers to a frame may differ as they do. */
  boolean is(String sent, List<String> theirs, List<String> ours) {
    String name = name(sent, theirs, ours);
    if (name != null) {
      seen.add(name);
    }
    return name != null;
  }

  private @Nullable String name(String sent, List<String> theirs, List<String> ours) {
    Matcher recording = RECORDING.matcher(sent);
    if (recording.find()) {
      boolean times = recording.group(1).equals("44");
      return times || !isSentOn(sent, theirs) ? "recording" : null;
    }
    if (!topology.either().isEmpty() && BEYOND.matcher(sent).find()) {
      return "path";
    }
    if (theirs.isEmpty() && sent.contains(">ff05::2 ")) {
      return "routers";
    }
    if (isTrailing(sent, theirs, ours)) {
      return "trailing";
    }
    if (!ours.isEmpty()) {
      return null;
    }
    if (LINK_LOCAL4.matcher(sent).find()) {
      return "link-local";
    } else if (FROM_BROADCAST.matcher(sent).find()) {
      return "broadcast";
    } else if (UNSPECIFIED.matcher(sent).find()) {
      return "unspecified";
    } else if (MAPPED.matcher(sent).find()) {
      return "mapped";
    } else if (isOwn6(sent)) {
      return "own";
    }
    return null;
  }

  /** Whether the packet itself came out again. */
  private static boolean isSentOn(String sent, List<String> theirs) {
    String way = sent.replaceFirst(".* 0800 (\\S+>\\S+) .*", "$1");
    return theirs.stream().anyMatch(line -> line.contains(" 0800 " + way + " "));
  }

  /**
   * Whether Linux has passed on the frame as it came, its tag apart, and ours has with less behind
   * the packet.
   */
  private static boolean isTrailing(String sent, List<String> theirs, List<String> ours) {
    String frame = frame(sent.substring(sent.indexOf(' ')));
    boolean passed =
        !theirs.isEmpty() && theirs.stream().allMatch(line -> frame(line).endsWith(frame));
    return passed && withoutLength(theirs).equals(withoutLength(ours));
  }

  private static String frame(String line) {
    return TAG.matcher(LENGTH.matcher(line).replaceFirst("")).replaceAll("");
  }

  /** Without the length of the frame and the sum of what is in it. */
  private static List<String> withoutLength(List<String> lines) {
    return lines.stream().map(line -> LENGTH.matcher(line).replaceFirst("")).toList();
  }

  private boolean isOwn6(String sent) {
    int at = sent.indexOf(" 86dd ") + 6;
    String source = sent.substring(at, Math.max(at, sent.indexOf('>', at)));
    return at > 5
        && topology.words().stream().anyMatch(word -> word.contains(" addr add " + source + "/"));
  }
}
