package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.netfilter.ipset.Content;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.IpSets;
import dev.patchbay.stack.netfilter.ipset.SetOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets with those members that stay: counters are not saved, nor members whose time runs. Lists
 * come last, as {@code ipset save} has them.
 */
public final class IpsetSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    for (Space space : script.spaces()) {
      IpSets sets = space.stack().netfilter().sets();
      for (IpSet set : sets.all()) {
        save(script, space, set, sets.now());
      }
    }
  }

  private static void save(SaveScript script, Space space, IpSet set, long now) {
    Content content = set.content();
    SetOptions options = content.options();
    List<String> words =
        new ArrayList<>(List.of("ipset", "create", set.name(), content.type().word()));
    for (Arg arg : TypeWords.create(content.type())) {
      boolean kept = arg == Arg.FORCEADD && options.forceAdd;
      add(words, arg, kept ? "" : SetPrinter.header(arg, options));
    }
    script.within(space, words);
    List<Element> members = new ArrayList<>();
    content.forEach(
        now,
        e -> {
          if (e.timeout <= 0) {
            members.add(e.copy());
          }
        });
    if (content.type().isHash()) {
      members.sort(new ElementOrder(content.type(), options.v4));
    }
    members.forEach(e -> script.within(space, member(set, e)));
  }

  private static List<String> member(IpSet set, Element e) {
    Content content = set.content();
    String text = SetPrinter.element(content.type(), content.options().v4, e);
    List<String> words = new ArrayList<>(List.of("ipset", "add", set.name(), text));
    for (Arg arg : TypeWords.add(content.type())) {
      switch (arg) {
        case PACKETS, BYTES -> {
          // what was counted is no configuration
        }
        case MEMBER_COMMENT -> add(words, arg, e.comment);
        default -> add(words, arg, SetPrinter.carried(arg, e));
      }
    }
    return words;
  }

  private static void add(List<String> words, Arg arg, @Nullable String value) {
    if (value != null) {
      words.add(arg.word());
    }
    if (value != null && !value.isEmpty()) {
      words.add(value);
    }
  }
}
