package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Rule;
import java.util.ArrayList;
import java.util.List;

/** Rules: those of Linux that have gone, then the others in their order. */
public final class RuleSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    for (Space space : script.spaces()) {
      rules(script, space, space.stack().routes4());
      rules(script, space, space.stack().routes6());
    }
  }

  private static void rules(SaveScript script, Space space, Fib fib) {
    List<Rule> now = fib.rules().list();
    List<Rule> standing = fib.rules().standing();
    for (Rule rule : standing) {
      if (!now.contains(rule)) {
        script.line(space, words(space, fib, rule, "del"));
      }
    }
    for (Rule rule : now) {
      if (!standing.contains(rule)) {
        script.line(space, words(space, fib, rule, "add"));
      }
    }
  }

  private static List<String> words(Space space, Fib fib, Rule rule, String verb) {
    String family = fib.isV4() ? "-4" : "-6";
    IpOptions options;
    try {
      options = IpOptions.parse(List.of("-details", family));
    } catch (RefusedException e) {
      throw new IllegalStateException(e);
    }
    List<String> words = new ArrayList<>(List.of("ip", family, "rule", verb, "priority"));
    String text = new RulePrinter(space.stack(), options).print(List.of(rule)).strip();
    words.add(String.valueOf(rule.priority()));
    for (String word : text.substring(text.indexOf(':') + 1).strip().split("\\s+")) {
      if (!word.startsWith("[")) {
        words.add(word.equals("proto") ? "protocol" : word);
      }
    }
    return words;
  }
}
