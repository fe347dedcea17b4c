package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.netfilter.expression.BitsCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.TcpEcnCondition;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ecn}: the two bits of congestion in the IP header, and the two flags of TCP. */
public final class EcnMatch extends MatchExtension {
  private static final int NONE = -1;

  /** Flags of TCP that are asked for, and those of them that must be clear. */
  private int flags;

  private int notFlags;
  private int codepoint = NONE;
  private boolean notCodepoint;

  public EcnMatch() {
    super("ecn");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.invertedFlag("ecn-tcp-cwr"),
        Option.invertedFlag("ecn-tcp-ece"),
        Option.inverted("ecn-ip-ect"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    if (option.equals("ecn-ip-ect")) {
      once(codepoint == NONE, option);
      codepoint = (int) number(option, value, 0, 3);
      notCodepoint = inverted;
      return;
    }
    int flag = option.endsWith("cwr") ? Tcp.CWR : Tcp.ECE;
    once((flags & flag) == 0, option);
    flags |= flag;
    notFlags |= inverted ? flag : 0;
  }

  @Override
  public void check() throws IptablesException {
    if (flags == 0 && codepoint == NONE) {
      throw IptablesException.parameter("ECN match: some option required");
    }
  }

  @Override
  public @Nullable String refusal(Place place) {
    return flags != 0 && place.protocol() != IpProtocol.TCP ? Errno.text(Errno.EINVAL) : null;
  }

  @Override
  public void save(StringBuilder to) {
    flag(to, Tcp.ECE, " !", " --ecn-tcp-ece");
    flag(to, Tcp.CWR, " !", " --ecn-tcp-cwr");
    if (codepoint != NONE) {
      to.append(notCodepoint ? " !" : "").append(" --ecn-ip-ect ").append(codepoint);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" ECN match");
    flag(to, Tcp.ECE, " !", (notFlags & Tcp.ECE) != 0 ? "ECE" : " ECE");
    flag(to, Tcp.CWR, " !", (notFlags & Tcp.CWR) != 0 ? "CWR" : " CWR");
    if (codepoint != NONE) {
      to.append(notCodepoint ? " !ECT=" : " ECT=").append(codepoint);
    }
  }

  private void flag(StringBuilder to, int flag, String not, String word) {
    if ((flags & flag) != 0) {
      to.append((notFlags & flag) != 0 ? not : "").append(word);
    }
  }

  @Override
  public void compile(List<Condition> to) {
    if (codepoint != NONE) {
      to.add(new BitsCondition(Field.TOS, 3, codepoint, notCodepoint));
    }
    if (flags != 0) {
      to.add(new TcpEcnCondition(flags, flags & ~notFlags));
    }
  }
}
