package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Action;
import dev.patchbay.stack.classifier.GactAction;
import dev.patchbay.stack.classifier.MirredAction;
import dev.patchbay.stack.classifier.SkbeditAction;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.classifier.VlanAction;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the actions of a filter ({@code parse_action} of {@code m_action.c}). */
final class TcActions {
  private static final List<String> NOT_HERE =
      List.of(
          "bpf",
          "connmark",
          "csum",
          "ct",
          "ctinfo",
          "gate",
          "ife",
          "ipt",
          "mpls",
          "nat",
          "pedit",
          "police",
          "sample",
          "simple",
          "skbmod",
          "tunnel_key",
          "xt");

  /** Words that end the actions: {@code new_cmd}. */
  private static final List<String> COMMANDS = List.of("change", "replace", "delete", "get", "add");

  /** In the order in which abbreviations are looked up. */
  private static final List<Map.Entry<String, Integer>> CONTROLS =
      List.of(
          Map.entry("continue", Verdict.UNSPECIFIED),
          Map.entry("drop", Verdict.SHOT),
          Map.entry("shot", Verdict.SHOT),
          Map.entry("pass", Verdict.OK),
          Map.entry("ok", Verdict.OK),
          Map.entry("reclassify", Verdict.RECLASSIFY),
          Map.entry("pipe", Verdict.PIPE));

  private static final List<String> CONTROLS_NOT_HERE = List.of("goto", "jump", "trap");
  private static final List<String> SUFFIXES =
      List.of("cookie", "hw_stats", "no_percpu", "skip_sw", "skip_hw");
  private static final long MAX = 0xffff_ffffL;
  private static final String GACT_USAGE =
      """
      Usage: ... gact <ACTION>
      Where: ACTION := reclassify | drop | continue | pass | pipe\
      """;
  private static final String SKBEDIT_USAGE =
      "Usage: ... skbedit [ priority PRIORITY ] [ mark MARK[/MASK] ] [ CONTROL ]";
  private static final String VLAN_USAGE =
      """
      Usage: vlan pop [CONTROL]
             vlan push [ protocol VLANPROTO ] id VLANID [ priority VLANPRIO ] [CONTROL]
             vlan modify [ protocol VLANPROTO ] id VLANID [ priority VLANPRIO ] [CONTROL]\
      """;

  private final NetworkStack stack;
  private final TcArgs args;
  private final String illegal;

  /**
   * @param args at the word behind {@code action}
   * @param illegal what the filter says at last where an action is wrong
   */
  TcActions(NetworkStack stack, TcArgs args, String illegal) {
    this.stack = stack;
    this.args = args;
    this.illegal = illegal;
  }

  /** What an action says that cannot be read: more is said behind it. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message, null, false, false);
    }
  }

  /** Reads one action behind the other. */
  List<Action> parse() throws RefusedException {
    List<Action> actions = new ArrayList<>();
    boolean expected = false;
    while (args.hasWord() && !ends(args.word())) {
      if (args.word().equals("action")) {
        args.advance();
        expected = true;
        continue;
      }
      if (args.word().equals("help")) {
        throw TcArgs.wrong(illegal);
      }
      expected = false;
      String left = args.left() + ":" + args.word();
      try {
        actions.add(action(args.word()));
      } catch (Unreadable e) {
        throw bad(e.getMessage() + "\nbad action parsing", left);
      }
      if (args.hasWord() && SUFFIXES.contains(args.word())) {
        throw TcArgs.notHere("tc filter … action … " + args.word());
      }
    }
    if (expected) {
      throw bad(
          "bad action empty 1", args.hasWord() ? args.left() + ":" + args.word() : "0:(null)");
    }
    return actions;
  }

  private RefusedException bad(String what, String at) {
    return TcArgs.wrong(what + "\nparse_action: bad value (" + at + ")!\n" + illegal);
  }

  private static boolean ends(String word) {
    return word.equals("flowid")
        || word.equals("classid")
        || COMMANDS.stream().anyMatch(command -> IpOptions.matches(word, command));
  }

  private Action action(String word) throws RefusedException, Unreadable {
    if (isControl(word) || word.equals("gact")) {
      return gact();
    }
    return switch (word) {
      case "mirred" -> mirred();
      case "skbedit" -> skbedit();
      case "vlan" -> vlan();
      default -> {
        if (NOT_HERE.contains(word)) {
          throw TcArgs.notHere("tc filter … action " + word);
        }
        yield gact(); // as which tc reads what it does not know
      }
    };
  }

