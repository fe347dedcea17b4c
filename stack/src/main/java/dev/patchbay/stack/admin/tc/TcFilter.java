package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.classifier.FilterRequest;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.FilterQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code tc filter} ({@code tc_filter.c}). */
final class TcFilter {
  /** The major number of a device's filters ({@code TC_H_CLSACT}). */
  static final int CLSACT = 0xffff_0000;

  private static final int MAX_PREFERENCE = 0xffff;
  static final String USAGE =
      """
      Usage: tc filter { add | change | replace | del | get } dev STRING
                 [ pref PRIO ] [ protocol PROTO ] [ root | ingress | egress | parent CLASSID ]
                 [ handle FILTERID ] [ FILTER_TYPE [ help | OPTIONS ] ]
             tc filter show [ dev STRING ] [ root | ingress | egress | parent CLASSID ]
                 [ pref PRIO ] [ protocol PROTO ]
      FILTER_TYPE := { matchall | u32 | flower | fw }\
      """;

  /** A command and the flags of its message. */
  private enum Change {
    ADD(true, true),
    CHANGE(false, false),
    REPLACE(true, false),
    DELETE(false, false),
    GET(false, false);

    final boolean create;
    final boolean exclusive;

    Change(boolean create, boolean exclusive) {
      this.create = create;
      this.exclusive = exclusive;
    }
  }

  private final NetworkStack stack;
  private final TcOptions options;
  private final StringBuilder said;

  private @Nullable String device;
  private int parent;
  private int preference;
  private int protocol;
  private boolean protocolSet;
  private @Nullable String handle;
  private @Nullable String kind;
  private boolean chainSet;

  TcFilter(NetworkStack stack, TcOptions options, StringBuilder said) {
    this.stack = stack;
    this.options = options;
    this.said = said;
  }

