package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscKind;
import dev.patchbay.stack.qdisc.QdiscOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of one kind of qdisc. */
interface TcKind {
  /** Those of iproute2 6.1 that are not here. */
  List<String> NOT_HERE =
      List.of(
          "atm",
          "cake",
          "cbq",
          "cbs",
          "choke",
          "codel",
          "drr",
          "dsmark",
          "etf",
          "ets",
          "fq",
          "fq_pie",
          "gred",
          "hfsc",
          "hhf",
          "htb",
          "mq",
          "mqprio",
          "multiq",
          "pfifo_fast",
          "pie",
          "plug",
          "qfq",
          "red",
          "rr",
          "sfb",
          "sfq",
          "skbprio",
          "taprio",
          "teql");

  /**
   * Reads all words that are left.
   *
   * @return null where none say anything
   */
  @Nullable QdiscOptions parse(TcArgs args) throws RefusedException;

  /** Prints the options of {@code qdisc}. */
  void print(Qdisc qdisc, TcOut out, boolean details);

  /** Prints what it counts beside what all count; lines without the last feed. */
  default boolean statistics(Qdisc qdisc, TcOut out) {
    return false;
  }

  /** The words of that kind; of those without options for all others. */
  static TcKind of(String name) throws RefusedException {
    QdiscKind kind = QdiscKind.of(name);
    if (kind == null && NOT_HERE.contains(name)) {
      throw TcArgs.notHere("tc qdisc … " + name);
    }
    return kind == null ? new TcPlain(name) : of(kind);
  }

  static TcKind of(QdiscKind kind) {
    return switch (kind) {
      case PFIFO, BFIFO, PFIFO_HEAD_DROP -> new TcFifo(kind);
      case PRIO -> new TcPrio();
      case TBF -> new TcTbf();
      case FQ_CODEL -> new TcFqCodel();
      case NETEM -> new TcNetem();
      case NOQUEUE, NOOP, INGRESS, CLSACT -> new TcPlain(kind.text());
    };
  }

  /** A kind without options, or that nobody knows: the kernel says so. */
  record TcPlain(String name) implements TcKind {
    @Override
    public @Nullable QdiscOptions parse(TcArgs args) throws RefusedException {
      if (args.hasWord()) {
        throw TcArgs.wrong(
            "Unknown qdisc \"" + name + "\", hence option \"" + args.word() + "\" is unparsable");
      }
      return null;
    }

    @Override
    public void print(Qdisc qdisc, TcOut out, boolean details) {
      // it has none
    }
  }
}
