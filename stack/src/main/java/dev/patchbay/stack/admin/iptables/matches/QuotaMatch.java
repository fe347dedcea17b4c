package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.QuotaCondition;
import java.util.List;

/** {@code quota}: so many bytes; what is left of them is not shown. */
public final class QuotaMatch extends SimpleMatch {
  /** Bytes, 64 bits without sign. */
  private long quota;

  public QuotaMatch() {
    super("quota", Option.inverted("quota"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    boolean octal = !hex && text.length() > 1 && text.startsWith("0");
    try {
      if (!text.startsWith("+")) {
        quota = Long.parseUnsignedLong(hex ? text.substring(2) : text, hex ? 16 : octal ? 8 : 10);
        return;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw IptablesException.parameter(
        "quota: bad value for option \"--quota\", or out of range (0-18446744073709551615).\n");
  }

  @Override
  protected String saved() {
    return Long.toUnsignedString(quota);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    // inverted or not
    to.append(" quota: ").append(saved()).append(" bytes");
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new QuotaCondition(quota, inverted()));
  }
}
