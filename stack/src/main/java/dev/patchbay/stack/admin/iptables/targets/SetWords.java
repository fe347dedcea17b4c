package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SetReference;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.ipset.SetOptions;
import dev.patchbay.stack.netfilter.ipset.SetTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code SET}: adds the packet's parts to a set, takes them out, or gives it a set's mark. */
public final class SetWords extends TargetExtension {
  private static final long NONE = 0xffff_ffffL;

  /** Seconds that Linux can count ({@code UINT_MAX / MSEC_PER_SEC}). */
  private static final long MOST_TIMEOUT = NONE / 1000;

  private final Context context;
  private @Nullable SetReference added;
  private @Nullable SetReference deleted;
  private @Nullable SetReference mapped;
  private boolean exist;
  private long timeout = NONE;
  private final Set<SetTarget.Map> maps = EnumSet.noneOf(SetTarget.Map.class);

  public SetWords(Context context) {
    super("SET");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("add-set", 2, false),
        new Option("del-set", 2, false),
        new Option("map-set", 2, false),
        Option.flag("exist"),
        Option.of("timeout"),
        Option.flag("map-mark"),
        Option.flag("map-prio"),
        Option.flag("map-queue"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "add-set" -> added = reference(added, option, value);
      case "del-set" -> deleted = reference(deleted, option, value);
      case "map-set" -> mapped = reference(mapped, option, value);
      case "exist" -> exist = true;
      case "timeout" -> {
        timeout = Values.number(value);
        if (timeout < 0 || timeout == NONE) {
          throw IptablesException.parameter(
              "Invalid value for option --timeout or out of range 0-" + (NONE - 1));
        }
      }
      case "map-mark" -> maps.add(SetTarget.Map.MARK);
      case "map-prio" -> maps.add(SetTarget.Map.PRIORITY);
      default -> maps.add(SetTarget.Map.QUEUE);
    }
  }

  private SetReference reference(@Nullable SetReference before, String option, String value)
      throws IptablesException {
    if (before != null) {
      throw IptablesException.parameter("--" + option + " can be specified only once");
    }
    return SetReference.parse(option, value, context);
  }

  private static String word(SetTarget.Map map) {
    return switch (map) {
      case PRIORITY -> "map-prio";
      default -> "map-" + map.name().toLowerCase(Locale.ROOT);
    };
  }

  @Override
  public void check() throws IptablesException {
    if (added == null && deleted == null && mapped == null) {
      throw IptablesException.parameter(
          "You must specify either `--add-set' or `--del-set' or `--map-set'");
    }
    if (added == null && exist) {
      throw IptablesException.parameter("Flag `--exist' can be used with `--add-set' only");
    }
    if (added == null && timeout != NONE) {
      throw IptablesException.parameter("Option `--timeout' can be used with `--add-set' only");
    }
    for (SetTarget.Map map : maps) {
      if (mapped == null) {
        throw IptablesException.parameter(
            "Flag `--" + word(map) + "' can be used with `--map-set' only");
      }
    }
    if (mapped != null && maps.isEmpty()) {
      throw IptablesException.parameter(
          "You must specify flags `--map-mark' or '--map-prio` or `--map-queue'");
    }
  }

  private void print(StringBuilder to, String dashes) {
    set(to, dashes + "add-set ", added);
    to.append(exist ? " " + dashes + "exist" : "");
    if (timeout != NONE) {
      to.append(' ').append(dashes).append("timeout ").append(timeout);
    }
    set(to, dashes + "del-set ", deleted);
    set(to, dashes + "map-set ", mapped);
    maps.forEach(map -> to.append(' ').append(dashes).append(word(map)));
  }

  private static void set(StringBuilder to, String option, @Nullable SetReference set) {
    if (set != null) {
      to.append(' ').append(option).append(set);
    }
  }

  @Override
  public void save(StringBuilder to) {
    print(to, "--");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    print(to, "");
  }

  @Override
  public Target compile() {
    long seconds = timeout == NONE ? SetOptions.NO_TIMEOUT : Math.min(timeout, MOST_TIMEOUT);
    return new SetTarget(
        added == null ? null : added.query().adding(exist, seconds),
        deleted == null ? null : deleted.query(),
        mapped == null ? null : mapped.query(),
        maps);
  }
}
