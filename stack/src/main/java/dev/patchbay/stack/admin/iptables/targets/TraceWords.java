package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TraceTarget;
import java.util.List;

/** {@code TRACE}: marks packets that {@code trace} shows. */
public final class TraceWords extends TargetExtension {
  private final Context context;

  public TraceWords(Context context) {
    super("TRACE");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    throw IptablesException.unsupported(option); // it has no options
  }

  @Override
  public void save(StringBuilder to) {
    // it has no options
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    // it has no options
  }

  @Override
  public Target compile() {
    return new TraceTarget(context.stack().netfilter().tracing());
  }
}
