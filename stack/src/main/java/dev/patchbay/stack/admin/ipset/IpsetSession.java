package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.IpSets;
import dev.patchbay.stack.netfilter.ipset.Outcome;
import dev.patchbay.stack.netfilter.ipset.SetOptions;
import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of ipset ({@code ipset_parser}, {@code ipset_cmd}): a command, or those of a restore
 * file, in which options that stand in one line hold for those behind it.
 */
final class IpsetSession {
  private static final String PROGRAM = "ipset v7.17";
  private static final int MOST_WORDS = 31;

  /** A command: its names, and how many words belong to it (-1 for one that need not be). */
  private record Command(int arguments, String... names) {
    /** Whether a word is the beginning of a name. */
    boolean is(String word) {
      String said = word.startsWith("--") ? word.substring(2) : word;
      if (said.isEmpty() || word.equals("-")) {
        return false;
      }
      for (String name : names) {
        if (name.startsWith(said)) {
          return true;
        }
      }
      return false;
    }

    String name() {
      return names[0];
    }
  }

  /** In the order in which they are looked for. */
  private static final List<Command> COMMANDS =
      List.of(
          new Command(2, "create", "new", "-N"),
          new Command(2, "add", "-A"),
          new Command(2, "del", "-D"),
          new Command(2, "test", "-T"),
          new Command(-1, "destroy", "x", "-X"),
          new Command(-1, "list", "-L"),
          new Command(-1, "save", "-S"),
          new Command(0, "restore", "-R"),
          new Command(-1, "flush", "-F"),
          new Command(2, "rename", "e", "-E"),
          new Command(2, "swap", "w", "-W"),
          new Command(-1, "help", "-h", "-H"),
          new Command(0, "version", "-v", "-V"),
          new Command(0, "quit"));

  /** Options that may stand anywhere, by the letters that stand for them here. */
  private static final Map<Character, List<String>> OPTIONS =
      Map.of(
          'o', List.of("-o", "-output"),
          's', List.of("-s", "-sorted"),
          'q', List.of("-q", "-quiet"),
          'r', List.of("-r", "-resolve"),
          '!', List.of("-!", "-exist"),
          'n', List.of("-n", "-name"),
          't', List.of("-t", "-terse"),
          'f', List.of("-f", "-file"));

  /** Says that a call ends well before its last line. */
  private static final class Quit extends Exception {
    private static final long serialVersionUID = 1;

    Quit() {
      super(null, null, false, false);
    }
  }

  /** What may end a call. */
  @FunctionalInterface
  private interface Step {
    void run() throws IpsetException, Quit;
  }

  private final IpSets sets;
  private final PortWords ports;
  private final StringBuilder out = new StringBuilder();
  private SetPrinter.@Nullable Form form;
  private boolean sorted;
  private boolean quiet;
  private boolean exist;
  private boolean namesOnly;
  private boolean headersOnly;
  private boolean hasFile;

  private boolean restores;
  private Iterator<String> lines = Collections.emptyIterator();
  private int status;
  private String said = "";

  /** The line of a restore file, from 1; 0 outside of one. */
  private int line;

  IpsetSession(IpSets sets, PortNames services) {
    this.sets = sets;
    ports = new PortWords(services);
  }

  static boolean isRestore(List<String> argv) {
    for (int at = 0; at < argv.size(); at++) {
      String word = argv.get(at);
      String option = word.startsWith("--") ? word.substring(1) : word;
      if (OPTIONS.values().stream().noneMatch(names -> names.contains(option))) {
        Command command = find(word);
        return command != null && command.name().equals("restore");
      }
      at += option.startsWith("-o") || option.startsWith("-f") ? 1 : 0;
    }
    return false;
  }

  private static @Nullable Command find(String word) {
    for (Command command : COMMANDS) {
      if (command.is(word)) {
        return command;
      }
    }
    return null;
  }

