package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.MssCondition;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code length}, {@code tcpmss}, {@code esp}, {@code ah}: a number, or a range of them. */
public final class RangeMatch extends SimpleMatch {
  /** What lies in the range; null for the MSS option of TCP. */
  private final @Nullable Field field;

  private final long most;
  private final boolean showsAll;
  private final String listed;
  private final String rangeListed;
  private long low;
  private long high;

  private RangeMatch(
      String name,
      String option,
      @Nullable Field field,
      long most,
      boolean showsAll,
      String listed,
      String rangeListed) {
    super(name, Option.inverted(option));
    this.field = field;
    this.most = most;
    this.showsAll = showsAll;
    this.listed = listed;
    this.rangeListed = rangeListed;
  }

  /** Bytes from the IP header on. */
  public static RangeMatch length() {
    return new RangeMatch("length", "length", Field.LENGTH, 0xffff, true, " length ", " length ");
  }

  /** The MSS option of a SYN. */
  public static RangeMatch tcpMss() {
    String listed = " tcpmss match ";
    return new RangeMatch("tcpmss", "mss", null, 0xffff, true, listed, listed);
  }

  /** The security parameters index of ESP. */
  public static RangeMatch esp() {
    return new RangeMatch(
        "esp", "espspi", Field.SPI, 0xffff_ffffL, false, " esp spi:", " esp spis:");
  }

  /** That of AH. */
  public static RangeMatch ah() {
    return new RangeMatch("ah", "ahspi", Field.SPI, 0xffff_ffffL, false, " ah spi:", " ah spis:");
  }

  @Override
  protected void read(String text) throws IptablesException {
    int colon = text.indexOf(':');
    String from = colon < 0 ? text : text.substring(0, colon);
    String to = colon < 0 ? text : text.substring(colon + 1);
    low = from.isEmpty() && colon >= 0 ? 0 : number(optionName(), from, 0, most);
    high = to.isEmpty() && colon >= 0 ? most : number(optionName(), to, 0, most);
    if (low > high) {
      throw IptablesException.parameter(
          name() + ": " + low + ":" + high + ": the first number is the greater one");
    }
  }

  @Override
  protected String saved() {
    return low == high ? String.valueOf(low) : low + ":" + high;
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    if (!showsAll && low == 0 && high == most && !inverted()) {
      to.append(' ').append(name());
      return;
    }
    to.append(low == high ? listed : rangeListed).append(inverted() ? "!" : "").append(saved());
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(
        field == null
            ? new MssCondition((int) low, (int) high, inverted())
            : new NumberCondition(field, low, high, inverted()));
  }
}
