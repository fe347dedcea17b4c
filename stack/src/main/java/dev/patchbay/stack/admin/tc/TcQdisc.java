package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscException;
import dev.patchbay.stack.qdisc.QdiscKind;
import dev.patchbay.stack.qdisc.QdiscOptions;
import dev.patchbay.stack.qdisc.QdiscRequest;
import dev.patchbay.stack.qdisc.QdiscTree;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code tc qdisc}. */
final class TcQdisc {
  private static final int INGRESS_HANDLE = 0xffff_0000;
  private static final String USAGE =
      """
      Usage: tc qdisc { add | change | replace | link | del } dev STRING
                 [ handle QHANDLE ] { root | parent CLASSID } [ KIND [ help | OPTIONS ] ]
             tc qdisc { add | change | replace | del } dev STRING { clsact | ingress [ netem OPTIONS ] }
             tc qdisc show [ dev STRING ] [ root | ingress | handle QHANDLE | parent CLASSID ]
                 [ invisible ]
      KIND := { pfifo | bfifo | pfifo_head_drop | prio | tbf | fq_codel | netem | noqueue }\
      """;

  /** A command and the flags of its message. */
  private enum Change {
    ADD(true, false, true),
    CHANGE(false, false, false),
    REPLACE(true, true, false),
    LINK(false, true, false),
    DELETE(false, false, false);

    final boolean create;
    final boolean replace;
    final boolean exclusive;

    Change(boolean create, boolean replace, boolean exclusive) {
      this.create = create;
      this.replace = replace;
      this.exclusive = exclusive;
    }
  }

  private final NetworkStack stack;
  private final TcOptions options;
  private final StringBuilder said;

  private @Nullable String device;
  private int parent;
  private int handle;
  private @Nullable String kind;
  private @Nullable QdiscOptions settings;

  TcQdisc(NetworkStack stack, TcOptions options, StringBuilder said) {
    this.stack = stack;
    this.options = options;
    this.said = said;
  }

  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "show" : words.getFirst();
    TcArgs args = new TcArgs(words.subList(Math.min(1, words.size()), words.size()), said);
    for (Change change : Change.values()) {
      if (IpOptions.matches(command, change.name().toLowerCase(Locale.ROOT))) {
        modify(change, args);
        return "";
      }
    }
    if (TcArgs.lists(command)) {
      return new TcShow(stack, options, args, USAGE).qdiscs();
    } else if (IpOptions.matches(command, "help")) {
      args.say(USAGE);
      return "";
    }
    throw TcArgs.unknown(command, "qdisc");
  }

  private void modify(Change change, TcArgs args) throws RefusedException {
    boolean more = true;
    while (more && args.hasWord()) {
      more = place(args);
      args.advance();
    }
    String named = kind;
    if (parent == Qdisc.INGRESS) {
      ingress(args);
    } else if (named != null) {
      settings = TcKind.of(named).parse(args);
    }
    send(change);
  }

  /** Reads a word before the kind; false where it was the kind. */
  private boolean place(TcArgs args) throws RefusedException {
    String word = args.word();
    switch (word) {
      case "dev" -> {
        String name = args.argument();
        if (device != null) {
          throw TcArgs.twice("dev", name);
        }
        device = name;
      }
      case "handle" -> {
        if (handle != 0) {
          throw TcArgs.twice("handle", word);
        }
        handle = TcId.handle(args.argument(), "invalid qdisc ID");
      }
      case "root" -> {
        if (parent != 0) {
          throw TcArgs.duplicateParent("root");
        }
        parent = Qdisc.ROOT;
      }
      case "ingress" -> {
        if (parent != 0) {
          throw duplicateParent("\"ingress\" is a duplicate");
        }
        parent = Qdisc.INGRESS;
        handle = INGRESS_HANDLE;
        return false;
      }
      case "clsact" -> {
        if (parent != 0) {
          throw duplicateParent("\"clsact\" is a duplicate");
        }
        parent = Qdisc.INGRESS;
        handle = INGRESS_HANDLE;
        kind = QdiscKind.CLSACT.text();
        return false;
      }
      case "parent" -> {
        String value = args.argument();
        if (parent != 0) {
          throw TcArgs.twice("parent", value);
        }
        parent = TcId.classId(value, "invalid parent ID");
      }
      default -> {
        return other(word, args);
      }
    }
    return true;
  }

  private boolean other(String word, TcArgs args) throws RefusedException {
    for (String name : List.of("estimator", "stab", "ingress_block", "egress_block")) {
      if (IpOptions.matches(word, name)) {
        throw TcArgs.notHere("tc qdisc … " + name);
      }
    }
    if (IpOptions.matches(word, "help")) {
      args.say(USAGE);
      return true;
    }
    kind = word;
    return false;
  }

  private static RefusedException duplicateParent(String what) {
    return new RefusedException(RefusedException.SYNTAX, "Error: " + what + " parent ID");
  }

  /**
   * A place for filters, or the short form for frames that come in: netem at once, without ifb and
   * mirred.
   */
  private void ingress(TcArgs args) throws RefusedException {
    if (QdiscKind.CLSACT.text().equals(kind)) {
      noOptions(args, "clsact");
    } else if (args.hasWord() && args.word().equals("netem")) {
      kind = QdiscKind.NETEM.text();
      args.advance();
      settings = new TcNetem().parse(args);
    } else {
      noOptions(args, "ingress");
      kind = QdiscKind.INGRESS.text();
    }
  }

  /** {@code ingress_parse_opt}. */
  private static void noOptions(TcArgs args, String name) throws RefusedException {
    if (args.hasWord()) {
      throw TcArgs.wrong("What is \"" + args.word() + "\"?\nUsage: ... " + name);
    }
  }

  private void send(Change change) throws RefusedException {
    if (device == null) {
      throw new RefusedException(RefusedException.UNSUPPORTED, "RTNETLINK answers: No such device");
    }
    NetDevice found = DeviceFilter.outgoing(stack, device);
    DeviceQueueing queueing = stack.queueing(found);
    QdiscTree tree = parent == Qdisc.INGRESS ? queueing.ingress() : queueing.egress();
    Qdisc first = tree.root();
    if (change == Change.DELETE && parent == Qdisc.INGRESS && first != null) {
      // the short form goes as it came
      kind = first.kind() == QdiscKind.NETEM ? null : kind;
    }
    QdiscRequest request =
        new QdiscRequest(
            parent, handle, kind, settings, change.create, change.replace, change.exclusive);
    try {
      if (change == Change.DELETE) {
        queueing.delete(tree, request);
      } else {
        queueing.modify(tree, request);
      }
    } catch (QdiscException e) {
      throw new RefusedException(RefusedException.UNSUPPORTED, e.text());
    }
  }
}
