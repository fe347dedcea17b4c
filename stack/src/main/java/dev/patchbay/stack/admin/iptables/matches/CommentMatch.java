package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;

/** {@code comment}: up to 255 characters for who reads the rules. */
public final class CommentMatch extends SimpleMatch {
  private static final int MOST = 255;

  private String comment = "";

  public CommentMatch() {
    super("comment", Option.of("comment"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    if (text.length() > MOST) {
      throw IptablesException.parameter(
          "comment: Argument to \"--comment\" must have a length between 0 and " + MOST + "\n");
    }
    comment = text;
  }

  @Override
  protected String saved() {
    return Quoting.quoted(comment);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" /* ").append(comment).append(" */");
  }

  @Override
  public void compile(List<Condition> to) {
    // holds for all packets
  }
}
