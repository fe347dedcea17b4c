package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscKind;
import dev.patchbay.stack.qdisc.QdiscStatistics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tc qdisc show}. */
final class TcShow {
  private final NetworkStack stack;
  private final TcOptions options;
  private final TcArgs args;
  private final String usage;
  private @Nullable NetDevice only;
  private int parent;
  private int handle;
  private boolean invisible;

  TcShow(NetworkStack stack, TcOptions options, TcArgs args, String usage) {
    this.stack = stack;
    this.options = options;
    this.args = args;
    this.usage = usage;
  }

  String qdiscs() throws RefusedException {
    filter();
    List<TcOut> entries = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      if (only == null || device.equals(only)) {
        list(device, entries);
      }
    }
    if (options.json()) {
      return JsonWriter.write(entries.stream().map(TcOut::object).toList(), options.pretty());
    }
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(entry.text()));
    return text.toString();
  }

  private void filter() throws RefusedException {
    String name = null;
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (word.equals("dev")) {
        name = args.argument();
      } else if (word.equals("root")) {
        alone(word);
        parent = Qdisc.ROOT;
      } else if (word.equals("ingress") || word.equals("clsact")) {
        alone(word);
        parent = Qdisc.INGRESS;
      } else if (IpOptions.matches(word, "parent")) {
        alone(word);
        parent = TcId.classId(args.argument(), "invalid parent ID");
      } else if (IpOptions.matches(word, "handle")) {
        alone(word);
        handle = TcId.handle(args.argument(), "invalid handle ID");
      } else if (IpOptions.matches(word, "help")) {
        args.say(usage);
      } else if (word.equals("invisible")) {
        invisible = true;
      } else {
        throw new RefusedException(
            RefusedException.SYNTAX, "What is \"" + word + "\"? Try \"tc qdisc help\".");
      }
    }
    only = name == null ? null : DeviceFilter.outgoing(stack, name);
  }

  private void alone(String word) throws RefusedException {
    if (parent != 0) {
      throw TcArgs.invalid("parent is already specified", word);
    } else if (handle != 0) {
      throw TcArgs.invalid("handle is already specified", word);
    }
  }

  private void list(NetDevice device, List<TcOut> entries) {
    DeviceQueueing queueing = device.queueing();
    if (queueing == null || queueing.egress().root() == null) {
      if (device.isUp() && handle == 0 && (parent == 0 || parent == Qdisc.ROOT)) {
        entries.add(entry(device, null));
      }
    }
    if (queueing != null) {
      queueing.egress().list().forEach(qdisc -> add(device, qdisc, entries));
      queueing.ingress().list().forEach(qdisc -> add(device, qdisc, entries));
    }
  }

  private void add(NetDevice device, Qdisc qdisc, List<TcOut> entries) {
    boolean wanted =
        (handle == 0 || handle == qdisc.handle())
            && (parent == 0 || parent == qdisc.parent())
            && (invisible || !qdisc.isInvisible());
    if (wanted) {
      entries.add(entry(device, qdisc));
    }
  }

  /**
   * One qdisc.
   *
   * @param qdisc null for the device's own, which queues nothing
   */
  private TcOut entry(NetDevice device, @Nullable Qdisc qdisc) {
    TcOut out = new TcOut();
    String kind = qdisc == null ? "noqueue" : qdisc.kind().text();
    String id = TcId.handleText(qdisc == null ? 0 : qdisc.handle());
    out.any("kind", kind, "qdisc " + kind);
    out.any("handle", id, " " + id + " ");
    if (only == null) {
      out.any("dev", device.name(), "dev " + device.name() + " ");
    }
    int above = qdisc == null ? Qdisc.ROOT : qdisc.parent();
    if (above == Qdisc.ROOT) {
      out.any("root", true, "root ");
      // the device's and its only queue's
      out.any("refcnt", 2, "refcnt 2 ");
    } else {
      out.any("parent", TcId.text(above), "parent " + TcId.text(above) + " ");
    }
    if (qdisc != null && qdisc.kind() == QdiscKind.INGRESS) {
      out.text("---------------- ");
    }
    out.begin("options");
    if (qdisc != null) {
      TcKind.of(qdisc.kind()).print(qdisc, out, options.details());
    }
    out.end();
    out.text("\n");
    if (options.statistics()) {
      statistics(qdisc == null ? new QdiscStatistics() : qdisc.statistics, out);
      if (qdisc != null && TcKind.of(qdisc.kind()).statistics(qdisc, out)) {
        out.text("\n");
      }
    }
    return out;
  }

  /** Two lines ({@code print_tcstats2_attr}). */
  static void statistics(QdiscStatistics s, TcOut out) {
    statistics(s, out, " ");
  }

  /**
   * Two lines.
   *
   * @param before what each begins with
   */
  static void statistics(QdiscStatistics s, TcOut out, String before) {
    out.any("bytes", s.bytes, before + "Sent " + s.bytes + " bytes");
    out.any("packets", s.packets, " " + s.packets + " pkt");
    out.any("drops", s.drops, " (dropped " + s.drops);
    out.any("overlimits", s.overlimits, ", overlimits " + s.overlimits);
    out.any("requeues", s.requeues, " requeues " + s.requeues + ") ");
    out.any("backlog", s.backlog, "\n" + before + "backlog " + TcUnits.sizeText(s.backlog));
    out.any("qlen", s.queueLength, " " + s.queueLength + "p");
    out.text(" requeues " + s.requeues + "\n");
  }
}
