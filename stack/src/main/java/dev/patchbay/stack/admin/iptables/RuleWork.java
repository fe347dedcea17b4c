package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Netfilter;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.TableSet;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.targets.Verdict;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One command in three steps, so that one with many rules does not hold up the loop: {@link #begin}
 * and {@link #finish} are of the loop and short, {@link #compile} may be run on another thread
 * between them: it reads the tables as they were at the begin and makes new ones, which are put in
 * place at the end in one step, if those that they were made of are still there.
 */
public final class RuleWork {
  /** Characters of a file from which on it is much. */
  private static final int MUCH_TEXT = 1 << 14;

  /** Rules of a family from which on any command is much: some build a chain's index anew. */
  private static final int MANY_RULES = 500;

  /** The match {@code set} or the target {@code SET}, whatever stands around it. */
  private static final Pattern SET =
      Pattern.compile("(?:^|[\\s=\"']|-m|-j)(?:set|SET)(?:[\\s\"']|$)");

  private final Context context;
  private final String program;
  private final List<String> argv;
  private final String stdin;
  private @Nullable TableSet tables;
  private long date;
  private List<Table> made = List.of();
  private Result result = new Result(0, "", "");
  private String warning = "";

  /** What the words are told of all the same: whole lines. */
  private String said = "";

  RuleWork(Context context, String program, List<String> argv, String stdin) {
    this.context = context;
    this.program = program;
    this.argv = argv;
    this.stdin = stdin;
  }

  Context context() {
    return context;
  }

  String program() {
    return program;
  }

  List<String> argv() {
    return argv;
  }

  String stdin() {
    return stdin;
  }

  /** The tables at the begin. */
  TableSet tables() {
    TableSet there = tables;
    if (there == null) {
      throw new IllegalStateException("not begun");
    }
    return there;
  }

  /** When they were so, ns since 1970. */
  long date() {
    return date;
  }

  /** Tells of something that is done all the same: whole lines. */
  void say(String lines) {
    said = lines;
  }

  /** The tables that are to be put in place. */
  void made(List<Table> all) {
    made = all;
  }

  /** Takes the tables as they are. On the loop; also once more, where {@link #finish} says so. */
  public void begin() {
    tables = context.stack().netfilter().family(context.v4()).set();
    date = context.stack().loop().wallTime();
    made = List.of();
  }

  /** Whether it may take longer than a turn of the loop should. On the loop, after the begin. */
  public boolean isBig() {
    boolean much = stdin.length() > MUCH_TEXT || tables().size() > MANY_RULES;
    return much && !namesSets();
  }

  /**
   * Whether a rule may name a set of {@code ipset}: those are of the loop alone, and must not go
   * before the rule is in place, so that it is compiled there, however long that takes.
   */
  private boolean namesSets() {
    return SET.matcher(stdin).find() || SET.matcher(String.join(" ", argv)).find();
  }

  /** Does what takes time. On any thread, after {@link #begin}, one at a time. */
  public void compile() {
    try {
      said = "";
      String shown = IptablesCommand.carryOut(this);
      result = new Result(0, shown, said);
    } catch (IptablesException e) {
      result = IptablesCommand.failed(program, e);
    } catch (RefusedException e) {
      result = new Result(1, "", e.getMessage() + "\n");
    }
  }

  /**
   * Puts the new tables in place, if there are any. On the loop.
   *
   * @return what was said; null where others have changed the tables meanwhile: then nothing has
   *     happened, and it is to be begun once more
   */
  public @Nullable Result finish() {
    if (made.isEmpty()) {
      return result;
    }
    NetworkStack stack = context.stack();
    Netfilter netfilter = stack.netfilter();
    if (!tables().isStill(netfilter.family(context.v4()))) {
      return null;
    }
    boolean differed = differ(netfilter);
    netfilter.family(context.v4()).replace(made);
    made = List.of();
    warning = !differed && differ(netfilter) ? warning(netfilter) : "";
    return result;
  }

  /**
   * What the user should hear beside the result, which iptables does not say: a line, or empty. Of
   * the command alone that has made it so.
   */
  public String warning() {
    return warning;
  }

  private static Verdict forwards(Netfilter netfilter, boolean v4) {
    Table table = netfilter.family(v4).table(TableKind.FILTER);
    Chain chain = table == null ? null : table.chain(Hook.FORWARD.name());
    return chain == null ? Verdict.ACCEPT : chain.policy();
  }

  /** Whether one family's FORWARD lets by what no rule says of, and the other's does not. */
  private static boolean differ(Netfilter netfilter) {
    return forwards(netfilter, true) != forwards(netfilter, false);
  }

  private static String warning(Netfilter netfilter) {
    boolean drops4 = forwards(netfilter, true) == Verdict.DROP;
    return "the policy of FORWARD is DROP for %s, but ACCEPT for %s"
        .formatted(drops4 ? "IPv4" : "IPv6", drops4 ? "IPv6" : "IPv4");
  }
}
