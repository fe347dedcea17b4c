package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.targets.MasqueradeTarget;
import dev.patchbay.stack.netfilter.targets.RedirectTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.ArrayList;
import java.util.List;

/** {@code MASQUERADE} and {@code REDIRECT}: an address of ours, and ports. */
public final class OwnAddressWords extends NatWords {
  private final boolean source;

  public OwnAddressWords(String name, Context context) {
    super(name, context);
    source = name.equals("MASQUERADE");
  }

  @Override
  public List<Option> options() {
    List<Option> all = new ArrayList<>();
    all.add(Option.of("to-ports"));
    all.add(Option.flag("random"));
    if (source) {
      all.add(Option.flag("random-fully"));
    }
    return all;
  }

  @Override
  void value(String text) throws IptablesException {
    ports(text);
    if (!source && (flags & NatRange.OFFSET) != 0) {
      throw IptablesException.parameter("Shifted portmap ranges not supported with this kernel");
    }
  }

  @Override
  public void save(StringBuilder to) {
    if (hasPorts()) {
      to.append(" --to-ports ");
      ports(to);
    }
    flags(to, " --");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    if (hasPorts()) {
      to.append(source ? " masq ports: " : " redir ports ");
      ports(to);
    }
    flags(to, " ");
  }

  @Override
  public Target compile() {
    NatRange ports = range(false, 0, 0, 0, 0);
    return source
        ? new MasqueradeTarget(context.stack(), ports)
        : new RedirectTarget(context.stack(), ports);
  }
}
