package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.netfilter.connection.ConnectionHelperCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code helper}: which helper reads the connection that has announced the packet's. */
public final class HelperMatch extends MatchExtension {
  /** Characters of a name. */
  private static final int LONGEST = 29;

  private @Nullable String helper;
  private boolean inverted;

  public HelperMatch() {
    super("helper");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("helper"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(helper == null, option);
    helper = value.length() > LONGEST ? value.substring(0, LONGEST) : value;
    inverted = not;
  }

  @Override
  public void check() throws IptablesException {
    if (helper == null) {
      throw missing("helper");
    }
  }

  private String said() {
    return helper == null ? "" : helper;
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --helper ").append(Quoting.quoted(said()));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" helper match ").append(inverted ? "! " : "");
    to.append('"').append(said()).append('"');
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new ConnectionHelperCondition(said(), inverted));
  }
}
