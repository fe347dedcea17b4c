package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.netfilter.Counter;
import dev.patchbay.stack.netfilter.Rule;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.TableDraft;
import dev.patchbay.stack.netfilter.TableRefusedException;
import dev.patchbay.stack.netfilter.TableSet;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code iptables-restore}: a file of tables, put in place all at once behind its last line. Where
 * one line is wrong nothing has changed.
 */
final class RestoreFile {
  private static final Pattern CHAIN =
      Pattern.compile(":(\\S+)\\s+(\\S+)(?:\\s+\\[(\\d+):(\\d+)\\])?\\s*");
  private static final Pattern COUNTED = Pattern.compile("\\[([^:\\]]*):([^\\]]*)\\]\\s*(.*)");
  private static final String USAGE =
      "Usage: iptables-restore [-c] [-v] [-V] [-t] [-h] [-n] [-T table] [-4] [-6] [file]";

  private final Context context;
  private final String program;
  private final TableSet tables;
  private final List<Table> done = new ArrayList<>();
  private boolean counters;
  private boolean keeps;
  private boolean onlyTests;
  private String only = "";

  /** The table being read, null between them and in one that is passed over. */
  private @Nullable TableDraft draft;

  private boolean inTable;
  private int line;
  private final StringBuilder warnings = new StringBuilder();

  /**
   * A file that is to be read.
   *
   * @param tables upon which it is read
   */
  RestoreFile(Context context, String program, TableSet tables) {
    this.context = context;
    this.program = program;
    this.tables = tables;
  }

  /** What is said of lines that are taken all the same: whole lines. */
  String warnings() {
    return warnings.toString();
  }

  /** The tables that it makes, when it was read to its end. */
  List<Table> made() {
    return onlyTests ? List.of() : done;
  }

  /** Reads a file; tells what is to be printed. */
  String run(List<String> argv, String text) throws IptablesException, RefusedException {
    String said = options(argv);
    if (!said.isEmpty()) {
      return said;
    }
    for (int from = 0, end; from <= text.length(); from = end + 1) {
      end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      String words = text.substring(from, end);
      line++;
      try {
        line(words);
      } catch (IptablesException e) {
        throw placed(e);
      }
    }
    if (inTable) {
      throw IptablesException.answer("COMMIT expected at line " + line);
    }
    return "";
  }

  private String options(List<String> argv) throws IptablesException, RefusedException {
    GetOpt read =
        GetOpt.parse(
            program,
            "bcvVthnwWT:M:46",
            Map.of(
                "counters",
                'c',
                "verbose",
                'v',
                "version",
                'V',
                "test",
                't',
                "help",
                'h',
                "noflush",
                'n',
                "table",
                'T',
                "ipv4",
                '4',
                "ipv6",
                '6'),
            USAGE,
            argv);
    for (GetOpt.Option option : read.options()) {
      switch (option.letter()) {
        case 'c' -> counters = true;
        case 'n' -> keeps = true;
        case 't' -> onlyTests = true;
        case 'T' -> only = option.argument();
        case 'w' -> {
          // nobody else holds a lock
        }
        case 'V' -> {
          return program + " v1.8.9 (nf_tables)\n";
        }
        case 'h' -> {
          return USAGE + "\n";
        }
        default -> throw IptablesException.unsupported("-" + option.letter());
      }
    }
    if (!read.words().isEmpty()) {
      // its text comes from whoever read it for us, without its name
      throw IptablesException.unsupported(program + " " + read.words().getFirst());
    }
    return "";
  }

  /** The message with the line where it was found. */
  private IptablesException placed(IptablesException e) {
    return switch (e.kind()) {
      case PARAMETER -> IptablesException.parameter(e.text() + "\nError occurred at line: " + line);
      case WORD -> new IptablesException(e.kind(), e.text() + "\nError occurred at line: " + line);
      case ANSWER, UNSUPPORTED ->
          new IptablesException(e.kind(), "line " + line + " failed: " + e.text());
      case RESOURCE -> new IptablesException(e.kind(), "\nline " + line + ": " + e.text());
      default -> e;
    };
  }

