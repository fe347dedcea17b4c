package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.Counter;
import dev.patchbay.stack.netfilter.Rule;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.TableDraft;
import dev.patchbay.stack.netfilter.expression.AddressCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.DeviceCondition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import dev.patchbay.stack.netfilter.targets.VerdictTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a rule says, as iptables has it; the description of the {@link Rule} that it becomes. */
final class RuleSpec implements Rule.Description {
  /** A word that may stand behind {@code !}. */
  record Said<T>(T value, boolean inverted) {
    String not() {
      return inverted ? "! " : "";
    }
  }

  final boolean v4;
  @Nullable Said<AddressSpec> source;
  @Nullable Said<AddressSpec> destination;
  @Nullable Said<String> in;
  @Nullable Said<String> out;
  @Nullable Said<Integer> protocol;
  @Nullable Said<Boolean> fragment;
  final List<MatchExtension> matches;

  /** What stands behind {@code -j} or {@code -g}, empty for neither. */
  String target = "";

  boolean goes;
  @Nullable TargetExtension extension;

  /** The chain that is meant by the target, for printing: chains may be renamed. */
  private int jump = -1;

  final Counter counter;

  RuleSpec(boolean v4, List<MatchExtension> matches, Counter counter) {
    this.v4 = v4;
    this.matches = matches;
    this.counter = counter;
  }

  /** The same with other addresses. */
  RuleSpec with(@Nullable Said<AddressSpec> src, @Nullable Said<AddressSpec> dst) {
    RuleSpec twin = new RuleSpec(v4, matches, new Counter(counter.packets, counter.bytes));
    twin.source = src;
    twin.destination = dst;
    twin.in = in;
    twin.out = out;
    twin.protocol = protocol;
    twin.fragment = fragment;
    twin.target = target;
    twin.goes = goes;
    twin.extension = extension;
    return twin;
  }

  /** The protocol's number, 0 for all or where one is excluded. */
  int positiveProtocol() {
    return protocol == null || protocol.inverted ? 0 : protocol.value;
  }

  /** The rule in the form of {@code -S}, without {@code -A CHAIN}. */
  String saved(TableDraft table) {
    return saved(targetName(table), null);
  }

  /**
   * The same.
   *
   * @param seen what stands behind {@code -c} before the target, or null
   */
  String saved(String targetName, @Nullable Counter seen) {
    StringBuilder to = new StringBuilder();
    said(to, "-s", source);
    said(to, "-d", destination);
    said(to, "-i", in);
    said(to, "-o", out);
    if (protocol != null) {
      to.append(' ').append(protocol.not()).append("-p ").append(Protocols.name(protocol.value));
    }
    if (fragment != null) {
      to.append(' ').append(fragment.not()).append("-f");
    }
    for (MatchExtension match : matches) {
      to.append(" -m ").append(match.name());
      match.save(to);
    }
    if (seen != null) {
      to.append(" -c ").append(seen.packets).append(' ').append(seen.bytes);
    }
    if (!targetName.isEmpty()) {
      to.append(goes ? " -g " : " -j ").append(targetName);
    }
    if (extension != null) {
      extension.save(to);
    }
    return to.toString();
  }

  private static void said(StringBuilder to, String option, @Nullable Said<?> said) {
    if (said != null) {
      to.append(' ').append(said.not()).append(option).append(' ').append(said.value);
    }
  }

  /** The rule as {@code -S} prints it, without {@code -A CHAIN}. */
  String words(Table table) {
    return saved(jump < 0 ? target : table.chainName(jump), null).strip();
  }

  /** The name of its target now. */
  String targetName(TableDraft table) {
    return jump < 0 ? target : table.name(jump);
  }

  /** The same as {@code -L} has it. */
  String listedTarget(TableDraft table) {
    return extension == null ? targetName(table) : extension.listedName();
  }

  /** The rule in a table in which its target is found. */
  Rule compile(TableDraft table) {
    List<Condition> all = new ArrayList<>();
    if (protocol != null) {
      all.add(
          new NumberCondition(Field.PROTOCOL, protocol.value, protocol.value, protocol.inverted));
    }
    address(all, true, source);
    address(all, false, destination);
    device(all, DeviceCondition.Side.IN, in);
    device(all, DeviceCondition.Side.OUT, out);
    if (fragment != null) {
      all.add(new NumberCondition(Field.LATER_FRAGMENT, 1, 1, fragment.inverted));
    }
    matches.forEach(match -> match.compile(all));
    if (extension != null) {
      return Rule.of(all, extension.compile(), this, counter);
    }
    return switch (target) {
      case "" -> Rule.of(all, VerdictTarget.NONE, this, counter);
      case "ACCEPT" -> Rule.of(all, VerdictTarget.ACCEPT, this, counter);
      case "DROP" -> Rule.of(all, VerdictTarget.DROP, this, counter);
      case "RETURN" -> Rule.of(all, VerdictTarget.RETURN, this, counter);
      default -> {
        jump = table.id(target);
        yield Rule.jump(all, VerdictTarget.NONE, jump, goes, this, counter);
      }
    };
  }

  private static void address(
      List<Condition> to, boolean source, @Nullable Said<AddressSpec> said) {
    if (said != null) {
      AddressSpec a = said.value;
      to.add(
          new AddressCondition(
              source, a.network().hi(), a.network().lo(), a.maskHi(), a.maskLo(), said.inverted));
    }
  }

  private static void device(
      List<Condition> to, DeviceCondition.Side side, @Nullable Said<String> said) {
    if (said != null) {
      boolean beginning = said.value.endsWith("+");
      String name = beginning ? said.value.substring(0, said.value.length() - 1) : said.value;
      to.add(new DeviceCondition(side, name, beginning, said.inverted));
    }
  }
}
