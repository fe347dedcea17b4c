package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Dscp;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TosTarget;
import java.util.List;

/** {@code DSCP}: sets the code point. */
public final class DscpWords extends TargetExtension {
  private static final int NONE = -1;

  private int value = NONE;

  public DscpWords() {
    super("DSCP");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("set-dscp"), Option.of("set-dscp-class"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(value == NONE, option);
    value = option.equals("set-dscp") ? (int) number(option, text, 0, 0x3f) : Dscp.ofClass(text);
  }

  @Override
  public void check() throws IptablesException {
    if (value == NONE) {
      throw IptablesException.parameter("DSCP target: Parameter --set-dscp is required");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --set-dscp ").append(Values.hex2(value));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" DSCP set ").append(Values.hex2(value));
  }

  @Override
  public Target compile() {
    return new TosTarget(value << 2, 0xfc);
  }
}
