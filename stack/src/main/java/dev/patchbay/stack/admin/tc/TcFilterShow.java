package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.classifier.Action;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.GactAction;
import dev.patchbay.stack.classifier.MirredAction;
import dev.patchbay.stack.classifier.SkbeditAction;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.classifier.VlanAction;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.FilterQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints filters and their actions ({@code print_filter}, {@code tc_print_action}). */
final class TcFilterShow {
  private static final long NANOS = 1_000_000_000;

  private final TcOptions options;
  private final @Nullable NetDevice device;
  private int parent;
  private int preference;
  private int protocol;
  private boolean chainNamed;

  /**
   * @param device whose filters they are; null for none
   */
  TcFilterShow(TcOptions options, @Nullable NetDevice device) {
    this.options = options;
    this.device = device;
  }

  /**
   * Those of a chain; what the command has named is not printed.
   *
   * @param asked class id, 0 for none
   * @param onlyPreference 0 for any
   * @param onlyProtocol 0 for any
   * @param chain null for none
   */
  String list(
      int asked,
      int onlyPreference,
      int onlyProtocol,
      boolean namesChain,
      @Nullable FilterChain chain) {
    parent = asked;
    preference = onlyPreference;
    protocol = onlyProtocol;
    chainNamed = namesChain;
    List<TcOut> entries = new ArrayList<>();
    List<FilterGroup> groups = chain == null ? List.of() : chain.groups();
    for (FilterGroup group : groups) {
      if (chain != null
          && (preference == 0 || preference == group.preference())
          && (protocol == 0 || protocol == group.protocol())) {
        entries.add(entry(chain, group, null, false));
        if (group.table() != 0) {
          entries.add(entry(chain, group, null, true));
        }
        group.filters().forEach(filter -> entries.add(entry(chain, group, filter, true)));
      }
    }
    return print(entries);
  }

  /** One filter. */
  String one(int asked, FilterChain chain, FilterGroup group, Filter filter) {
    TcOut out = new TcOut();
    out.text("filter ");
    printParent(asked, out);
    printGroup(group, out);
    body(chain, group, filter, out);
    return print(List.of(out));
  }

