package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.NflogTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;

/**
 * {@code NFLOG}: shows the packet to the captures of a group. The threshold says after how many
 * packets they are told; here they are told at the end of each turn of the loop.
 */
public final class NflogWords extends TargetExtension {
  private static final int MOST_PREFIX = 127;
  private static final long MOST = 0xffff_ffffL;

  private final Context context;
  private int group;
  private int threshold;
  private long size = -1;
  private String prefix = "";

  public NflogWords(Context context) {
    super("NFLOG");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("nflog-group"),
        Option.of("nflog-prefix"),
        Option.of("nflog-range"),
        Option.of("nflog-size"),
        Option.of("nflog-threshold"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    once(option);
    switch (option) {
      case "nflog-group" -> group = (int) number(option, value, 0, 0xffff);
      case "nflog-prefix" -> {
        if (value.indexOf('\n') >= 0) {
          throw IptablesException.parameter("Newlines not allowed in --log-prefix");
        }
        prefix = text(value, MOST_PREFIX);
      }
      case "nflog-range" -> number(option, value, 0, MOST);
      case "nflog-size" -> size = number(option, value, 0, MOST);
      default -> threshold = (int) number(option, value, 0, 0xffff);
    }
  }

  @Override
  public void check() throws IptablesException {
    apart("nflog-range", "nflog-size");
  }

  @Override
  public String warning() {
    return has("nflog-range")
        ? "warn: --nflog-range has never worked and is no longer supported,"
            + " please use --nflog-size instead\n"
        : "";
  }

  private void write(StringBuilder to, String before) {
    if (!prefix.isEmpty()) {
      to.append(before).append("nflog-prefix ").append(Quoting.quoted(prefix));
    }
    if (group != 0) {
      to.append(before).append("nflog-group ").append(group);
    }
    if (size >= 0) {
      to.append(before).append("nflog-size ").append(size);
    }
    if (threshold != 0) {
      to.append(before).append("nflog-threshold ").append(threshold);
    }
  }

  @Override
  public void save(StringBuilder to) {
    write(to, " --");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    write(to, " ");
  }

  @Override
  public Target compile() {
    return new NflogTarget(context.stack().netfilter().logGroups(), group, prefix, size);
  }
}
