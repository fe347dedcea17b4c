package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.StateNames;
import dev.patchbay.stack.netfilter.connection.ConnectionCondition;
import dev.patchbay.stack.netfilter.connection.StateBits;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;

/** {@code state}: how a packet stands to its connection. */
public final class StateMatch extends MatchExtension {
  private static final StateNames STATES =
      new StateNames("state")
          .with("INVALID", StateBits.INVALID)
          .with("NEW", StateBits.NEW)
          .with("RELATED", StateBits.RELATED)
          .with("ESTABLISHED", StateBits.ESTABLISHED)
          .with("UNTRACKED", StateBits.UNTRACKED)
          .soughtAs("INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED");

  private int states;
  private boolean inverted;

  public StateMatch() {
    super("state");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("state"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(states == 0, option);
    states = STATES.parse(value, "--state", "states", "ESTABLISHED,RELATED");
    inverted = not;
  }

  @Override
  public void check() throws IptablesException {
    if (states == 0) {
      throw missing("state");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --state ").append(STATES.text(states));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(inverted ? " !" : "").append(" state ").append(STATES.text(states));
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new ConnectionCondition(states, inverted, List.of()));
  }
}
