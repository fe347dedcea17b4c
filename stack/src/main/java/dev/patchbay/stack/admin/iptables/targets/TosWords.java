package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.TosValue;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TosTarget;
import java.util.List;

/** {@code TOS}: changes type of service or traffic class. */
public final class TosWords extends TargetExtension {
  private static final int SYMBOL_MASK = 0x3f;

  private boolean taken;
  private TosValue tos = new TosValue(0, 0);

  public TosWords() {
    super("TOS");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("set-tos"), Option.of("and-tos"), Option.of("or-tos"), Option.of("xor-tos"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    if (taken) {
      throw IptablesException.parameter("TOS: Only one --set-tos, --and-tos, --or-tos, --xor-tos");
    }
    taken = true;
    if (option.equals("set-tos")) {
      tos = TosValue.parse(name(), option, text, SYMBOL_MASK);
      return;
    }
    int bits = (int) number(option, text, 0, 255);
    tos =
        switch (option) {
          case "and-tos" -> new TosValue(0, ~bits & 0xff);
          case "or-tos" -> new TosValue(bits, bits);
          default -> new TosValue(bits, 0);
        };
  }

  @Override
  public void check() throws IptablesException {
    if (!taken) {
      throw IptablesException.parameter("TOS: An action is required");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --set-tos ").append(tos);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    String symbol = numeric ? "" : tos.symbol(SYMBOL_MASK);
    if (!symbol.isEmpty()) {
      to.append("  TOS set").append(symbol);
      return;
    }
    to.append(" TOS ");
    if (numeric) {
      to.append("set ").append(tos);
    } else if (tos.value() == 0) {
      to.append("and ").append(Values.hex2(~tos.mask() & 0xff));
    } else if (tos.value() == tos.mask()) {
      to.append("or ").append(Values.hex2(tos.value()));
    } else if (tos.mask() == 0) {
      to.append("xor ").append(Values.hex2(tos.value()));
    } else {
      to.append("set ").append(tos);
    }
  }

  @Override
  public Target compile() {
    return new TosTarget(tos.value(), tos.mask());
  }
}
