package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.BitsCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.TcpOptionCondition;
import java.util.ArrayList;
import java.util.List;

/** {@code tcp}: ports, flags, an option. */
public final class TcpMatch extends PortMatch {
  private static final List<String> FLAGS = List.of("FIN", "SYN", "RST", "PSH", "ACK", "URG");
  private static final int ALL = 0x3f;
  private static final int SYN_MASK = 0x17;
  private static final int SYN = 0x02;

  private int mask;
  private int value;
  private boolean notFlags;
  private int option;
  private boolean notOption;

  public TcpMatch(Context context) {
    super("tcp", context);
  }

  @Override
  public List<Option> options() {
    List<Option> all = new ArrayList<>(super.options());
    all.add(Option.invertedFlag("syn"));
    all.add(new Option("tcp-flags", 2, true));
    all.add(Option.inverted("tcp-option"));
    return all;
  }

  @Override
  public void take(String name, boolean inverted, String text) throws IptablesException {
    switch (name) {
      case "syn" -> flags(SYN_MASK, SYN, inverted);
      case "tcp-flags" -> {
        int space = text.indexOf(' ');
        flags(flags(text.substring(0, space)), flags(text.substring(space + 1)), inverted);
      }
      case "tcp-option" -> {
        if (option != 0) {
          throw IptablesException.parameter("Only one `--tcp-option' allowed");
        }
        long number = Values.number(text);
        if (number < 1 || number > 255) {
          throw IptablesException.parameter("Bad TCP option \"" + text + "\"");
        }
        option = (int) number;
        notOption = inverted;
      }
      default -> super.take(name, inverted, text);
    }
  }

  private void flags(int newMask, int newValue, boolean inverted) throws IptablesException {
    if (mask != 0) {
      throw IptablesException.parameter("Only one of `--syn' or `--tcp-flags'  allowed");
    }
    mask = newMask;
    value = newValue;
    notFlags = inverted;
  }

  private static int flags(String text) throws IptablesException {
    int flags = 0;
    for (String word : text.split(",")) {
      int at = indexOf(word);
      if (at >= 0) {
        flags |= 1 << at;
      } else if (word.equalsIgnoreCase("ALL")) {
        flags |= ALL;
      } else if (!word.equalsIgnoreCase("NONE") && !word.isEmpty()) {
        throw IptablesException.parameter("Unknown TCP flag `" + word + "'");
      }
    }
    return flags;
  }

  private static int indexOf(String word) {
    for (int i = 0; i < FLAGS.size(); i++) {
      if (FLAGS.get(i).equalsIgnoreCase(word)) {
        return i;
      }
    }
    return -1;
  }

  private static String names(int flags) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < FLAGS.size(); i++) {
      if ((flags & 1 << i) != 0) {
        names.add(FLAGS.get(i));
      }
    }
    return names.isEmpty() ? "NONE" : String.join(",", names);
  }

  @Override
  public void save(StringBuilder to) {
    super.save(to);
    if (option != 0) {
      to.append(notOption ? " !" : "").append(" --tcp-option ").append(option);
    }
    if (mask != 0 || notFlags) {
      to.append(notFlags ? " !" : "").append(" --tcp-flags ");
      to.append(names(mask)).append(' ').append(names(value));
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    super.list(to, numeric);
    if (option != 0) {
      to.append(" option=").append(notOption ? "!" : "").append(option);
    }
    if (mask != 0 || notFlags) {
      to.append(" flags:").append(notFlags ? "!" : "");
      if (numeric) {
        to.append("0x%02X/0x%02X".formatted(mask, value));
      } else {
        to.append(names(mask)).append('/').append(names(value));
      }
    }
  }

  @Override
  boolean isWhole() {
    return option != 0 || hasNoPorts() && mask == 0 && !notFlags;
  }

  @Override
  public void compile(List<Condition> to) {
    super.compile(to);
    if (mask != 0 || notFlags) {
      to.add(new BitsCondition(Field.TCP_FLAGS, mask, value, notFlags));
    }
    if (option != 0) {
      to.add(new TcpOptionCondition(option, notOption));
    }
  }
}
