package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.RejectTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;
import java.util.Locale;

/** {@code REJECT}: answers with an error. */
public final class RejectWords extends TargetExtension {
  /** An answer: its name, an older one, its code. */
  private record Answer(String name, String alias, int code) {}

  private static final Answer RESET = new Answer("tcp-reset", "tcp-rst", RejectTarget.TCP_RESET);

  private static final List<Answer> V4 =
      List.of(
          new Answer("icmp-net-unreachable", "net-unreach", 0),
          new Answer("icmp-host-unreachable", "host-unreach", 1),
          new Answer("icmp-proto-unreachable", "proto-unreach", 2),
          new Answer("icmp-port-unreachable", "port-unreach", 3),
          new Answer("icmp-net-prohibited", "net-prohib", 9),
          new Answer("icmp-host-prohibited", "host-prohib", 10),
          RESET,
          new Answer("icmp-admin-prohibited", "admin-prohib", 13));

  private static final List<Answer> V6 =
      List.of(
          new Answer("icmp6-no-route", "no-route", 0),
          new Answer("icmp6-adm-prohibited", "adm-prohibited", 1),
          new Answer("icmp6-addr-unreachable", "addr-unreach", 3),
          new Answer("icmp6-port-unreachable", "port-unreach", 4),
          RESET,
          new Answer("icmp6-policy-fail", "policy-fail", 5),
          new Answer("icmp6-reject-route", "reject-route", 6));

  private final Context context;
  private Answer answer;

  public RejectWords(Context context) {
    super("REJECT");
    this.context = context;
    answer = context.v4() ? V4.get(3) : V6.get(3);
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("reject-with"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    String lower = text.toLowerCase(Locale.ROOT);
    for (Answer known : context.v4() ? V4 : V6) {
      if (known.name.startsWith(lower) || known.alias.startsWith(lower)) {
        answer = known;
        return;
      }
    }
    throw IptablesException.parameter("unknown reject type \"" + text + "\"");
  }

  /** Whether the rule must be one of TCP alone. */
  public boolean isReset() {
    return answer.equals(RESET);
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --reject-with ").append(answer.name);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" reject-with ").append(answer.name);
  }

  @Override
  public Target compile() {
    return new RejectTarget(context.stack(), answer.code);
  }
}
