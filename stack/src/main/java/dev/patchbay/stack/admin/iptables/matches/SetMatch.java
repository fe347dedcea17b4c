package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SetReference;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.ipset.PacketQuery;
import dev.patchbay.stack.netfilter.ipset.PacketQuery.Comparison;
import dev.patchbay.stack.netfilter.ipset.SetCondition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code set}: the packet's parts are in a set. */
public final class SetMatch extends MatchExtension {
  /** A counter that is asked for. */
  private static final class Asked {
    final String name;
    Comparison how = Comparison.NONE;
    long value;

    Asked(String name) {
      this.name = name;
    }

    void take(String option, boolean inverted, String text) throws IptablesException {
      if (how != Comparison.NONE) {
        throw IptablesException.parameter("only one of the --" + name + "-[eq|lt|gt] is allowed");
      }
      String kind = option.substring(option.length() - 2);
      if (inverted && !kind.equals("eq")) {
        throw IptablesException.parameter("--" + option + " option cannot be inverted");
      }
      how =
          switch (kind) {
            case "lt" -> Comparison.LESS;
            case "gt" -> Comparison.GREATER;
            default -> inverted ? Comparison.NOT_EQUAL : Comparison.EQUAL;
          };
      value = counter(text);
    }

    void print(StringBuilder to, String dashes) {
      String kind =
          switch (how) {
            case NONE -> "";
            case LESS -> "-lt ";
            case GREATER -> "-gt ";
            default -> "-eq ";
          };
      if (how != Comparison.NONE) {
        to.append(how == Comparison.NOT_EQUAL ? " !" : "").append(' ').append(dashes);
        to.append(name).append(kind).append(Long.toUnsignedString(value));
      }
    }

    /** 64 bits without sign, with base 0. */
    private static long counter(String text) throws IptablesException {
      try {
        boolean hex = text.startsWith("0x") || text.startsWith("0X");
        boolean octal = !hex && text.length() > 1 && text.startsWith("0");
        String digits = hex ? text.substring(2) : text;
        if (!digits.isEmpty() && Character.isLetterOrDigit(digits.charAt(0))) {
          return Long.parseUnsignedLong(digits, hex ? 16 : octal ? 8 : 10);
        }
      } catch (NumberFormatException e) {
        // as where it begins otherwise
      }
      throw IptablesException.parameter("Cannot parse " + text + " as a counter value");
    }
  }

  private final Context context;
  private @Nullable SetReference reference;
  private boolean not;
  private boolean returnsNoMatch;
  private boolean skipsCounters;
  private boolean skipsSubcounters;
  private final Asked packets = new Asked("packets");
  private final Asked bytes = new Asked("bytes");

  public SetMatch(Context context) {
    super("set");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("match-set", 2, true),
        new Option("set", 2, true),
        Option.invertedFlag("return-nomatch"),
        Option.invertedFlag("update-counters"),
        Option.invertedFlag("update-subcounters"),
        Option.inverted("packets-eq"),
        Option.inverted("packets-lt"),
        Option.inverted("packets-gt"),
        Option.inverted("bytes-eq"),
        Option.inverted("bytes-lt"),
        Option.inverted("bytes-gt"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "match-set" -> {
        if (reference != null) {
          throw IptablesException.parameter("--match-set can be specified only once");
        }
        reference = SetReference.parse(option, value, context);
        not = inverted;
      }
      case "return-nomatch" -> {
        if (inverted) {
          throw IptablesException.parameter("--return-nomatch flag cannot be inverted");
        }
        returnsNoMatch = true;
      }
      // without ! both say what is done anyway
      case "update-counters" -> skipsCounters |= inverted;
      case "update-subcounters" -> skipsSubcounters |= inverted;
      case "set" -> throw IptablesException.unsupported("match set: --set");
      default -> (option.startsWith("packets") ? packets : bytes).take(option, inverted, value);
    }
  }

  @Override
  public void check() throws IptablesException {
    if (reference == null) {
      throw IptablesException.parameter("You must specify `--match-set' with proper arguments");
    }
  }

  private void print(StringBuilder to, String dashes) {
    to.append(not ? " !" : "").append(' ').append(dashes).append("match-set ").append(reference);
    to.append(returnsNoMatch ? " " + dashes + "return-nomatch" : "");
    to.append(skipsCounters ? " ! " + dashes + "update-counters" : "");
    to.append(skipsSubcounters ? " ! " + dashes + "update-subcounters" : "");
    packets.print(to, dashes);
    bytes.print(to, dashes);
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
  public void compile(List<Condition> to) {
    SetReference of = reference;
    if (of != null) {
      PacketQuery query =
          of.query()
              .counters(packets.how, packets.value, bytes.how, bytes.value)
              .flags(skipsCounters, skipsSubcounters, returnsNoMatch);
      to.add(new SetCondition(query, not));
    }
  }
}
