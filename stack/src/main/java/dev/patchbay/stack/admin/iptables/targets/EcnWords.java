package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.EcnTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ECN}: takes the bits of explicit congestion notification away, or sets them. */
public final class EcnWords extends TargetExtension {
  private int codePoint = EcnTarget.KEEP;
  private int ece = EcnTarget.KEEP;
  private int cwr = EcnTarget.KEEP;

  public EcnWords() {
    super("ECN");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.flag("ecn-tcp-remove"),
        Option.of("ecn-tcp-cwr"),
        Option.of("ecn-tcp-ece"),
        Option.of("ecn-ip-ect"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(option);
    switch (option) {
      case "ecn-tcp-remove" -> {
        ece = 0;
        cwr = 0;
      }
      case "ecn-tcp-cwr" -> cwr = (int) number(option, text, 0, 1);
      case "ecn-tcp-ece" -> ece = (int) number(option, text, 0, 1);
      default -> codePoint = (int) number(option, text, 0, 3);
    }
  }

  @Override
  public void check() throws IptablesException {
    apart("ecn-tcp-remove", "ecn-tcp-cwr");
    apart("ecn-tcp-remove", "ecn-tcp-ece");
    if (codePoint == EcnTarget.KEEP && ece == EcnTarget.KEEP && cwr == EcnTarget.KEEP) {
      throw IptablesException.parameter("ECN target: An operation is required");
    }
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    boolean changesTcp = ece != EcnTarget.KEEP || cwr != EcnTarget.KEEP;
    return changesTcp && protocol != IpProtocol.TCP ? "Invalid argument" : null;
  }

  private boolean removes() {
    return ece == 0 && cwr == 0 && codePoint == EcnTarget.KEEP;
  }

  @Override
  public void save(StringBuilder to) {
    if (removes()) {
      to.append(" --ecn-tcp-remove");
    } else {
      value(to, " --ecn-tcp-ece ", ece);
      value(to, " --ecn-tcp-cwr ", cwr);
      value(to, " --ecn-ip-ect ", codePoint);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" ECN");
    if (removes()) {
      to.append(" TCP remove");
    } else {
      value(to, " ECE=", ece);
      value(to, " CWR=", cwr);
      value(to, " ECT codepoint=", codePoint);
    }
  }

  private static void value(StringBuilder to, String text, int value) {
    if (value != EcnTarget.KEEP) {
      to.append(text).append(value);
    }
  }

  @Override
  public Target compile() {
    return new EcnTarget(codePoint, ece, cwr);
  }
}
