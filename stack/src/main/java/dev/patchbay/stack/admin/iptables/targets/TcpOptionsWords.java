package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TcpOptionsTarget;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code TCPOPTSTRIP}: takes options out of TCP headers. */
public final class TcpOptionsWords extends TargetExtension {
  private static final Map<String, Integer> KINDS =
      Map.of("wscale", 3, "mss", 2, "sack-permitted", 4, "sack", 5, "timestamp", 8, "md5", 19);

  private final BitSet kinds = new BitSet(256);

  public TcpOptionsWords() {
    super("TCPOPTSTRIP");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("strip-options"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(option);
    for (String word : text.split(",", -1)) {
      long kind = KINDS.getOrDefault(word, -1);
      kind = kind < 0 ? Values.number(word) : kind;
      if (kind < 0 || kind > 255) {
        throw IptablesException.parameter("Bad TCP option value \"" + word + "\"");
      }
      if (kind < 2) {
        throw IptablesException.parameter("Option value may not be 0 or 1");
      }
      if (kinds.get((int) kind)) {
        throw IptablesException.parameter("Option \"" + word + "\" already specified");
      }
      kinds.set((int) kind);
    }
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    return protocol == IpProtocol.TCP ? null : "Invalid argument";
  }

  @Override
  public void save(StringBuilder to) {
    if (!kinds.isEmpty()) {
      to.append(" --strip-options ").append(names(true));
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    if (!kinds.isEmpty()) {
      to.append(" TCPOPTSTRIP options ").append(names(numeric));
    }
  }

  private String names(boolean numeric) {
    return kinds.stream()
        .mapToObj(kind -> numeric ? String.valueOf(kind) : name(kind))
        .collect(Collectors.joining(","));
  }

  private static String name(int kind) {
    return KINDS.entrySet().stream()
        .filter(entry -> entry.getValue() == kind)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(String.valueOf(kind));
  }

  @Override
  public Target compile() {
    return new TcpOptionsTarget(kinds);
  }
}
