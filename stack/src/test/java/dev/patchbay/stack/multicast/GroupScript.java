package dev.patchbay.stack.multicast;

import dev.patchbay.stack.udp.UdpSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Steps of programs with groups and of a querier, one a line, for comparison with a kernel: {@code
 * join PROGRAM GROUP}, {@code leave}, {@code joinsource PROGRAM GROUP SOURCE}, {@code leavesource},
 * {@code block}, {@code unblock}, {@code close PROGRAM}, {@code query VERSION CODE GROUP
 * [SOURCE…]}.
 */
public final class GroupScript {
  /** How long a step lasts, ms of virtual time. */
  private static final int STEP = 2200;

  private static final Pattern OTHERS =
      Pattern.compile(" [A-Z_]+ (?!239\\.|ff05::1:)[0-9a-f.:]+(\\{[^}]*})?");

  private final GroupTester t = new GroupTester();
  private final Map<String, UdpSocket> programs = new HashMap<>();

  private GroupScript() {}

  /** For each line what was reported, about 239.0.0.0/8 and ff05::1:0/112 alone. */
  public static List<String> run(List<String> lines) {
    GroupScript script = new GroupScript();
    List<String> reports = new ArrayList<>();
    for (String line : lines) {
      script.step(line.split(" "));
      List<String> told = new ArrayList<>();
      for (String report : script.t.reports(STEP)) {
        String about = OTHERS.matcher(report).replaceAll("");
        if (about.contains(" 239.") || about.contains(" ff05::1:")) {
          told.add(about);
        }
      }
      reports.add(String.join(" | ", told));
    }
    script.t.close();
    return reports;
  }

  private void step(String... words) {
    String name = words[1];
    switch (words[0]) {
      case "query" -> query(Integer.parseInt(name), Integer.parseInt(words[2]), words);
      case "close" -> programs.remove(name).close();
      default -> {
        UdpSocket socket = programs.computeIfAbsent(name, n -> t.open(0));
        int result = option(socket, words);
        if (result != 0) {
          throw new AssertionError(String.join(" ", words) + ": " + result);
        }
      }
    }
  }

  private void query(int version, int code, String... words) {
    String[] sources = List.of(words).subList(4, words.length).toArray(String[]::new);
    if (words[3].contains(":")) {
      t.querySix(version, code, words[3], sources);
    } else {
      t.query(version, code, words[3], sources);
    }
  }

  private int option(UdpSocket socket, String... words) {
    String group = words[2];
    return switch (words[0]) {
      case "join" -> t.join(socket, group);
      case "leave" -> t.leave(socket, group);
      case "joinsource" -> t.joinSource(socket, group, words[3]);
      case "leavesource" -> t.leaveSource(socket, group, words[3]);
      case "block" -> t.block(socket, group, words[3]);
      case "unblock" -> t.unblock(socket, group, words[3]);
      default -> throw new IllegalArgumentException(words[0]);
    };
  }
}
