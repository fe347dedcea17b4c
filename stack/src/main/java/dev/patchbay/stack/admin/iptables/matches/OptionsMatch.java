package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.NumberRange;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.OptionsCondition;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code hbh} and {@code dst} of ip6tables: headers of options. */
public final class OptionsMatch extends MatchExtension {
  /** {@code IP6T_OPTS_OPTSNR}. */
  private static final int MOST = 16;

  /** A length of 255 stands for any. */
  private static final int ANY_LENGTH = 255;

  /** A type of option with the length of its data. */
  private record Wanted(int type, int length) {
    @Override
    public String toString() {
      return length == ANY_LENGTH ? String.valueOf(type) : type + ":" + length;
    }
  }

  private long length = OptionsCondition.ANY;
  private boolean notLength;
  private final List<Wanted> wanted = new ArrayList<>();

  /** A match; {@code name} is {@code hbh} or {@code dst}. */
  public OptionsMatch(String name) {
    super(name);
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted(name() + "-len"), Option.of(name() + "-opts"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    if (option.endsWith("len")) {
      once(length == OptionsCondition.ANY, option);
      length = number(option, value, 0, NumberRange.MOST);
      notLength = inverted;
      return;
    }
    once(wanted.isEmpty(), option);
    String[] words = value.split(",", -1);
    for (int i = 0; i < Math.min(words.length, MOST); i++) {
      wanted.add(wanted(words[i], i == MOST - 1));
    }
    if (words.length > MOST) {
      throw IptablesException.parameter("too many addresses specified");
    }
  }

  private Wanted wanted(String word, boolean last) throws IptablesException {
    int colon = word.indexOf(':');
    if (colon >= 0 && last) {
      throw IptablesException.parameter("too many ports specified");
    }
    int type = octet(colon < 0 ? word : word.substring(0, colon), "opt");
    if (colon < 0) {
      return new Wanted(type, ANY_LENGTH);
    }
    if (type == 0) {
      String not = name().equals("hbh") ? "has not" : "hasn't";
      throw IptablesException.parameter("PAD0 " + not + " got length");
    }
    return new Wanted(type, octet(word.substring(colon + 1), "length"));
  }

  /** The last eight bits of a number. */
  private int octet(String text, String what) throws IptablesException {
    long number = Values.number(text);
    if (number < 0) {
      boolean digit = !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9';
      String why = digit ? "error parsing " : "no valid digits in ";
      throw IptablesException.parameter(name() + ": " + why + what + " `" + text + "'");
    }
    return (int) number & 0xff;
  }

  private String wanted() {
    return wanted.stream().map(Wanted::toString).collect(Collectors.joining(","));
  }

  @Override
  public void save(StringBuilder to) {
    if (length != OptionsCondition.ANY) {
      to.append(notLength ? " !" : "").append(" --").append(name()).append("-len ").append(length);
    }
    if (!wanted.isEmpty()) {
      to.append(" --").append(name()).append("-opts ").append(wanted());
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(' ').append(name());
    if (length != OptionsCondition.ANY) {
      to.append(" length:").append(notLength ? "!" : "").append(length);
    }
    if (!wanted.isEmpty()) {
      to.append(" opts ").append(wanted());
    }
  }

  @Override
  public void compile(List<Condition> to) {
    int header = name().equals("hbh") ? IpProtocol.HOP_BY_HOP : IpProtocol.DESTINATION;
    int[] types = wanted.stream().mapToInt(Wanted::type).toArray();
    int[] lengths =
        wanted.stream()
            .mapToInt(one -> one.length == ANY_LENGTH ? OptionsCondition.ANY : one.length)
            .toArray();
    to.add(new OptionsCondition(header, length, notLength, types, lengths));
  }
}