  private void line(String text) throws IptablesException {
    if (text.startsWith("#") || text.isBlank()) {
      return;
    }
    if (text.strip().equals("COMMIT") && inTable) {
      commit();
    } else if (text.startsWith("*") && !inTable) {
      begin(text.substring(1).strip());
    } else if (!inTable) {
      throw IptablesException.answer("a line outside of a table");
    } else if (draft != null) {
      inside(draft, text);
    }
  }

  private void begin(String name) throws IptablesException {
    TableKind kind = TableKind.of(name);
    if (kind == null) {
      throw IptablesException.parameter(
          "%s: line %d table name '%s' invalid".formatted(program, line, name));
    }
    inTable = true;
    if (!only.isEmpty() && !only.equals(name)) {
      draft = null;
      return;
    }
    draft = tables.draft(kind);
    for (Table table : done) {
      if (table.kind() == kind) {
        draft = new TableDraft(table); // the same table once more
      }
    }
    if (!keeps) {
      draft.clear();
    }
  }

  private void commit() throws IptablesException {
    inTable = false;
    if (draft == null) {
      return;
    }
    try {
      Table table = draft.finish();
      done.removeIf(before -> before.kind() == table.kind());
      done.add(table);
    } catch (TableRefusedException e) {
      throw new IptablesException(
          IptablesException.Kind.RESOURCE,
          IptablesCommand.answer('A', String.valueOf(e.chain()), Errno.text(e.errno())));
    }
  }

  private void inside(TableDraft table, String text) throws IptablesException {
    TableChange change = new TableChange(table, context);
    if (text.startsWith(":")) {
      chain(change, text);
      return;
    }
    Matcher counted = COUNTED.matcher(text);
    boolean hasCounter = text.startsWith("[") && counted.matches();
    List<String> words = Quoting.words(hasCounter ? counted.group(3) : text);
    if (words == null) {
      throw IptablesException.parameter("unmatched quotes");
    }
    List<String> argv = new ArrayList<>();
    if (hasCounter && counters) {
      argv.addAll(List.of("--set-counters", counted.group(1), counted.group(2)));
    }
    argv.addAll(words);
    Command command = command(argv, table.kind());
    if (command.namesTable) {
      throw IptablesException.parameter("The -t option cannot be used in " + program + ".\n");
    }
    if (command.isShow() || "hV".indexOf(command.letter) >= 0) {
      throw IptablesException.unsupported("-" + command.letter + " in a restore file");
    }
    change.run(command);
    warnings.append(command.warnings);
    if ("AI".indexOf(command.letter) >= 0) {
      checkPlaces(table, command);
    }
  }

  /** Refuses targets that may not stand where they were put, so that their line is named. */
  private static void checkPlaces(TableDraft table, Command command) throws IptablesException {
    int id = table.id(command.chain);
    List<Rule> rules = table.look(id);
    int count = command.rules.size();
    int from = command.letter == 'A' ? rules.size() - count : command.number - 1;
    for (Rule rule : rules.subList(from, from + count)) {
      if (!table.mayStand(rule, id)) {
        throw new IptablesException(
            IptablesException.Kind.RESOURCE,
            IptablesCommand.answer(command.letter, command.chain, Errno.text(Errno.EINVAL)));
      }
    }
  }

  private Command command(List<String> argv, TableKind kind) throws IptablesException {
    try {
      return new CommandParser(context, argv, kind).parse();
    } catch (IptablesException e) {
      if (e.kind() == IptablesException.Kind.RESOURCE) {
        int at = Math.max(argv.indexOf("-A"), argv.indexOf("-I"));
        String chain = at >= 0 && at + 1 < argv.size() ? argv.get(at + 1) : "";
        throw new IptablesException(e.kind(), IptablesCommand.answer('A', chain, e.text()));
      }
      throw e;
    }
  }

  private void chain(TableChange change, String text) throws IptablesException {
    Matcher chain = CHAIN.matcher(text);
    if (!chain.matches()) {
      throw IptablesException.parameter("%s: line %d policy invalid".formatted(program, line));
    }
    boolean counted = counters && chain.group(3) != null;
    Counter seen =
        counted
            ? new Counter(
                CommandParser.counter(chain.group(3)), CommandParser.counter(chain.group(4)))
            : new Counter();
    change.declare(chain.group(1), chain.group(2), seen);
  }
}
