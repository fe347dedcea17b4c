package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.NumberRange;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.RoutingCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code rt} of ip6tables: the routing header. */
public final class RtMatch extends MatchExtension {
  /** {@code IP6T_RT_HOPS}. */
  private static final int MOST = 16;

  private long type = RoutingCondition.ANY;
  private boolean notType;
  private NumberRange segments = NumberRange.ALL;
  private boolean hasSegments;
  private boolean notSegments;
  private long length = RoutingCondition.ANY;
  private boolean notLength;
  private boolean reserved;
  private boolean among;
  private final List<IpAddress> addresses = new ArrayList<>();

  public RtMatch() {
    super("rt");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("rt-type"),
        Option.inverted("rt-segsleft"),
        Option.inverted("rt-len"),
        Option.flag("rt-0-res"),
        Option.of("rt-0-addrs"),
        Option.flag("rt-0-not-strict"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "rt-type" -> {
        once(type == RoutingCondition.ANY, option);
        type = number(option, value, 0, NumberRange.MOST);
        notType = inverted;
      }
      case "rt-segsleft" -> {
        once(!hasSegments, option);
        segments = NumberRange.parse(name(), option, value);
        hasSegments = true;
        notSegments = inverted;
      }
      case "rt-len" -> {
        once(length == RoutingCondition.ANY, option);
        length = number(option, value, 0, NumberRange.MOST);
        notLength = inverted;
      }
      case "rt-0-res" -> {
        once(!reserved, option);
        ofType0(option);
        reserved = true;
      }
      case "rt-0-addrs" -> {
        once(addresses.isEmpty(), option);
        ofType0(option);
        takeAddresses(value);
      }
      default -> {
        once(!among, option);
        if (addresses.isEmpty()) {
          throw IptablesException.parameter(
              "`--rt-0-addr ...' required before `--rt-0-not-strict'");
        }
        among = true;
      }
    }
  }

  private void ofType0(String option) throws IptablesException {
    if (type != 0 || notType) {
      throw IptablesException.parameter("`--rt-type 0' required before `--" + option + "'");
    }
  }

  private void takeAddresses(String text) throws IptablesException {
    String[] words = text.split(",", -1);
    for (int i = 0; i < Math.min(words.length, MOST); i++) {
      addresses.add(address(words[i]));
    }
    if (words.length > MOST) {
      throw IptablesException.parameter("too many addresses specified");
    }
  }

  private static IpAddress address(String text) throws IptablesException {
    try {
      IpAddress address = IpAddress.parse(text);
      if (!address.isV4()) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw IptablesException.parameter("bad address: " + text);
  }

  private String addresses() {
    return addresses.stream().map(IpAddress::toString).collect(Collectors.joining(","));
  }

  @Override
  public void save(StringBuilder to) {
    if (type != RoutingCondition.ANY) {
      to.append(notType ? " !" : "").append(" --rt-type ").append(type);
    }
    // 1.8.9 prints no range that is all numbers, inverted or not
    if (!segments.isAll()) {
      to.append(notSegments ? " !" : "").append(" --rt-segsleft ").append(segments);
    }
    if (length != RoutingCondition.ANY) {
      to.append(notLength ? " !" : "").append(" --rt-len ").append(length);
    }
    to.append(reserved ? " --rt-0-res" : "");
    to.append(addresses.isEmpty() ? "" : " --rt-0-addrs " + addresses());
    to.append(among ? " --rt-0-not-strict" : "");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" rt");
    if (type != RoutingCondition.ANY) {
      to.append(" type:").append(notType ? "!" : "").append(type);
    }
    if (!segments.isAll() || notSegments) {
      to.append(segments.low() == segments.high() ? " segsleft:" : " segslefts:");
      to.append(notSegments ? "!" : "").append(segments);
    }
    if (length != RoutingCondition.ANY) {
      to.append(" length:").append(notLength ? "!" : "").append(length);
    }
    to.append(reserved ? " reserved" : "");
    to.append(addresses.isEmpty() ? "" : " 0-addrs " + addresses());
    to.append(among ? " 0-not-strict" : "");
  }

  @Override
  public void compile(List<Condition> to) {
    RoutingCondition.Header header =
        new RoutingCondition.Header(
            type,
            notType,
            segments.low(),
            segments.high(),
            notSegments,
            length,
            notLength,
            reserved);
    RoutingCondition.Addresses how =
        addresses.isEmpty()
            ? RoutingCondition.Addresses.NONE
            : among ? RoutingCondition.Addresses.AMONG : RoutingCondition.Addresses.STRICT;
    long[] halves = new long[2 * addresses.size()];
    for (int i = 0; i < addresses.size(); i++) {
      halves[2 * i] = addresses.get(i).hi();
      halves[2 * i + 1] = addresses.get(i).lo();
    }
    to.add(new RoutingCondition(header, how, halves));
  }
}