  private String print(List<TcOut> entries) {
    if (options.json()) {
      return JsonWriter.write(entries.stream().map(TcOut::object).toList(), options.pretty());
    }
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(entry.text()));
    return text.toString();
  }

  private TcOut entry(
      FilterChain chain, FilterGroup group, @Nullable Filter filter, boolean withOptions) {
    TcOut out = new TcOut();
    out.text("filter ");
    if (parent == 0 || parent != chain.parent()) {
      printParent(chain.parent(), out);
    }
    printGroup(group, out);
    if (withOptions) {
      body(chain, group, filter, out);
    } else {
      out.text("\n");
    }
    return out;
  }

  private static void printParent(int id, TcOut out) {
    if (id == Qdisc.ROOT) {
      out.any("root", true, "root ");
    } else if (id == (TcFilter.CLSACT | FilterQdisc.INGRESS_CLASS)) {
      out.any("ingress", true, "ingress ");
    } else if (id == (TcFilter.CLSACT | FilterQdisc.EGRESS_CLASS)) {
      out.any("egress", true, "egress ");
    } else {
      out.any("parent", TcId.text(id), "parent " + TcId.text(id) + " ");
    }
  }

  private void printGroup(FilterGroup group, TcOut out) {
    if (protocol == 0) {
      String name = TcProtocol.text(group.protocol());
      out.any("protocol", name, "protocol " + name + " ");
    }
    if (preference == 0) {
      out.any("pref", group.preference(), "pref " + group.preference() + " ");
    }
    out.any("kind", group.kind().text(), group.kind().text() + " ");
    if (!chainNamed) {
      out.any("chain", 0, "chain 0 ");
    }
  }

  /** A filter, or (null) u32's hash table. */
  private void body(FilterChain chain, FilterGroup group, @Nullable Filter filter, TcOut out) {
    out.begin("options");
    if (filter == null) {
      TcU32.printTable(group, out);
    } else {
      TcFilterKind.of(group.kind()).print(filter, group, out, options);
      int order = 1;
      for (Action action : filter.actions()) {
        out.beginItem("actions");
        out.any("order", order, "\n\taction order " + order + ": ");
        print(action, chain, out);
        out.end();
        order++;
      }
    }
    out.end();
    out.text("\n");
  }

  // ---- actions

  private void print(Action action, FilterChain chain, TcOut out) {
    out.any("kind", action.kind(), action.kind() + " ");
    String before = "\t index ";
    switch (action) {
      case GactAction gact -> gact(gact, out);
      case MirredAction mirred -> {
        mirred(mirred, out);
        before = "\tindex ";
      }
      case SkbeditAction skbedit -> skbedit(skbedit, out);
      case VlanAction vlan -> vlan(vlan, out);
      default -> throw new IllegalStateException(action.kind());
    }
    out.text("\n");
    out.any("index", action.index(), before + action.index());
    out.any("ref", 1, " ref 1");
    out.any("bind", 1, " bind 1");
    if (options.statistics()) {
      times(action, chain.now(), out);
    }
    out.text("\n");
    if (options.statistics()) {
      QdiscStatistics s = new QdiscStatistics();
      s.bytes = action.bytes;
      s.packets = action.packets;
      s.drops = action.drops;
      s.overlimits = action.overlimits;
      out.text("\tAction statistics:\n");
      out.begin("stats");
      TcShow.statistics(s, out, "\t");
      out.end();
    }
  }

  /** {@code print_tm}. */
  private static void times(Action action, long now, TcOut out) {
    long installed = (now - action.installed()) / NANOS;
    long used = (now - action.lastUse()) / NANOS;
    out.any("installed", installed, " installed " + installed + " sec");
    out.any("last_used", used, " used " + used + " sec");
    if (action.firstUse() >= 0) {
      long first = (now - action.firstUse()) / NANOS;
      out.any("first_used", first, " firstused " + first + " sec");
    }
  }

  private static void control(String before, int verdict, TcOut out) {
    out.begin("control_action");
    out.any("type", Verdict.text(verdict), before + Verdict.text(verdict));
    out.end();
  }

  private static void gact(GactAction action, TcOut out) {
    control("action ", action.control(), out);
    out.begin("prob");
    out.any("random_type", "none", "\n\t random type none");
    control(" ", Verdict.OK, out);
    out.any("val", 0, " val 0");
    out.end();
  }

  private void mirred(MirredAction action, TcOut out) {
    NetDevice target = device == null ? null : action.target(device);
    String name = target == null ? "*" : target.name();
    String what = action.redirects() ? "redirect" : "mirror";
    String direction = action.isIngress() ? "ingress" : "egress";
    out.text("(" + capital(direction) + " " + capital(what));
    out.json("mirred_action", what);
    out.json("direction", direction);
    out.any("to_dev", name, " to device " + name + ")");
    control(" ", action.control(), out);
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private static void skbedit(SkbeditAction action, TcOut out) {
    Integer priority = action.priority();
    if (priority != null) {
      out.any("priority", TcId.text(priority), " priority " + TcId.text(priority));
    }
    Integer mark = action.mark();
    if (mark != null) {
      long value = Integer.toUnsignedLong(mark);
      out.any("mark", value, " mark " + value);
      if (action.mask() != -1) {
        String mask = Integer.toHexString(action.mask());
        out.any("mask", mask, "/0x" + mask);
      }
    }
    control(" ", action.control(), out);
  }

  private static void vlan(VlanAction action, TcOut out) {
    String what = action.operation().name().toLowerCase(Locale.ROOT);
    out.any("vlan_action", what, " " + what);
    if (action.operation() != VlanAction.Operation.POP) {
      out.any("id", action.id(), " id " + action.id());
      String name = TcProtocol.text(action.protocol());
      out.any("protocol", name, " protocol " + name);
      Integer priority = action.priority();
      if (priority == null && action.operation() == VlanAction.Operation.PUSH) {
        priority = 0;
      }
      if (priority != null) {
        out.any("priority", priority, " priority " + priority);
      }
    }
    control(" ", action.control(), out);
  }
}
