package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.connection.ConnectionMarkTarget;
import dev.patchbay.stack.netfilter.connection.ConnectionMarkTarget.Operation;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code CONNMARK}: changes the connection's mark, or the packet's by it. */
public final class ConnmarkWords extends TargetExtension {
  private static final long ALL = 0xffff_ffffL;
  private static final String MASK = "mask";
  private static final String NF_MASK = "nfmask";
  private static final String CT_MASK = "ctmask";
  private static final String SAVE = "save-mark";
  private static final String RESTORE = "restore-mark";

  /** One of these must be there, and no second one. */
  private static final List<String> OPERATIONS =
      List.of("set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark", SAVE, RESTORE);

  private final Context context;
  private final Set<String> taken = new LinkedHashSet<>();
  private @Nullable Operation operation;
  private long value;
  private long ctMask = ALL;
  private long nfMask = ALL;

  public ConnmarkWords(Context context) {
    super("CONNMARK");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("set-xmark"),
        Option.of("set-mark"),
        Option.of("and-mark"),
        Option.of("or-mark"),
        Option.of("xor-mark"),
        Option.flag(SAVE),
        Option.flag(RESTORE),
        Option.of("left-shift-mark"),
        Option.of("right-shift-mark"),
        Option.of(CT_MASK),
        Option.of(NF_MASK),
        Option.of(MASK));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    if (option.contains("shift")) {
      throw IptablesException.unsupported("--" + option);
    }
    if (!taken.add(option)) {
      throw IptablesException.parameter(
          "CONNMARK: option \"--" + option + "\" can only be used once.\n");
    }
    if (OPERATIONS.contains(option)) {
      for (String other : OPERATIONS) {
        refuse(option, other);
      }
      operate(option, text);
      return;
    }
    refuse(option, option.equals(MASK) ? NF_MASK : MASK);
    refuse(option, option.equals(MASK) ? CT_MASK : MASK);
    long mask = number(option, text);
    if (!option.equals(NF_MASK)) {
      ctMask = mask;
    }
    if (!option.equals(CT_MASK)) {
      nfMask = mask;
    }
  }

  /** Two that do not go together; the later one of them in the table is named first. */
  private void refuse(String option, String other) throws IptablesException {
    if (!option.equals(other) && taken.contains(other)) {
      List<String> order =
          List.of("set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark", SAVE, RESTORE);
      boolean later = order.indexOf(option) <= order.indexOf(other);
      throw IptablesException.parameter(
          "CONNMARK: option \"--%s\" cannot be used together with \"--%s\".\n"
              .formatted(later ? option : other, later ? other : option));
    }
  }

  private static long number(String option, String text) throws IptablesException {
    long number = Values.number(text);
    if (number < 0) {
      throw IptablesException.parameter(
          "CONNMARK: bad integer value for option \"--" + option + "\", or out of range.\n");
    }
    return number;
  }

  private void operate(String option, String text) throws IptablesException {
    if (option.equals(SAVE) || option.equals(RESTORE)) {
      operation = option.equals(SAVE) ? Operation.SAVE : Operation.RESTORE;
      return;
    }
    operation = Operation.SET;
    int slash = option.startsWith("set") ? text.indexOf('/') : -1;
    long number = number(option, slash < 0 ? text : text.substring(0, slash));
    long under = slash < 0 ? ALL : number(option, text.substring(slash + 1));
    value = option.equals("and-mark") ? 0 : number;
    ctMask =
        switch (option) {
          case "set-xmark" -> under;
          case "set-mark" -> under | number;
          case "and-mark" -> ~number & ALL;
          case "or-mark" -> number;
          default -> 0;
        };
  }

  @Override
  public void check() throws IptablesException {
    if (operation == null) {
      throw IptablesException.parameter("CONNMARK target: No operation specified");
    }
  }

  @Override
  public void save(StringBuilder to) {
    if (operation == Operation.SET) {
      to.append(" --set-xmark ").append(Values.hex(value)).append('/').append(Values.hex(ctMask));
    } else {
      to.append(operation == Operation.SAVE ? " --save-mark" : " --restore-mark");
      to.append(" --nfmask ").append(Values.hex(nfMask));
      to.append(" --ctmask ").append(Values.hex(ctMask));
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" CONNMARK ");
    if (operation == Operation.SET) {
      to.append(Values.change(value, ctMask));
      return;
    }
    boolean saves = operation == Operation.SAVE;
    to.append(saves ? "save" : "restore");
    if (nfMask == ctMask) {
      to.append(nfMask == ALL ? "" : " mask " + Values.hex(nfMask));
    } else if (saves) {
      to.append(" nfmask ").append(Values.hex(nfMask));
      to.append(" ctmask ~").append(Values.hex(ctMask));
    } else {
      to.append(" ctmask ").append(Values.hex(ctMask));
      to.append(" nfmask ~").append(Values.hex(nfMask));
    }
  }

  @Override
  public Target compile() {
    return new ConnectionMarkTarget(
        context.stack().netfilter().conntrack(),
        operation == null ? Operation.SET : operation,
        (int) value,
        (int) ctMask,
        (int) nfMask);
  }
}
