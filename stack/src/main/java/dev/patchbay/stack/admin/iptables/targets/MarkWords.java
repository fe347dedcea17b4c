package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.targets.MarkTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;

/** {@code MARK}: changes the packet's mark. */
public final class MarkWords extends TargetExtension {
  private static final long ALL = 0xffff_ffffL;

  private boolean taken;
  private long value;
  private long mask;

  public MarkWords() {
    super("MARK");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("set-xmark"),
        Option.of("set-mark"),
        Option.of("and-mark"),
        Option.of("or-mark"),
        Option.of("xor-mark"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    if (taken) {
      throw IptablesException.parameter(
          "MARK: Only one of --set-xmark, --{and,or,xor,set}-mark is allowed");
    }
    taken = true;
    int slash = option.startsWith("set") ? text.indexOf('/') : -1;
    long number = Values.number(slash < 0 ? text : text.substring(0, slash));
    long under = slash < 0 ? ALL : Values.number(text.substring(slash + 1));
    if (number < 0 || under < 0) {
      throw IptablesException.parameter(
          "MARK: bad integer value for option \"--" + option + "\", or out of range.\n");
    }
    value = option.equals("and-mark") ? 0 : number;
    mask =
        switch (option) {
          case "set-xmark" -> under;
          case "set-mark" -> under | number;
          case "and-mark" -> ~number & ALL;
          case "or-mark" -> number;
          default -> 0;
        };
  }

  @Override
  public void check() throws IptablesException {
    if (!taken) {
      throw IptablesException.parameter(
          "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --set-xmark ").append(Values.hex(value)).append('/').append(Values.hex(mask));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" MARK ").append(Values.change(value, mask));
  }

  @Override
  public Target compile() {
    return new MarkTarget((int) value, (int) mask);
  }
}
