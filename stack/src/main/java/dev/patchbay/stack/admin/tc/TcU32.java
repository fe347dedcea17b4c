package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.U32Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of {@code u32} ({@code f_u32.c}); its matches are read by {@link TcU32Match}. */
final class TcU32 implements TcFilterKind {
  private static final List<String> NOT_HERE =
      List.of("offset", "hashkey", "divisor", "order", "police");
  private static final List<String> NOT_HERE_WHOLE = List.of("link", "ht", "sample", "indev");
  private static final int HT_SHIFT = 20;
  private static final int BUCKET_SHIFT = 12;
  private static final int NODE = 0xfff;
  private static final String USAGE =
      """
      Usage: ... u32 [ match SELECTOR ... ] [ classid CLASSID ] [ action ACTION_SPEC ]

      Where: SELECTOR := { ip | ip6 | udp | tcp | icmp | ether | u{32|16|8} } SAMPLE_ARGS\
      """;

  @Override
  public Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
      throws RefusedException {
    int id = handle == null ? 0 : handle(handle);
    if (!args.hasWord()) {
      return new Wish(id, null);
    }
    TcU32Match matches = new TcU32Match(args);
    U32Filter classes = new U32Filter(List.of());
    boolean acts = false;
    boolean matched = false;
    while (args.hasWord()) {
      String word = args.word();
      TcFilterKind.refuseOffload(word);
      if (IpOptions.matches(word, "match")) {
        args.argument();
        matches.read();
        matched = true;
      } else if (IpOptions.matches(word, "classid") || word.equals("flowid")) {
        TcFilterKind.classId(args, classes);
      } else if (IpOptions.matches(word, "action")) {
        args.argument();
        classes.actions(new TcActions(stack, args, "Illegal \"action\"").parse());
        acts = true;
      } else if (NOT_HERE_WHOLE.contains(word)
          || NOT_HERE.stream().anyMatch(name -> IpOptions.matches(word, name))) {
        throw TcArgs.notHere("tc filter … u32 " + word);
      } else if (word.equals("help")) {
        throw TcArgs.wrong(USAGE);
      } else {
        throw TcArgs.wrong("What is \"" + word + "\"?\n" + USAGE);
      }
    }
    if (!matched) {
      throw TcFilter.answered("Error: Selector not specified.");
    }
    U32Filter filter = new U32Filter(matches.keys());
    filter.actions(classes.actions());
    if (classes.namesClass()) {
      filter.classId(classes.classId());
    }
    filter.terminal(acts || classes.namesClass());
    return new Wish(id, filter);
  }

  /** {@code get_u32_handle}: TABLE:BUCKET:NODE in hex. */
  private static int handle(String word) throws RefusedException {
    if (!word.contains(":")) {
      long value = word.startsWith("0x") ? hex(word.substring(2), 0xffff_ffffL) : -1;
      if (value < 0) {
        throw illegal();
      }
      return (int) value;
    }
    String[] parts = word.split(":", 3);
    long table = hex(parts[0], NODE);
    long bucket = hex(parts[1], 0xff);
    long node = parts.length < 3 ? 0 : hex(parts[2], NODE);
    if (table < 0 || bucket < 0 || node < 0) {
      throw illegal();
    }
    return (int) (table << HT_SHIFT | bucket << BUCKET_SHIFT | node);
  }

  private static long hex(String digits, long max) {
    return digits.isEmpty() ? 0 : TcUnits.unsigned(digits, 16, max);
  }

  private static RefusedException illegal() {
    return TcArgs.wrong("Illegal filter ID");
  }

  /** {@code sprint_u32_handle}; there is one bucket. */
  private static String text(int handle) {
    String table = Integer.toHexString(handle >>> HT_SHIFT) + ":";
    int node = handle & NODE;
    return node == 0 ? table : table + ":" + Integer.toHexString(node);
  }

  static void printTable(FilterGroup group, TcOut out) {
    out.any("fh", text(group.table()), "fh " + text(group.table()) + " ");
    out.any("ht_divisor", 1, "ht divisor 1 ");
  }

  @Override
  public void print(Filter filter, FilterGroup group, TcOut out, TcOptions options) {
    if (!(filter instanceof U32Filter u32)) {
      return;
    }
    int node = filter.handle() & NODE;
    String table = Integer.toHexString(group.table() >>> HT_SHIFT);
    out.any("fh", text(filter.handle()), "fh " + text(filter.handle()) + " ");
    out.any("order", node, "order " + node + " ");
    out.any("key_ht", table, "key ht " + table + " ");
    out.any("bkt", "0", "bkt 0 ");
    if (filter.namesClass()) {
      String id = TcId.text(filter.classId());
      out.any("flowid", id, (u32.isTerminal() ? "*" : "") + "flowid " + id + " ");
    } else if (u32.isTerminal()) {
      out.text("terminal flowid ");
    }
    out.any("not_in_hw", true, "not_in_hw ");
    if (options.statistics()) {
      out.any("rule_hit", u32.asked(), "(rule hit " + u32.asked() + " ");
      out.any("success", u32.hits(), "success " + u32.hits() + ")");
    }
    List<U32Filter.Key> keys = u32.keys();
    for (int i = 0; i < keys.size(); i++) {
      TcU32Match.print(keys.get(i), group.protocol(), out, options.pretty());
      if (options.statistics()) {
        long count = u32.successes(i);
        out.any("success", count, " (success " + count + " ) ");
      }
    }
  }
}