  /** What the kernel answers to a change that cannot be. */
  static RefusedException answered(String answer) {
    return new RefusedException(
        RefusedException.UNSUPPORTED, answer + "\nWe have an error talking to the kernel");
  }

  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "show" : words.getFirst();
    TcArgs args = new TcArgs(words.subList(Math.min(1, words.size()), words.size()), said);
    for (Change change : Change.values()) {
      if (IpOptions.matches(command, change.name().toLowerCase(Locale.ROOT))) {
        return modify(change, args);
      }
    }
    if (TcArgs.lists(command)) {
      return show(args);
    } else if (IpOptions.matches(command, "help")) {
      args.say(USAGE);
      return "";
    }
    throw TcArgs.unknown(command, "filter");
  }

  // ---- the words before the kind

  /** Reads one with its argument; false where it is none of them. */
  private boolean place(TcArgs args, boolean shows) throws RefusedException {
    String word = args.word();
    switch (word) {
      case "dev" -> {
        String name = args.argument();
        if (device != null) {
          throw TcArgs.twice("dev", name);
        }
        device = name;
      }
      case "root" -> parent("root", Qdisc.ROOT);
      case "ingress" -> parent("ingress", CLSACT | FilterQdisc.INGRESS_CLASS);
      case "egress" -> parent("egress", CLSACT | FilterQdisc.EGRESS_CLASS);
      case "parent" -> {
        String value = args.argument();
        if (parent != 0) {
          throw TcArgs.twice("parent", value);
        }
        parent = TcId.classId(value, (shows ? "invalid" : "Invalid") + " parent ID");
      }
      case "handle" -> {
        String value = args.argument();
        if (handle != null) {
          throw TcArgs.twice("handle", value);
        }
        handle = value;
      }
      default -> {
        return abbreviated(args, shows);
      }
    }
    return true;
  }

  private void parent(String word, int id) throws RefusedException {
    if (parent != 0) {
      throw TcArgs.duplicateParent(word);
    }
    parent = id;
  }

  private boolean abbreviated(TcArgs args, boolean shows) throws RefusedException {
    String word = args.word();
    if (IpOptions.matches(word, "block")) {
      throw TcArgs.notHere("tc filter … block");
    } else if (IpOptions.matches(word, "preference") || IpOptions.matches(word, "priority")) {
      String value = args.argument();
      if (preference != 0) {
        throw TcArgs.twice("priority", value);
      }
      long read = TcUnits.unsigned(value, 0, MAX_PREFERENCE);
      if (read < 0) {
        throw TcArgs.invalid(shows ? "invalid preference" : "invalid priority value", value);
      }
      preference = (int) read;
    } else if (IpOptions.matches(word, "protocol")) {
      String value = args.argument();
      if (protocolSet) {
        throw TcArgs.twice("protocol", value);
      }
      protocol = TcProtocol.parse(value);
      protocolSet = true;
      if (protocol < 0) {
        throw TcArgs.invalid("invalid protocol", value);
      }
    } else if (IpOptions.matches(word, "chain")) {
      String value = args.argument();
      if (chainSet) {
        throw TcArgs.twice("chain", value);
      }
      chainSet = true;
      long chain = TcUnits.unsigned(value, 0, 0xffff_ffffL);
      if (chain < 0) {
        throw TcArgs.invalid("invalid chain index value", value);
      } else if (chain > 0) {
        throw TcArgs.notHere("tc filter … chain " + value);
      }
    } else if (!shows && IpOptions.matches(word, "estimator")) {
      throw TcArgs.notHere("tc filter … estimator");
    } else {
      return false;
    }
    return true;
  }

  // ---- changes

  private String modify(Change change, TcArgs args) throws RefusedException {
    for (; args.hasWord() && kind == null; args.advance()) {
      if (place(args, false)) {
        continue;
      }
      if (IpOptions.matches(args.word(), "help")) {
        args.say(USAGE);
        return "";
      }
      kind = args.word();
    }
    if (change.create && !protocolSet) {
      protocol = FilterChain.ALL;
    }
    if (change == Change.GET) {
      checkGet();
    }
    NetDevice found = device == null ? null : DeviceFilter.outgoing(stack, device);
    TcFilterKind.Wish wish = new TcFilterKind.Wish(0, null);
    String named = kind;
    if (named != null) {
      wish = TcFilterKind.of(named).parse(stack, args, handle, protocol);
    } else if (handle != null) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Must specify filter type when using \"handle\"");
    }
    if (change == Change.GET && handle == null) {
      throw new RefusedException(RefusedException.SYNTAX, "Must specify filter \"handle\"");
    }
    if (found == null) {
      throw answered("RTNETLINK answers: No such device");
    }
    FilterRequest request =
        new FilterRequest(
            parent,
            protocol,
            preference,
            wish.handle(),
            kind,
            wish.filter(),
            change.create,
            change.exclusive);
    try {
      return send(change, found, request);
    } catch (FilterException e) {
      throw answered(e.text());
    }
  }

  private void checkGet() throws RefusedException {
    String missing = null;
    if (!protocolSet) {
      missing = "protocol";
    } else if (preference == 0) {
      missing = "priority";
    } else if (parent == 0) {
      missing = "parent";
    } else if (kind == null) {
      missing = "type";
    }
    if (missing != null) {
      throw new RefusedException(RefusedException.SYNTAX, "Must specify filter " + missing);
    }
    if (device == null) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Must specify netdevice \"dev\" or block index \"block\"");
    }
  }

  private String send(Change change, NetDevice on, FilterRequest request)
      throws FilterException, RefusedException {
    if (change == Change.CHANGE && preference == 0) {
      throw FilterException.of("Invalid filter command with priority of zero");
    }
    FilterChain chain = stack.queueing(on).filters(parent);
    if (change == Change.GET) {
      TcFilterShow show = new TcFilterShow(options, on);
      return show.one(parent, chain, chain.existing(request), chain.get(request));
    } else if (change == Change.DELETE) {
      chain.delete(request);
    } else {
      if (request.filter() == null && "fw".equals(kind)) {
        throw TcArgs.notHere("tc filter … fw without options");
      }
      chain.change(request);
    }
    return "";
  }

  // ---- listing

  private String show(TcArgs args) throws RefusedException {
    for (; args.hasWord(); args.advance()) {
      if (place(args, true)) {
        continue;
      }
      if (!IpOptions.matches(args.word(), "help")) {
        throw new RefusedException(
            RefusedException.SYNTAX, " What is \"" + args.word() + "\"? Try \"tc filter help\"");
      }
      args.say(USAGE);
    }
    // without a device the kernel lists nothing
    NetDevice found = device == null ? null : DeviceFilter.outgoing(stack, device);
    FilterChain chain = null;
    if (found != null && found.queueing() != null) {
      try {
        chain = stack.queueing(found).filters(parent);
      } catch (FilterException e) {
        chain = null; // where there can be none there is none to be listed
      }
    }
    return new TcFilterShow(options, found).list(parent, preference, protocol, chainSet, chain);
  }
}