  /** Where an option stands, -1 where it does not. */
  static int find(char letter, List<String> words) {
    List<String> names = OPTIONS.getOrDefault(letter, List.of());
    for (int at = 0; at < words.size(); at++) {
      String word = words.get(at);
      if (names.contains(word.startsWith("--") ? word.substring(1) : word)) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Begins a call.
   *
   * @return what came of it; null for a restore, whose lines are still to be run
   */
  @Nullable Result begin(List<String> argv, String stdin) {
    if (run(() -> restores = command(argv)) && restores) {
      lines = stdin.lines().iterator();
      return null;
    }
    return result();
  }

  /** Runs some lines of a restore; what came of it all, null where there are more. */
  @Nullable Result step(int most) {
    boolean goes = true;
    for (int i = 0; i < most && lines.hasNext() && goes; i++) {
      line++;
      String text = lines.next().strip();
      goes = run(() -> restore(text));
    }
    return goes && lines.hasNext() ? null : result();
  }

  private Result result() {
    return new Result(status, out.toString(), said);
  }

  /** Runs something; false where that is the end. */
  private boolean run(Step step) {
    try {
      step.run();
      return true;
    } catch (Quit e) {
      return false;
    } catch (IpsetException e) {
      status = e.kind().status();
      said = quiet && e.kind() != IpsetException.Kind.UNSUPPORTED ? "" : message(e);
      return false;
    }
  }

  private String message(IpsetException e) {
    String text = e.text() + "\n";
    return switch (e.kind()) {
      case PARAMETER -> PROGRAM + ": " + text + "Try `ipset help' for more information.\n";
      case OTHER -> PROGRAM + ": " + text;
      case SESSION -> PROGRAM + ": " + (line > 0 ? "Error in line " + line + ": " : "") + text;
      case UNSUPPORTED -> "ipset: " + text;
      case NOTICE -> text;
      case WARNING -> "Warning: " + text;
    };
  }

  /** A line of what {@code restore} reads. */
  private void restore(String text) throws IpsetException, Quit {
    if (text.isEmpty() || text.startsWith("#") || text.equals("COMMIT")) {
      return;
    }
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ' ';
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && i < text.length() || c != ' ' && c != '\t') {
        word.append(c);
      } else if (!word.isEmpty() && !quoted) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    if (quoted) {
      throw IpsetException.parameter("Missing close quote!");
    }
    command(words);
  }

  /** Carries a command out; true where it is {@code restore}. */
  private boolean command(List<String> argv) throws IpsetException, Quit {
    if (argv.size() > MOST_WORDS) {
      throw IpsetException.parameter("Line is too long to parse.");
    }
    List<String> words = new ArrayList<>(argv);
    if (words.stream().anyMatch(word -> word.startsWith("-"))) {
      for (char letter : "osqr!ntf".toCharArray()) {
        options(letter, words);
      }
    }
    if (words.isEmpty()) {
      throw IpsetException.parameter("No command specified.");
    }
    String said = words.removeFirst();
    Command command = find(said);
    if (said.equals("-")) {
      throw IpsetException.unsupported("interactive mode");
    }
    if (command == null) {
      throw IpsetException.parameter("No command specified: unknown argument " + said);
    }
    String name = command.name();
    if (line > 0 && List.of("restore", "version", "help").contains(name)) {
      throw IpsetException.parameter("Command `" + name + "' is invalid in restore mode.");
    }
    String first = "";
    String second = "";
    if (command.arguments() == 2 && words.isEmpty()) {
      throw IpsetException.parameter("Missing mandatory argument to command " + name);
    }
    if (command.arguments() != 0 && !words.isEmpty()) {
      first = words.removeFirst();
    }
    if (command.arguments() == 2) {
      if (words.isEmpty()) {
        throw IpsetException.parameter("Missing second mandatory argument to command " + name);
      }
      second = words.removeFirst();
    }
    return run(name, first, second, words);
  }

  private static void none(List<String> words) throws IpsetException {
    if (!words.isEmpty()) {
      throw IpsetException.parameter("Unknown argument " + words.getFirst());
    }
  }

  /** Takes an option wherever it stands. */
  private void options(char letter, List<String> words) throws IpsetException {
    for (int at = find(letter, words); at >= 0; at = find(letter, words)) {
      words.remove(at);
      String value = "";
      if (letter == 'o' || letter == 'f') {
        if (at == words.size()) {
          throw IpsetException.parameter("Missing mandatory argument to option -" + letter);
        }
        value = words.remove(at);
      }
      option(letter, value);
    }
  }

  private void option(char letter, String value) throws IpsetException {
    switch (letter) {
      case 'o' ->
          form =
              switch (value) {
                case "plain" -> SetPrinter.Form.PLAIN;
                case "save" -> SetPrinter.Form.SAVE;
                case "xml" -> SetPrinter.Form.XML;
                default -> throw IpsetException.syntax("unknown output mode '" + value + "'");
              };
      case 's' -> sorted = true;
      case 'q' -> quiet = true;
      case '!' -> exist = true;
      case 'n' -> namesOnly = true;
      case 't' -> headersOnly = true;
      case 'f' -> hasFile = true;
      default -> throw IpsetException.unsupported("-" + letter);
    }
  }

  private boolean run(String name, String first, String second, List<String> words)
      throws IpsetException, Quit {
    switch (name) {
      case "version" -> out.append(PROGRAM).append(", protocol version: 7\n");
      case "help" -> IpsetHelp.print(out, PROGRAM, first);
      case "quit" -> throw new Quit();
      case "create" -> create(first, second, words);
      case "add", "del", "test" -> element(name, first, second, words);
      case "restore" -> {
        none(words);
        if (hasFile) {
          // its text comes from whoever read it for us, without its name
          throw IpsetException.unsupported("-file");
        }
        return true;
      }
      default -> whole(name, Parsing.setName(first), Parsing.setName(second), words);
    }
    return false;
  }

  /** The commands that tell of whole sets. */
  private void whole(String name, String first, String second, List<String> words)
      throws IpsetException {
    none(words);
    Outcome outcome =
        switch (name) {
          case "destroy" -> first.isEmpty() ? sets.destroyAll() : sets.destroy(first, exist);
          case "flush" -> {
            if (first.isEmpty()) {
              sets.flushAll();
              yield Outcome.OK;
            }
            yield sets.flush(first);
          }
          case "rename" -> sets.rename(first, second);
          case "swap" -> sets.swap(first, second);
          default -> show(name, first);
        };
    answer(outcome, name);
  }

  private static void answer(Outcome outcome, String command) throws IpsetException {
    if (outcome != Outcome.OK) {
      throw IpsetException.session(Answers.text(outcome, command));
    }
  }

  private Outcome show(String name, String only) throws IpsetException {
    if (hasFile) {
      throw IpsetException.unsupported("-file with " + name);
    }
    List<IpSet> shown = sets.all();
    IpSet one = sets.find(only);
    if (!only.isEmpty()) {
      if (one == null) {
        return Outcome.NO_SET;
      }
      shown = List.of(one);
    }
    boolean saves = name.equals("save");
    if (form == null) {
      form = saves ? SetPrinter.Form.SAVE : SetPrinter.Form.PLAIN;
    }
    SetPrinter.Form as = form;
    boolean xml = as == SetPrinter.Form.XML;
    out.append(xml ? "<ipsets>\n" : "");
    boolean brief = as != SetPrinter.Form.SAVE && !saves && headersOnly;
    SetPrinter printer = new SetPrinter(as, brief, sorted, out);
    Map<IpSet, Integer> references = sets.references();
    for (IpSet set : shown) {
      if (namesOnly && as != SetPrinter.Form.SAVE) {
        out.append(xml ? "<ipset name=\"" + set.name() + "\"/>\n" : set.name() + "\n");
      } else {
        printer.print(set, references.getOrDefault(set, 0), sets.now());
      }
    }
    out.append(xml ? "</ipsets>\n" : "");
    return Outcome.OK;
  }

  private void create(String name, String typeName, List<String> words) throws IpsetException {
    Parsing.setName(name);
    SetType type = TypeWords.type(typeName);
    SetOptions options = new CreateWords(type, ports).read(words);
    answer(sets.create(name, type, options, exist), "create");
  }

  private void element(String name, String setName, String text, List<String> words)
      throws IpsetException {
    IpSet set = sets.find(Parsing.setName(setName));
    if (set == null) {
      throw IpsetException.session(Answers.text(Outcome.NO_SET, name));
    }
    SetType type = set.content().type();
    boolean v4 = set.content().options().v4;
    Element e = new ElementWords(type, v4, name, ports).read(text, words);
    switch (name) {
      case "add" -> answer(sets.add(set, e, exist), name);
      case "del" -> answer(sets.delete(set, e, exist), name);
      default -> {
        boolean is = sets.test(set, e) == Outcome.OK;
        String what = SetPrinter.element(type, v4, e) + (is ? " is in set " : " is NOT in set ");
        throw new IpsetException(
            is ? IpsetException.Kind.WARNING : IpsetException.Kind.NOTICE, what + setName + ".");
      }
    }
  }
}
