package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.MobilityCondition;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code mh} of ip6tables: the type of a mobility header. */
public final class MhMatch extends MatchExtension {
  private static final int PROTOCOL = 135;
  private static final int MOST = 255;

  /** The names of a type at its place; the first is printed. */
  private static final List<List<String>> NAMES =
      List.of(
          List.of("binding-refresh-request", "brr"),
          List.of("home-test-init", "hoti"),
          List.of("careof-test-init", "coti"),
          List.of("home-test", "hot"),
          List.of("careof-test", "cot"),
          List.of("binding-update", "bu"),
          List.of("binding-acknowledgement", "ba"),
          List.of("binding-error", "be"));

  private int low;
  private int high = MOST;
  private boolean taken;
  private boolean inverted;

  public MhMatch() {
    super("mh");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("mh-type"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(!taken, option);
    taken = true;
    inverted = not;
    int colon = value.indexOf(':');
    String first = colon < 0 ? value : value.substring(0, colon);
    String last = colon < 0 ? value : value.substring(colon + 1);
    low = colon >= 0 && first.isEmpty() ? 0 : type(first);
    high = colon >= 0 && last.isEmpty() ? MOST : type(last);
    if (low > high) {
      throw IptablesException.parameter("Invalid MH type range (min > max)");
    }
  }

  /** A whole name, else the first that begins so, else a number. */
  private static int type(String text) throws IptablesException {
    String lower = text.toLowerCase(Locale.ROOT);
    int begins = -1;
    for (int type = 0; type < NAMES.size(); type++) {
      for (String name : NAMES.get(type)) {
        if (name.equals(lower)) {
          return type;
        }
        begins = begins < 0 && name.startsWith(lower) ? type : begins;
      }
    }
    long number = begins >= 0 ? begins : Values.number(text);
    if (number < 0 || number > MOST) {
      throw IptablesException.parameter("Invalid MH type `" + text + "'");
    }
    return (int) number;
  }

  @Override
  public @Nullable String refusal(Place place) {
    return place.protocol() == PROTOCOL ? null : Errno.text(Errno.EINVAL);
  }

  private boolean isAll() {
    return low == 0 && high == MOST && !inverted;
  }

  @Override
  public void save(StringBuilder to) {
    if (!isAll()) {
      to.append(inverted ? " !" : "").append(" --mh-type ").append(low);
      to.append(low == high ? "" : ":" + high);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" mh");
    if (!isAll()) {
      to.append(inverted ? " !" : " ").append(name(low, numeric));
      to.append(low == high ? "" : ":" + name(high, numeric));
    }
  }

  private static String name(int type, boolean numeric) {
    boolean named = !numeric && type < NAMES.size();
    return named ? NAMES.get(type).getFirst() : String.valueOf(type);
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new MobilityCondition(low, high, inverted));
  }
}
