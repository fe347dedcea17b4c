package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.Template;
import dev.patchbay.stack.netfilter.connection.TrackingTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code CT}: how a packet's connection is to be tracked, or that it is not to be. */
public final class CtWords extends TargetExtension {
  private static final String NOTRACK = "notrack";
  private static final String HELPER = "helper";
  private static final String CONNECTION_EVENTS = "ctevents";
  private static final String EXPECTATION_EVENTS = "expevents";
  private static final String TIMEOUT = "timeout";
  private static final String BY_MARK = "mark";

  private static final int BOTH = 3;
  private static final int NONE = 0;

  /** Their bits, in the order in which they are printed ({@code enum ip_conntrack_events}). */
  private static final Map<String, Integer> EVENTS = new LinkedHashMap<>();

  private static final Map<String, Integer> EXPECTATIONS = Map.of("new", 1);

  static {
    int bit = 1;
    for (String name :
        List.of(
            "new",
            "related",
            "destroy",
            "reply",
            "assured",
            "protoinfo",
            "helper",
            "mark",
            "natseqinfo",
            "secmark")) {
      EVENTS.put(name, bit);
      bit <<= 1;
    }
  }

  private final Context context;
  private final IntSupplier protocol;
  private final Set<String> taken = new HashSet<>();
  private String helperName = "";
  private @Nullable Helper helper;
  private int zone;
  private boolean zoneByMark;
  private String zoneOption = "";
  private int events;
  private int expectations;

  /**
   * A target.
   *
   * @param protocol tells the rule's, 0 where it has none or excludes one
   */
  public CtWords(Context context, IntSupplier protocol) {
    super("CT");
    this.context = context;
    this.protocol = protocol;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.flag(NOTRACK),
        Option.of(HELPER),
        Option.of(TIMEOUT),
        Option.of(CONNECTION_EVENTS),
        Option.of(EXPECTATION_EVENTS),
        Option.of("zone"),
        Option.of("zone-orig"),
        Option.of("zone-reply"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    if (!option.startsWith("zone") && !taken.add(option)) {
      throw IptablesException.parameter("CT: option \"--" + option + "\" can only be used once.\n");
    }
    switch (option) {
      case NOTRACK -> {
        // there is no more to say
      }
      case HELPER -> helperName = text;
      case TIMEOUT -> throw IptablesException.unsupported("--timeout");
      case CONNECTION_EVENTS -> events = events(EVENTS, text);
      case EXPECTATION_EVENTS -> expectations = events(EXPECTATIONS, text);
      default -> {
        zoneOption = option;
        zoneByMark = text.equals(BY_MARK);
        zone = zoneByMark ? 0 : zone(text);
      }
    }
  }

  /** A helper is looked for when the rule's protocol is known. */
  @Override
  public void check() throws IptablesException {
    if (taken.contains(HELPER)) {
      helper =
          context.stack().netfilter().conntrack().helpers().find(helperName, protocol.getAsInt());
      if (helper == null) {
        throw IptablesException.unsupported("helper " + helperName);
      }
    }
  }

  private static int zone(String text) throws IptablesException {
    long number = Values.number(text);
    if (number < 0 || number > 0xffff) {
      throw IptablesException.parameter("Cannot parse " + text + " as a zone ID");
    }
    return (int) number;
  }

  private static int events(Map<String, Integer> names, String text) throws IptablesException {
    int bits = 0;
    for (String word : text.split(",", -1)) {
      Integer bit = names.get(word);
      if (bit == null) {
        throw IptablesException.parameter("Unknown event type \"" + word + "\"");
      }
      bits |= bit;
    }
    return bits;
  }

  private static String text(Map<String, Integer> names, int bits) {
    return names.entrySet().stream()
        .filter(entry -> (bits & entry.getValue()) != 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(","));
  }

  @Override
  public void save(StringBuilder to) {
    print(to, " --");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" CT");
    print(to, " ");
  }

  private void print(StringBuilder to, String before) {
    if (taken.contains(NOTRACK)) {
      to.append(before).append(NOTRACK);
    }
    if (helper != null) {
      to.append(before).append(HELPER).append(' ').append(Quoting.quoted(helper.name()));
    }
    if (events != 0) {
      to.append(before).append(CONNECTION_EVENTS).append(' ').append(text(EVENTS, events));
    }
    if (expectations != 0) {
      to.append(before).append(EXPECTATION_EVENTS).append(' ');
      to.append(text(EXPECTATIONS, expectations));
    }
    if (zoneByMark) {
      to.append(before).append(zoneOption).append(" mark");
    } else if (zone != 0) {
      to.append(before).append(zoneOption).append(' ').append(zone);
    }
  }

  @Override
  public Target compile() {
    if (taken.contains(NOTRACK)) {
      return TrackingTarget.none();
    }
    boolean all = events == NONE && expectations == NONE;
    int directions =
        switch (zoneOption) {
          case "zone-orig" -> 1;
          case "zone-reply" -> 2;
          default -> BOTH;
        };
    return TrackingTarget.of(
        new Template(zone, directions, helper, all ? -1 : events, all ? -1 : expectations),
        zoneByMark);
  }
}
