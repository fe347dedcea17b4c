package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.FqCodelQdisc;
import dev.patchbay.stack.qdisc.PrioQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tc class}: what is there is shown; no kind here has classes that are made by hand. */
final class TcClass {
  private static final int MAJOR = 0xffff_0000;
  private static final int MINOR = 0xffff;
  private static final List<String> CHANGES = List.of("add", "change", "replace", "delete");
  private static final String USAGE =
      """
      Usage: tc class show [ dev STRING ] [ root | parent CLASSID ] [ qdisc QHANDLE ]
                 [ classid CLASSID ]\
      """;

  private final NetworkStack stack;
  private final TcOptions options;
  private final StringBuilder said;
  private @Nullable String name;
  private int parent;
  private int filterQdisc;
  private int filterClass;

  TcClass(NetworkStack stack, TcOptions options, StringBuilder said) {
    this.stack = stack;
    this.options = options;
    this.said = said;
  }

  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "show" : words.getFirst();
    TcArgs args = new TcArgs(words.subList(Math.min(1, words.size()), words.size()), said);
    if (CHANGES.stream().anyMatch(change -> IpOptions.matches(command, change))) {
      throw change(args);
    } else if (TcArgs.lists(command)) {
      return show(args);
    } else if (IpOptions.matches(command, "help")) {
      args.say(USAGE);
      return "";
    }
    throw TcArgs.unknown(command, "class");
  }

  /** Why a class cannot be changed: the kinds that are here have none of their own. */
  private RefusedException change(TcArgs args) throws RefusedException {
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      switch (word) {
        case "dev" -> name = args.argument();
        case "classid" -> TcId.classId(args.argument(), "invalid class ID");
        case "parent" -> TcId.classId(args.argument(), "invalid parent ID");
        case "root" -> parent = Qdisc.ROOT;
        case "handle" -> {
          return new RefusedException(
              RefusedException.SYNTAX, "Error: try \"classid\" instead of \"handle\"");
        }
        default -> {
          if (QdiscKind.of(word) == null) {
            return TcArgs.notHere("tc class … " + word);
          }
          return TcArgs.wrong("Error: Qdisc \"" + word + "\" is classless.");
        }
      }
    }
    if (name != null) {
      DeviceFilter.outgoing(stack, name);
    }
    return new RefusedException(
        RefusedException.UNSUPPORTED, "RTNETLINK answers: Operation not supported");
  }

  private String show(TcArgs args) throws RefusedException {
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (word.equals("dev")) {
        String value = args.argument();
        if (name != null) {
          throw TcArgs.twice("dev", value);
        }
        name = value;
      } else if (word.equals("qdisc")) {
        filterQdisc = TcId.handle(args.argument(), "invalid qdisc ID");
      } else if (word.equals("classid")) {
        filterClass = TcId.classId(args.argument(), "invalid class ID");
      } else if (word.equals("root")) {
        if (parent != 0) {
          throw TcArgs.duplicateParent("root");
        }
        parent = Qdisc.ROOT;
      } else if (word.equals("parent")) {
        if (parent != 0) {
          throw TcArgs.twice("parent", word);
        }
        parent = TcId.classId(args.argument(), "invalid parent ID");
      } else if (IpOptions.matches(word, "help")) {
        args.say(USAGE);
      } else {
        throw new RefusedException(
            RefusedException.SYNTAX, "What is \"" + word + "\"? Try \"tc class help\".");
      }
    }
    // without a device the kernel lists nothing
    NetDevice device = name == null ? null : DeviceFilter.outgoing(stack, name);
    DeviceQueueing queueing = device == null ? null : device.queueing();
    StringBuilder out = new StringBuilder();
    if (queueing != null) {
      for (Qdisc qdisc : queueing.egress().list()) {
        if (!qdisc.isInvisible() && (parent == 0 || (parent & MAJOR) == qdisc.handle())) {
          list(qdisc, out);
        }
      }
    }
    return out.toString();
  }

  private void list(Qdisc qdisc, StringBuilder out) throws RefusedException {
    if (qdisc instanceof FqCodelQdisc codel) {
      for (int minor : codel.activeFlows()) {
        if (options.statistics()) {
          throw TcArgs.notHere("tc -statistics class show … fq_codel");
        }
        print(qdisc, minor, null, out);
      }
    }
    for (int minor = 1; minor <= qdisc.classes(); minor++) {
      print(qdisc, minor, qdisc.leaf(minor), out);
    }
  }

  private void print(Qdisc qdisc, int minor, @Nullable Qdisc leaf, StringBuilder out) {
    int id = qdisc.handle() | minor;
    if (filterQdisc != 0 && filterQdisc != qdisc.handle()
        || filterClass != 0 && filterClass != id) {
      return;
    }
    boolean minorOnly = filterQdisc != 0;
    out.append("class ").append(qdisc.kind().text()).append(' ');
    out.append(TcId.text(minorOnly ? id & MINOR : id)).append(" parent ");
    out.append(TcId.text(minorOnly ? 0 : qdisc.handle())).append(' ');
    if (leaf != null && leaf.handle() != 0) {
      out.append("leaf ").append(TcId.handleText(leaf.handle())).append(' ');
    }
    out.append('\n');
    if (options.statistics()) {
      TcOut statistics = new TcOut();
      if (qdisc instanceof PrioQdisc && leaf != null) {
        TcShow.statistics(leaf.statistics, statistics);
      } else {
        statistics.text("\n");
      }
      out.append(statistics.text());
    }
  }
}
