package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.TableDraft;
import dev.patchbay.stack.netfilter.TableRefusedException;
import dev.patchbay.stack.netfilter.TableSet;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code iptables}, {@code iptables-save}, {@code iptables-restore} and their {@code ip6tables}
 * kin. On the loop of the namespace.
 */
public final class IptablesCommand {
  /** The commands that this class knows. */
  public static final Set<String> NAMES =
      Set.of(
          "iptables",
          "iptables-save",
          "iptables-restore",
          "ip6tables",
          "ip6tables-save",
          "ip6tables-restore");

  private static final String VERSION = " v1.8.9 (nf_tables)";

  private final PortNames services;

  public IptablesCommand(PortNames services) {
    this.services = services;
  }

  /**
   * Runs a command. What fails has changed nothing.
   *
   * @param program one of {@link #NAMES}
   * @param argv the words behind it
   * @param stdin what {@code -restore} reads
   */
  public Result run(NetworkStack stack, String program, List<String> argv, String stdin) {
    RuleWork work = work(stack, program, argv, stdin);
    Result result;
    do {
      work.begin();
      work.compile();
      result = work.finish();
    } while (result == null);
    return result;
  }

  /** The same in steps: which of them must be made on the loop stands at {@link RuleWork}. */
  public RuleWork work(NetworkStack stack, String program, List<String> argv, String stdin) {
    return new RuleWork(
        new Context(stack, !program.startsWith("ip6"), services), program, argv, stdin);
  }

  /** Reads the words, makes the new tables where there are some, and tells what is printed. */
  static String carryOut(RuleWork work) throws IptablesException, RefusedException {
    if (work.program().endsWith("-save")) {
      return save(work);
    }
    if (work.program().endsWith("-restore")) {
      RestoreFile file = new RestoreFile(work.context(), work.program(), work.tables());
      String said = file.run(work.argv(), work.stdin());
      work.say(file.warnings());
      work.made(file.made());
      return said;
    }
    return command(work);
  }

  static Result failed(String program, IptablesException e) {
    String hint = "Try `" + program + " -h' or '" + program + " --help' for more information.\n";
    String said = e.text();
    String text =
        switch (e.kind()) {
          case PARAMETER -> program + VERSION + ": " + said + "\n" + hint;
          case WORD -> (said.isEmpty() ? "" : said + "\n") + hint;
          case OTHER, RESOURCE -> program + VERSION + ": " + said + "\n";
          case VERSION ->
              program
                  + VERSION
                  + ": "
                  + said
                  + "\nPerhaps "
                  + "iptables or your kernel needs to be upgraded.\n";
          case BARE -> said + "\n";
          case ANSWER, UNSUPPORTED -> program + ": " + said + "\n";
        };
    return new Result(e.kind().status(), "", text);
  }

  private static String command(RuleWork work) throws IptablesException {
    Context context = work.context();
    String program = work.program();
    Command command = parsed(context, work.argv());
    work.say(command.warnings);
    TableSet tables = work.tables();
    TableDraft draft = tables.draft(command.table);
    switch (command.letter) {
      case 'V' -> {
        return program + VERSION + "\n";
      }
      case 'h' -> {
        return program + VERSION + "\n\n" + usage(program);
      }
      case 'L', 'S' -> {
        return show(draft, command);
      }
      default -> {
        boolean byNumber = command.letter == 'R' || command.letter == 'D' && command.number > 0;
        if (byNumber && tables.table(command.table) == null) {
          // iptables makes a table's base chains with its first rule
          throw IptablesException.answer(TableChange.NO_CHAIN);
        }
        new TableChange(draft, context).run(command);
        if (command.letter != 'C') {
          work.made(List.of(finished(draft, command)));
        }
        return "";
      }
    }
  }

  private static Command parsed(Context context, List<String> argv) throws IptablesException {
    try {
      return new CommandParser(context, argv, TableKind.FILTER).parse();
    } catch (IptablesException e) {
      if (e.kind() == IptablesException.Kind.RESOURCE) {
        throw refused(letterOf(argv), chainOf(argv), e.text());
      }
      throw e;
    }
  }

  /** What a command does with its rule, for a message. */
  private static char letterOf(List<String> argv) {
    for (String word : argv) {
      if (word.matches("-[IR]|--insert|--replace")) {
        return word.endsWith("I") || word.endsWith("insert") ? 'I' : 'R';
      }
    }
    return 'A';
  }

