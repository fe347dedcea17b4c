package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.ClassifyTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;

/** {@code CLASSIFY}: chooses a class of the queueing discipline. */
public final class ClassifyWords extends TargetExtension {
  private boolean taken;
  private int major;
  private int minor;

  public ClassifyWords() {
    super("CLASSIFY");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("set-class"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(!taken, option);
    if (!text.matches("[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}")) {
      throw IptablesException.parameter("Bad class value `" + text + "'");
    }
    taken = true;
    int colon = text.indexOf(':');
    major = Integer.parseInt(text.substring(0, colon), 16);
    minor = Integer.parseInt(text.substring(colon + 1), 16);
  }

  @Override
  public void check() throws IptablesException {
    if (!taken) {
      throw missing("set-class");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --set-class %04x:%04x".formatted(major, minor));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" CLASSIFY set %x:%x".formatted(major, minor));
  }

  @Override
  public Target compile() {
    return new ClassifyTarget(major << 16 | minor);
  }
}
