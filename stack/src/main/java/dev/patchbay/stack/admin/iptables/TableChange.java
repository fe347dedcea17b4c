package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.netfilter.Counter;
import dev.patchbay.stack.netfilter.Rule;
import dev.patchbay.stack.netfilter.TableDraft;
import dev.patchbay.stack.netfilter.targets.Verdict;
import java.util.List;

/** Carries commands out on a draft of a table. */
final class TableChange {
  static final String NO_CHAIN = "No chain/target/match by that name.";
  private static final String NO_RULE = "Bad rule (does a matching rule exist in that chain?).";

  private final TableDraft table;
  private final Context context;

  TableChange(TableDraft table, Context context) {
    this.table = table;
    this.context = context;
  }

  /** Does what a command says; all but {@code L}, {@code S}, {@code h} and {@code V}. */
  void run(Command command) throws IptablesException {
    switch (command.letter) {
      case 'A' -> table.rules(chain(command.chain)).addAll(compiled(command.rules));
      case 'I' -> insert(command);
      case 'R' -> replace(command);
      case 'D' -> delete(command);
      case 'C' -> check(command);
      case 'F' -> chains(command.chain).forEach(id -> table.rules(id).clear());
      case 'N' -> create(command.chain);
      case 'X' -> remove(command.chain);
      case 'E' -> rename(command.chain, command.value);
      case 'P' -> policy(command);
      case 'Z' -> zero(command);
      default -> throw new AssertionError(command.letter);
    }
  }

  private int chain(String name) throws IptablesException {
    int id = table.id(name);
    if (id < 0) {
      throw IptablesException.answer(NO_CHAIN);
    }
    return id;
  }

  /** One chain, or all of them where none is named. */
  private List<Integer> chains(String name) throws IptablesException {
    return name.isEmpty() ? table.names().stream().map(table::id).toList() : List.of(chain(name));
  }

  private List<Rule> compiled(List<RuleSpec> specs) throws IptablesException {
    for (RuleSpec spec : specs) {
      boolean verdict = List.of("", "ACCEPT", "DROP", "RETURN").contains(spec.target);
      boolean plain = verdict && !spec.goes;
      if (!plain && spec.extension == null && table.id(spec.target) < 0) {
        throw IptablesException.parameter("Chain '" + spec.target + "' does not exist");
      }
      if (!plain && spec.extension == null && table.isBase(table.id(spec.target))) {
        throw IptablesException.answer("Invalid argument.");
      }
    }
    return specs.stream().map(spec -> spec.compile(table)).toList();
  }

  private void insert(Command command) throws IptablesException {
    List<Rule> rules = table.rules(chain(command.chain));
    List<Rule> added = compiled(command.rules);
    if (command.number - 1 > rules.size()) {
      throw IptablesException.answer("Index of insertion too big.");
    }
    // each at that place, so that the last stands first
    added.forEach(rule -> rules.add(command.number - 1, rule));
  }

  private void replace(Command command) throws IptablesException {
    List<Rule> rules = table.rules(chain(command.chain));
    List<Rule> added = compiled(command.rules);
    if (command.number > rules.size()) {
      throw IptablesException.answer("Index of replacement too big.");
    }
    rules.set(command.number - 1, added.getFirst());
  }

  private void delete(Command command) throws IptablesException {
    if (table.id(command.chain) < 0) {
      throw IptablesException.answer(command.number > 0 ? NO_CHAIN : NO_RULE);
    }
    List<Rule> rules = table.rules(table.id(command.chain));
    if (command.number > 0) {
      if (command.number > rules.size()) {
        throw IptablesException.answer("Index of deletion too big.");
      }
      rules.remove(command.number - 1);
      return;
    }
    for (RuleSpec spec : command.rules) {
      int place = find(rules, spec);
      if (place < 0) {
        throw IptablesException.answer(NO_RULE);
      }
      rules.remove(place);
    }
  }

  private void check(Command command) throws IptablesException {
    int id = table.id(command.chain);
    for (RuleSpec spec : command.rules) {
      if (id < 0 || find(table.look(id), spec) < 0) {
        throw IptablesException.answer(NO_RULE);
      }
    }
  }

  /** Rules are equal that print alike. */
  private int find(List<Rule> rules, RuleSpec spec) {
    String wanted = spec.saved(table);
    for (int i = 0; i < rules.size(); i++) {
      if (((RuleSpec) rules.get(i).description()).saved(table).equals(wanted)) {
        return i;
      }
    }
    return -1;
  }

  private void create(String name) throws IptablesException {
    if (table.id(name) >= 0) {
      throw IptablesException.answer("Chain already exists.");
    }
    table.add(name);
  }

  private void remove(String name) throws IptablesException {
    if (!name.isEmpty() && table.isBase(chain(name))) {
      throw IptablesException.unsupported("-X of the built-in chain " + name);
    }
    List<Integer> gone = chains(name).stream().filter(id -> !table.isBase(id)).toList();
    for (int id : gone) {
      String called = table.name(id);
      boolean busy = !table.look(id).isEmpty() || table.references(id) > 0;
      if (busy) {
        throw new IptablesException(
            IptablesException.Kind.RESOURCE,
            " CHAIN_DEL failed (Device or resource busy): chain " + called);
      }
    }
    gone.forEach(table::remove);
  }

  private void rename(String from, String to) throws IptablesException {
    int id = chain(from);
    if (table.id(to) >= 0) {
      throw IptablesException.answer("File exists.");
    }
    table.rename(id, to);
  }

  private void policy(Command command) throws IptablesException {
    int id = table.id(command.chain);
    if (id < 0 || !table.isBase(id)) {
      throw IptablesException.answer("Bad built-in chain name.");
    }
    Verdict policy = verdict(command.value, "Bad policy name. Run `dmesg' for more information.");
    table.policy(id, policy, command.counts ? command.counter : table.policyCounter(id));
  }

  private void zero(Command command) throws IptablesException {
    for (int id : chains(command.chain)) {
      List<Rule> rules = table.look(id);
      if (command.number > rules.size()) {
        throw IptablesException.answer("Index of counter too big.");
      }
      for (int i = 0; i < rules.size(); i++) {
        if (command.number == 0 || command.number == i + 1) {
          table.clear(rules.get(i).counter());
        }
      }
      if (command.number == 0) {
        table.clear(table.policyCounter(id));
      }
    }
  }

  /**
   * Takes the line of a chain in a restore file: makes it, or empties it where it is the user's and
   * there; sets the policy of a base chain.
   */
  void declare(String name, String policy, Counter counter) throws IptablesException {
    int id = table.id(name);
    if (id < 0) {
      if (Extensions.isTarget(name, context)) {
        throw IptablesException.parameter("chain name may not clash with target name");
      }
      table.add(name);
    } else if (!table.isBase(id)) {
      table.rules(id).clear();
    } else if (!policy.equals("-")) {
      table.policy(id, verdict(policy, "Bad policy name."), counter);
    }
  }

  private static Verdict verdict(String policy, String bad) throws IptablesException {
    return switch (policy) {
      case "ACCEPT" -> Verdict.ACCEPT;
      case "DROP" -> Verdict.DROP;
      default -> throw IptablesException.answer(bad);
    };
  }
}