  /** The chain that a command names, for a message. */
  private static String chainOf(List<String> argv) {
    for (int i = 0; i + 1 < argv.size(); i++) {
      if (argv.get(i).matches("-[ACDIR]|--(append|check|delete|insert|replace)")) {
        return argv.get(i + 1);
      }
    }
    return "";
  }

  private static Table finished(TableDraft draft, Command command) throws IptablesException {
    try {
      return draft.finish();
    } catch (TableRefusedException e) {
      throw refused(command.letter, command.chain, Errno.text(e.errno()));
    }
  }

  private static IptablesException refused(char letter, String chain, String why) {
    return new IptablesException(IptablesException.Kind.RESOURCE, " " + answer(letter, chain, why));
  }

  /** What the kernel says of one change of a table. */
  static String answer(char letter, String chain, String why) {
    String what =
        switch (letter) {
          case 'I' -> "RULE_INSERT";
          case 'R' -> "RULE_REPLACE";
          case 'D' -> "RULE_DELETE";
          default -> "RULE_APPEND";
        };
    return what + " failed (" + why + "): rule in chain " + chain;
  }

  private static String show(TableDraft draft, Command command) throws IptablesException {
    List<Chain> chains = sorted(draft.chains());
    if (!command.chain.isEmpty()) {
      chains = chains.stream().filter(chain -> chain.name().equals(command.chain)).toList();
      if (chains.isEmpty()) {
        throw new IptablesException(
            IptablesException.Kind.OTHER,
            "chain `%s' in table `%s' is incompatible, use 'nft' tool."
                .formatted(command.chain, command.table.word()));
      }
    }
    if (command.number > 0) {
      Chain chain = chains.getFirst();
      if (command.number > chain.size()) {
        return "";
      }
      return command.letter == 'L'
          ? new RuleLister(draft, command).rule(chain, command.number)
          : SavedTable.rule(draft, chain, command.number, command.verbose > 0);
    }
    return command.letter == 'L'
        ? new RuleLister(draft, command).chains(chains)
        : SavedTable.rules(draft, chains, command.verbose > 0);
  }

  /** The chains of hooks in their order, then the others by name. */
  static List<Chain> sorted(List<Chain> chains) {
    List<Chain> all = new ArrayList<>(chains);
    all.sort(
        Comparator.comparing((Chain chain) -> chain.hook() == null)
            .thenComparing(chain -> chain.hook() == null ? chain.name() : ""));
    return all;
  }

  private static String save(RuleWork work) throws IptablesException, RefusedException {
    Context context = work.context();
    String program = work.program();
    GetOpt options =
        GetOpt.parse(
            program,
            "bcdt:M:f:46V",
            Map.of(
                "counters",
                'c',
                "dump",
                'd',
                "table",
                't',
                "file",
                'f',
                "ipv4",
                '4',
                "ipv6",
                '6',
                "modprobe",
                'M',
                "version",
                'V'),
            "Look at manual page `iptables-save.8' for more information.",
            work.argv());
    if (!options.words().isEmpty()) {
      throw new IptablesException(
          IptablesException.Kind.BARE, "Unknown arguments found on commandline");
    }
    boolean counters = false;
    String only = "";
    for (GetOpt.Option option : options.options()) {
      switch (option.letter()) {
        case 'c' -> counters = true;
        case 't' -> only = option.argument();
        case 'V' -> {
          return program + VERSION + "\n";
        }
        case '4', '6' -> {
          if (context.v4() != (option.letter() == '4')) {
            throw IptablesException.unsupported("-" + option.letter());
          }
        }
        default -> throw IptablesException.unsupported("-" + option.letter());
      }
    }
    if (!only.isEmpty() && TableKind.of(only) == null) {
      throw new IptablesException(
          IptablesException.Kind.BARE, "Table `" + only + "' does not exist");
    }
    return SavedTable.all(work.tables(), work.date(), program + VERSION, only, counters);
  }

  private static String usage(String program) {
    return """
    Usage: %1$s -[ACD] chain rule-specification [options]
           %1$s -I chain [rulenum] rule-specification [options]
           %1$s -R chain rulenum rule-specification [options]
           %1$s -D chain rulenum [options]
           %1$s -[LS] [chain [rulenum]] [options]
           %1$s -[FZ] [chain] [options]
           %1$s -[NX] chain
           %1$s -E old-chain-name new-chain-name
           %1$s -P chain target [options]

      -t TABLE    filter (default), nat, mangle, raw, security
      -s, -d, -i, -o, -p, -f, -m MATCH, -j TARGET, -g CHAIN, -c PACKETS BYTES; ! before what is not
      -v, -n, -x, --line-numbers
    """
        .formatted(program);
  }
}
