package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.TableDraft;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.targets.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Chains, rules and policies of all tables of both families, as single commands without counters:
 * all chains of a table first, since rules lead to them, and its policies last, so that a script
 * that drops what no rule lets pass does not begin with that.
 */
public final class IptablesSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    for (Space space : script.spaces()) {
      for (boolean v4 : List.of(true, false)) {
        for (Table table : space.stack().netfilter().family(v4).tables()) {
          TableDraft draft = space.stack().netfilter().family(v4).draft(table.kind());
          table(script, space, v4 ? "iptables" : "ip6tables", draft);
        }
      }
    }
  }

  private static void table(SaveScript script, Space space, String program, TableDraft table) {
    List<Chain> chains = IptablesCommand.sorted(table.chains());
    for (Chain chain : chains) {
      if (chain.hook() == null) {
        line(script, space, program, table.kind(), List.of("-N", chain.name()));
      }
    }
    for (Chain chain : chains) {
      for (int number = 1; number <= chain.size(); number++) {
        String rule = SavedTable.rule(table, chain, number, false);
        List<String> words = Quoting.words(rule);
        if (words == null) {
          script.comment(program + " -t " + table.kind().word() + ": " + rule.strip());
        } else {
          line(script, space, program, table.kind(), words);
        }
      }
    }
    for (Chain chain : chains) {
      boolean drops = chain.hook() != null && chain.policy() != Verdict.ACCEPT;
      if (drops && table.kind() == TableKind.NAT) {
        script.comment(
            "not saved: %s -t nat drops in %s, as iptables-restore alone can set it"
                .formatted(program, chain.name()));
      } else if (drops) {
        List<String> words = List.of("-P", chain.name(), chain.policy().name());
        line(script, space, program, table.kind(), words);
      }
    }
  }

  private static void line(
      SaveScript script, Space space, String program, TableKind table, List<String> words) {
    List<String> all = new ArrayList<>(List.of(program));
    if (table != TableKind.FILTER) {
      all.addAll(List.of("-t", table.word()));
    }
    all.addAll(words);
    script.within(space, all);
  }
}
