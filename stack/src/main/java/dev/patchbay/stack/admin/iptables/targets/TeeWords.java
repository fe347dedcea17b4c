package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TeeTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code TEE}: sends a copy to another machine. */
public final class TeeWords extends TargetExtension {
  private static final int MOST_DEVICE = 15;

  private final Context context;
  private IpAddress gateway;
  private String device = "";

  public TeeWords(Context context) {
    super("TEE");
    this.context = context;
    gateway = any();
  }

  private IpAddress any() {
    return context.v4() ? IpAddress.ANY4 : IpAddress.ANY6;
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("gateway"), Option.of("oif"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    once(option);
    if (option.equals("gateway")) {
      gateway = Values.host(value, context.v4());
    } else {
      device = value.length() > MOST_DEVICE ? value.substring(0, MOST_DEVICE) : value;
    }
  }

  @Override
  public void check() throws IptablesException {
    if (!has("gateway")) {
      throw missing("gateway");
    }
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    return gateway.equals(any()) ? "Invalid argument" : null;
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --gateway ").append(gateway).append(device.isEmpty() ? "" : " --oif " + device);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" TEE gw:").append(gateway).append(device.isEmpty() ? "" : " oif=" + device);
  }

  @Override
  public Target compile() {
    NetworkStack stack = context.stack();
    return new TeeTarget(stack, stack.netfilter().duplicator(), gateway, device);
  }
}
