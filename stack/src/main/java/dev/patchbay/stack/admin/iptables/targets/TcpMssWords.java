package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TcpMssTarget;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code TCPMSS}: lowers the segment size of a SYN. Of both options the last one counts. */
public final class TcpMssWords extends TargetExtension {
  private static final int MOST4 = 65_515;
  private static final int MOST6 = 65_495;

  private final Context context;
  private int size;

  public TcpMssWords(Context context) {
    super("TCPMSS");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("set-mss"), Option.flag("clamp-mss-to-pmtu"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(option);
    int most = context.v4() ? MOST4 : MOST6;
    size = option.equals("set-mss") ? (int) number(option, text, 0, most) : TcpMssTarget.CLAMP;
  }

  @Override
  public void check() throws IptablesException {
    if (!has("set-mss") && !has("clamp-mss-to-pmtu")) {
      throw IptablesException.parameter("TCPMSS target: At least one parameter is required");
    }
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    // the way of a packet is not known there; of a chain of the user's nothing is asked
    boolean tooEarly = chain.equals("PREROUTING") || chain.equals("INPUT");
    boolean fits = protocol == IpProtocol.TCP && (size != TcpMssTarget.CLAMP || !tooEarly);
    return fits ? null : "Invalid argument";
  }

  @Override
  public void save(StringBuilder to) {
    to.append(size == TcpMssTarget.CLAMP ? " --clamp-mss-to-pmtu" : " --set-mss " + size);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" TCPMSS ").append(size == TcpMssTarget.CLAMP ? "clamp to PMTU" : "set " + size);
  }

  @Override
  public Target compile() {
    return new TcpMssTarget(context.stack(), size);
  }
}
