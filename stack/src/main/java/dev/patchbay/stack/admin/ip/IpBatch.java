package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ip -batch FILE} ({@code do_batch}): one command a line, with the options of the batch;
 * {@code #} begins a comment, a backslash at the end joins the next line, and quotes hold a word
 * together. It ends at the first command that fails and says at which line, unless {@code -force}
 * is given. Unlike iproute2's, it says so of wrong syntax too.
 */
final class IpBatch {
  private static final List<String> WITH_ARGUMENT = List.of("-family", "-netns", "-rcvbuf");

  private final List<String> options = new ArrayList<>();
  private boolean batch;
  private String file = "-";
  private boolean force;

  /** Reads the options before the object; {@link #isBatch} tells whether a batch is among them. */
  IpBatch(List<String> argv) {
    for (int i = 0; i < argv.size() && argv.get(i).startsWith("-"); i++) {
      String word = argv.get(i);
      String name = word.startsWith("--") ? word.substring(1) : word;
      if (name.equals("-b") || name.startsWith("-ba") && "-batch".startsWith(name)) {
        batch = true;
        i++;
        file = i < argv.size() ? argv.get(i) : "";
      } else if (name.startsWith("-fo") && "-force".startsWith(name)) {
        force = true;
      } else {
        options.add(word);
        boolean takes = WITH_ARGUMENT.stream().anyMatch(full -> IpOptions.matches(name, full));
        if (takes && i + 1 < argv.size()) {
          options.add(argv.get(++i));
        }
      }
    }
  }

  boolean isBatch() {
    return batch;
  }

  /** Runs the lines of {@code text}. */
  IpCommand.Result run(IpCommand ip, NetworkStack stack, String text) {
    if (!file.equals("-")) {
      // files are read by whoever calls, which names them so then
      RefusedException refused =
          file.isEmpty()
              ? RefusedException.incomplete()
              : RefusedException.unsupported("ip -batch " + file);
      return new IpCommand.Result(refused.status(), "", refused.getMessage() + "\n");
    }
    StringBuilder out = new StringBuilder();
    StringBuilder said = new StringBuilder();
    int status = 0;
    int number = 0;
    StringBuilder whole = new StringBuilder();
    for (String line : text.lines().toList()) {
      number++;
      if (line.endsWith("\\")) {
        whole.append(line, 0, line.length() - 1).append(' ');
        continue;
      }
      List<String> words = words(whole.append(line).toString());
      whole.setLength(0);
      if (words.isEmpty()) {
        continue;
      }
      List<String> argv = new ArrayList<>(options);
      argv.addAll(words);
      IpCommand.Result result = ip.run(stack, argv);
      out.append(result.stdout());
      said.append(result.stderr());
      if (result.status() != 0) {
        said.append("Command failed -:").append(number).append('\n');
        status = 1;
        if (!force) {
          break;
        }
      }
    }
    if (!whole.isEmpty()) {
      said.append("Missing continuation line\n");
      status = 1;
    }
    return new IpCommand.Result(status, out.toString(), said.toString());
  }

  /** The words of a line ({@code makeargs}). */
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (c == '#') {
        break;
      }
      if (Character.isWhitespace(c)) {
        at++;
        continue;
      }
      int end;
      if (c == '\'' || c == '"') {
        at++;
        end = line.indexOf(c, at);
        end = end < 0 ? line.length() : end;
      } else {
        end = at;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
          end++;
        }
      }
      words.add(line.substring(at, end));
      at = end + 1;
    }
    return words;
  }
}
