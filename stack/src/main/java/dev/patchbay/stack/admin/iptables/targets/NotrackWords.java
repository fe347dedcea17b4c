package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.connection.TrackingTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;

/** {@code NOTRACK}: the old name of {@code CT --notrack}. */
public final class NotrackWords extends TargetExtension {
  public NotrackWords() {
    super("NOTRACK");
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public void take(String option, boolean inverted, String value) {
    throw new IllegalArgumentException(option);
  }

  @Override
  public void save(StringBuilder to) {
    // it has no options
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" NOTRACK");
  }

  @Override
  public String listedName() {
    return "CT";
  }

  @Override
  public Target compile() {
    return TrackingTarget.none();
  }
}
