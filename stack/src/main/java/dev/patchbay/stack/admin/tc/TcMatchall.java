package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.MatchallFilter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words of {@code matchall} ({@code f_matchall.c}). */
final class TcMatchall implements TcFilterKind {
  private static final String USAGE =
      "Usage: ... matchall [ action ACTION_SPEC ] [ classid CLASSID ]";
  private static final Pattern NUMBER = Pattern.compile("[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)");

  @Override
  public Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
      throws RefusedException {
    int id = handle == null ? 0 : number(handle);
    if (!args.hasWord()) {
      return new Wish(id, null);
    }
    MatchallFilter filter = new MatchallFilter();
    while (args.hasWord()) {
      String word = args.word();
      TcFilterKind.refuseOffload(word);
      if (IpOptions.matches(word, "classid") || word.equals("flowid")) {
        TcFilterKind.classId(args, filter);
      } else if (IpOptions.matches(word, "action")) {
        args.argument();
        filter.actions(new TcActions(stack, args, "Illegal \"action\"").parse());
      } else if (word.equals("help")) {
        throw TcArgs.wrong(USAGE);
      } else {
        throw TcArgs.wrong("What is \"" + word + "\"?\n" + USAGE);
      }
    }
    return new Wish(id, filter);
  }

  /** {@code strtol}: what is no number is 0. */
  private static int number(String word) throws RefusedException {
    Matcher matcher = NUMBER.matcher(word);
    if (!matcher.lookingAt()) {
      return 0;
    }
    long value = TcUnits.integer(matcher.group(), 0, Long.MIN_VALUE);
    if (value == Long.MIN_VALUE) {
      throw TcArgs.wrong("Illegal handle \"" + word + "\", must be numeric.");
    }
    return (int) value;
  }

  @Override
  public void print(Filter filter, FilterGroup group, TcOut out, TcOptions options) {
    String handle = Integer.toHexString(filter.handle());
    out.any("handle", Integer.toUnsignedLong(filter.handle()), "handle 0x" + handle + " ");
    if (filter.namesClass()) {
      String id = TcId.text(filter.classId());
      out.any("flowid", id, "flowid " + id + " ");
    }
    out.any("not_in_hw", true, "\n  not_in_hw");
    if (options.statistics() && filter instanceof MatchallFilter all) {
      out.any("rule_hit", all.hits(), " (rule hit " + all.hits() + ")");
    }
  }
}