  // ---- what becomes of the packet

  private static boolean isControl(String word) {
    return CONTROLS.stream().anyMatch(c -> IpOptions.matches(word, c.getKey()))
        || CONTROLS_NOT_HERE.stream().anyMatch(c -> IpOptions.matches(word, c));
  }

  /** The verdict that a word names, or {@code otherwise} where it names none. */
  private int control(int otherwise) throws RefusedException {
    if (!args.hasWord()) {
      return otherwise;
    }
    String word = args.word();
    for (Map.Entry<String, Integer> entry : CONTROLS) {
      if (IpOptions.matches(word, entry.getKey())) {
        args.advance();
        return entry.getValue();
      }
    }
    for (String name : CONTROLS_NOT_HERE) {
      if (IpOptions.matches(word, name)) {
        throw TcArgs.notHere("tc filter … action " + name);
      }
    }
    return otherwise;
  }

  private void refuseIndex() throws RefusedException {
    if (args.hasWord() && IpOptions.matches(args.word(), "index")) {
      throw TcArgs.notHere("tc filter … action … index");
    }
  }

  private Action gact() throws RefusedException {
    if (IpOptions.matches(args.word(), "gact")) {
      args.argument();
    }
    refuseIndex();
    String word = args.word();
    if (!isControl(word)) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Bad action type " + word + "\n" + GACT_USAGE);
    }
    int verdict = control(Verdict.OK);
    if (args.hasWord() && IpOptions.matches(args.word(), "random")) {
      throw TcArgs.notHere("tc filter … action … random");
    }
    refuseIndex();
    if (args.hasWord() && IpOptions.matches(args.word(), "help")) {
      throw new RefusedException(RefusedException.SYNTAX, GACT_USAGE);
    }
    return new GactAction(verdict);
  }

  // ---- to another device

  private Action mirred() throws RefusedException, Unreadable {
    String first = args.argument();
    refuseIndex();
    if (IpOptions.matches(first, "help")) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Usage: mirred <DIRECTION> <ACTION> <dev DEVICENAME>");
    }
    if (!IpOptions.matches(first, "egress") && !IpOptions.matches(first, "ingress")) {
      throw new Unreadable("mirred option not supported " + first);
    }
    boolean ingress = !IpOptions.matches(first, "egress");
    Boolean redirects = null;
    String name = null;
    for (String word = args.argument(); name == null; ) {
      refuseIndex();
      if (IpOptions.matches(word, "action")) {
        args.argument();
        break;
      } else if (IpOptions.matches(word, ingress ? "egress" : "ingress")) {
        throw new Unreadable(
            ingress ? "Can't have both egress and ingress" : "Can't have both ingress and egress");
      } else if (IpOptions.matches(word, "mirror") || IpOptions.matches(word, "redirect")) {
        boolean redirect = !IpOptions.matches(word, "mirror");
        if (redirects != null && redirects != redirect) {
          throw new Unreadable("Can't have both mirror and redir");
        }
        redirects = redirect;
      } else if (redirects != null && IpOptions.matches(word, "dev")) {
        name = args.argument();
        args.advance();
        break;
      }
      word = args.argument();
    }
    if (name == null || redirects == null) {
      throw TcFilter.answered("Error: Specified device does not exist.");
    }
    NetDevice target = stack.device(name);
    if (target == null) {
      throw new Unreadable("Cannot find device \"" + name + "\"");
    }
    int verdict = redirects ? Verdict.STOLEN : control(Verdict.PIPE);
    refuseIndex();
    return new MirredAction(verdict, ingress, redirects, target);
  }

  // ---- what is known of the packet

  private Action skbedit() throws RefusedException, Unreadable {
    args.argument();
    Integer priority = null;
    Integer mark = null;
    int mask = -1;
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (IpOptions.matches(word, "queue_mapping")
          || IpOptions.matches(word, "ptype")
          || IpOptions.matches(word, "inheritdsfield")) {
        throw TcArgs.notHere("tc filter … action skbedit " + word);
      } else if (IpOptions.matches(word, "priority")) {
        priority = priority(args.argument());
      } else if (IpOptions.matches(word, "mark")) {
        String[] parts = args.argument().split("/", 2);
        mark = (int) number(parts[0], 0, MAX, "Illegal mark");
        mask = parts.length == 1 ? -1 : (int) number(parts[1], 0, MAX, "Illegal mask");
      } else if (IpOptions.matches(word, "help")) {
        throw new RefusedException(RefusedException.SYNTAX, SKBEDIT_USAGE);
      } else {
        break;
      }
    }
    int verdict = control(Verdict.PIPE);
    refuseIndex();
    if (priority == null && mark == null) {
      throw new Unreadable(SKBEDIT_USAGE);
    }
    return new SkbeditAction(verdict, priority, mark, mask);
  }

  private static int priority(String word) throws Unreadable {
    try {
      return TcId.classId(word, "");
    } catch (RefusedException e) {
      throw new Unreadable("Illegal priority");
    }
  }

  private static long number(String word, int base, long max, String otherwise) throws Unreadable {
    long value = TcUnits.unsigned(word, base, max);
    if (value < 0) {
      throw new Unreadable(otherwise);
    }
    return value;
  }

  // ---- VLAN tags

  private Action vlan() throws RefusedException, Unreadable {
    args.argument();
    VlanAction.Operation operation = null;
    int id = -1;
    int protocol = EtherType.VLAN;
    Integer priority = null;
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      VlanAction.Operation named = operation(word);
      if (named != null) {
        if (operation != null) {
          throw new Unreadable(
              "unexpected \"" + word + "\" - action already specified\n" + VLAN_USAGE);
        }
        operation = named;
      } else if (IpOptions.matches(word, "pop_eth") || IpOptions.matches(word, "push_eth")) {
        throw TcArgs.notHere("tc filter … action vlan " + word);
      } else if (IpOptions.matches(word, "id")) {
        forTag(operation, word);
        id = (int) checked(TcUnits.unsigned(args.argument(), 0, 0xffff), "id is invalid");
      } else if (IpOptions.matches(word, "protocol")) {
        forTag(operation, word);
        protocol = (int) checked(TcProtocol.parse(args.argument()), "protocol is invalid");
      } else if (IpOptions.matches(word, "priority")) {
        forTag(operation, word);
        priority = (int) checked(TcUnits.unsigned(args.argument(), 0, 7), "prio is invalid");
      } else if (IpOptions.matches(word, "help")) {
        throw new RefusedException(RefusedException.SYNTAX, VLAN_USAGE);
      } else {
        break;
      }
    }
    return vlan(operation, protocol, id, priority);
  }

  private Action vlan(
      VlanAction.@Nullable Operation operation, int protocol, int id, @Nullable Integer priority)
      throws RefusedException, Unreadable {
    int verdict = control(Verdict.PIPE);
    refuseIndex();
    if (operation == null && args.hasWord()) {
      return action(args.word()); // tc reads what it does not know as the next action
    }
    if (operation == null) {
      throw TcFilter.answered("RTNETLINK answers: Invalid argument");
    }
    if (operation != VlanAction.Operation.POP && id < 0) {
      String name = operation.name().toLowerCase(Locale.ROOT);
      throw new Unreadable("id needs to be set for " + name + "\n" + VLAN_USAGE);
    }
    if (protocol != EtherType.VLAN && protocol != EtherType.QINQ) {
      throw new Unreadable("protocol not supported\n" + VLAN_USAGE);
    }
    if (id > 0xfff) {
      throw TcFilter.answered("RTNETLINK answers: Numerical result out of range");
    }
    return new VlanAction(verdict, operation, protocol, Math.max(0, id), priority);
  }

  private static VlanAction.@Nullable Operation operation(String word) {
    for (VlanAction.Operation operation : VlanAction.Operation.values()) {
      if (IpOptions.matches(word, operation.name().toLowerCase(Locale.ROOT))) {
        return operation;
      }
    }
    return null;
  }

  private static void forTag(VlanAction.@Nullable Operation operation, String word)
      throws RefusedException {
    if (operation == null || operation == VlanAction.Operation.POP) {
      throw TcArgs.invalid("only valid for push/modify", word);
    }
  }

  private long checked(long value, String message) throws RefusedException {
    if (value < 0) {
      throw TcArgs.invalid(message, args.word());
    }
    return value;
  }
}
