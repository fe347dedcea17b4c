package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.HeadersCondition;
import java.util.ArrayList;
import java.util.List;

/** {@code ipv6header} of ip6tables: which headers a packet has. */
public final class Ipv6headerMatch extends MatchExtension {
  /**
   * A kind of header.
   *
   * @param flag of {@link HeadersCondition}
   * @param name as it is printed
   * @param others by which it is known too, its number among them
   */
  private record Kind(int flag, String name, List<String> others) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(HeadersCondition.HOP_BY_HOP, "hop-by-hop", List.of("hop", "0", "hopopt")),
          new Kind(HeadersCondition.DESTINATION, "ipv6-opts", List.of("dst", "60")),
          new Kind(HeadersCondition.ROUTING, "ipv6-route", List.of("route", "43")),
          new Kind(HeadersCondition.FRAGMENT, "ipv6-frag", List.of("frag", "44")),
          new Kind(HeadersCondition.AH, "ah", List.of("auth", "51")),
          new Kind(HeadersCondition.ESP, "esp", List.of("50")),
          new Kind(HeadersCondition.NONE, "ipv6-nonxt", List.of("none", "59")),
          new Kind(HeadersCondition.TRANSPORT, "protocol", List.of("prot", "255")));

  private int kinds;
  private boolean inverted;
  private boolean soft;

  public Ipv6headerMatch() {
    super("ipv6header");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("header"), Option.flag("soft"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    if (option.equals("soft")) {
      once(!soft, option);
      soft = true;
      return;
    }
    once(kinds == 0, option);
    for (String word : value.split(",")) {
      kinds |= word.isEmpty() ? 0 : kind(word);
    }
    if (kinds == 0) {
      throw IptablesException.parameter("ip6t_ipv6header: cannot parse header names");
    }
    inverted = not;
  }

  private static int kind(String word) throws IptablesException {
    for (Kind kind : KINDS) {
      if (kind.name.equals(word) || kind.others.contains(word)) {
        return kind.flag;
      }
    }
    throw IptablesException.parameter("unknown header `" + word + "' specified");
  }

  @Override
  public void check() throws IptablesException {
    if (kinds == 0) {
      throw missing("header");
    }
  }

  private String names() {
    List<String> names = new ArrayList<>();
    for (Kind kind : KINDS) {
      if ((kinds & kind.flag) != 0) {
        names.add(kind.name);
      }
    }
    return String.join(",", names);
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --header ").append(names());
    to.append(soft ? " --soft" : "");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" ipv6header flags:").append(inverted ? "!" : "");
    to.append(numeric ? "0x%02X".formatted(kinds) : names()).append(soft ? " soft" : "");
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new HeadersCondition(kinds, soft, inverted));
  }
}
