package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.log.PacketLog;
import dev.patchbay.stack.netfilter.targets.LogTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code LOG}: writes a line about the packet. */
public final class LogWords extends TargetExtension {
  private static final int MOST_PREFIX = 29;
  private static final int WARNING = 4;

  /** The names that {@code --log-level} takes. */
  private static final List<String> LEVELS =
      List.of("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug");

  /** Those that {@code -L} prints. */
  private static final List<String> SHOWN =
      List.of("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug");

  private static final Map<String, Integer> FLAGS = flags();

  private final Context context;
  private String prefix = "";
  private int level = WARNING;
  private int flags;

  public LogWords(Context context) {
    super("LOG");
    this.context = context;
  }

  private static Map<String, Integer> flags() {
    Map<String, Integer> all = new LinkedHashMap<>();
    all.put("tcp-sequence", PacketLog.TCP_SEQUENCE);
    all.put("tcp-options", PacketLog.TCP_OPTIONS);
    all.put("ip-options", PacketLog.IP_OPTIONS);
    all.put("uid", PacketLog.UID);
    all.put("macdecode", PacketLog.MAC_DECODE);
    return all;
  }

  @Override
  public List<Option> options() {
    List<Option> all = new ArrayList<>(List.of(Option.of("log-level"), Option.of("log-prefix")));
    FLAGS.keySet().forEach(flag -> all.add(Option.flag("log-" + flag)));
    return all;
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    once(option);
    switch (option) {
      case "log-level" -> level = level(value);
      case "log-prefix" -> {
        if (value.indexOf('\n') >= 0) {
          throw IptablesException.parameter("Newlines not allowed in --log-prefix");
        }
        prefix = text(value, MOST_PREFIX);
      }
      default -> flags |= FLAGS.getOrDefault(option.substring("log-".length()), 0);
    }
  }

  private static int level(String text) throws IptablesException {
    long number = text.equals("panic") ? 0 : LEVELS.indexOf(text);
    number = number < 0 ? Values.number(text) : number;
    if (number < 0 || number >= LEVELS.size()) {
      throw IptablesException.parameter("log level \"" + text + "\" unknown\n");
    }
    return (int) number;
  }

  @Override
  public void save(StringBuilder to) {
    if (!prefix.isEmpty()) {
      to.append(" --log-prefix ").append(Quoting.quoted(prefix));
    }
    if (level != WARNING) {
      to.append(" --log-level ").append(level);
    }
    flags(to, " --log-");
  }

  private void flags(StringBuilder to, String before) {
    FLAGS.forEach((name, bit) -> to.append((flags & bit) != 0 ? before + name : ""));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" LOG");
    if (numeric) {
      to.append(" flags ").append(flags).append(" level ").append(level);
    } else {
      to.append(" level ").append(SHOWN.get(level));
      flags(to, " ");
    }
    if (!prefix.isEmpty()) {
      to.append(" prefix \"").append(prefix).append('"');
    }
  }

  @Override
  public Target compile() {
    return new LogTarget(context.stack().netfilter().log(), level, prefix, flags);
  }
}
