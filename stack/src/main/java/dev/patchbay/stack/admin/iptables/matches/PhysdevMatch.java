package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.BridgedCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.DeviceCondition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code physdev}: the bridge ports of a packet. */
public final class PhysdevMatch extends MatchExtension {
  private static final String BRIDGED = "physdev-is-bridged";

  /** What was said, in the order in which it is printed. */
  private static final List<String> ORDER =
      List.of("physdev-is-in", "physdev-in", "physdev-is-out", "physdev-out", BRIDGED);

  /** Options and their values, with {@code !} before these where they are inverted. */
  private final Map<String, String> said = new LinkedHashMap<>();

  public PhysdevMatch() {
    super("physdev");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("physdev-in"),
        Option.inverted("physdev-out"),
        Option.invertedFlag("physdev-is-in"),
        Option.invertedFlag("physdev-is-out"),
        Option.invertedFlag(BRIDGED));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    if (value.length() > 15) {
      throw IptablesException.parameter(
          "physdev: Argument to \"--" + option + "\" must have a length between 0 and 15\n");
    }
    once(!said.containsKey(option), option);
    said.put(option, (inverted ? "!" : "") + value);
  }

  @Override
  public void check() throws IptablesException {
    if (said.isEmpty()) {
      throw IptablesException.parameter("PHYSDEV: no physdev option specified");
    }
  }

  @Override
  public void save(StringBuilder to) {
    for (String option : ORDER) {
      String value = said.get(option);
      if (value != null) {
        boolean not = value.startsWith("!");
        to.append(not ? " !" : "").append(" --").append(option);
        String name = not ? value.substring(1) : value;
        to.append(name.isEmpty() ? "" : " " + name);
      }
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" PHYSDEV match");
    save(to);
  }

  @Override
  public void compile(List<Condition> to) {
    List<Condition> all = new ArrayList<>();
    said.forEach((option, value) -> {
      boolean not = value.startsWith("!");
      String name = not ? value.substring(1) : value;
      boolean any = name.endsWith("+");
      String whole = any ? name.substring(0, name.length() - 1) : name;
      switch (option) {
        case "physdev-in" ->
            all.add(new DeviceCondition(DeviceCondition.Side.PHYSICAL_IN, whole, any, not));
        case "physdev-out" ->
            all.add(new DeviceCondition(DeviceCondition.Side.PHYSICAL_OUT, whole, any, not));
        case "physdev-is-in" -> all.add(new BridgedCondition(BridgedCondition.What.IN, not));
        case "physdev-is-out" -> all.add(new BridgedCondition(BridgedCondition.What.OUT, not));
        default -> all.add(new BridgedCondition(BridgedCondition.What.BRIDGED, not));
      }
    });
    to.addAll(all);
  }
}
