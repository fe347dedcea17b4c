package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/** The kinds of qdiscs, by Linux's names. */
public enum QdiscKind {
  PFIFO("pfifo"),
  BFIFO("bfifo"),
  PFIFO_HEAD_DROP("pfifo_head_drop"),
  PRIO("prio"),
  TBF("tbf"),
  FQ_CODEL("fq_codel"),
  NETEM("netem"),
  NOQUEUE("noqueue"),

  /** Where filters of what comes in stand. */
  INGRESS("ingress"),

  /** Where filters of both directions stand. */
  CLSACT("clsact"),

  /** Drops everything; not to be had by name. */
  NOOP("noop");

  private final String text;

  QdiscKind(String text) {
    this.text = text;
  }

  /** Linux's name. */
  public String text() {
    return text;
  }

  /** The kind of that name, or null. */
  public static @Nullable QdiscKind of(String name) {
    for (QdiscKind kind : values()) {
      if (kind != NOOP && kind.text.equals(name)) {
        return kind;
      }
    }
    return null;
  }

  /**
   * A new qdisc of this kind.
   *
   * @param options null for the defaults
   */
  Qdisc create(QdiscTree tree, int handle, @Nullable QdiscOptions options) throws QdiscException {
    Qdisc made =
        switch (this) {
          case PFIFO, BFIFO, PFIFO_HEAD_DROP -> new FifoQdisc(this, tree, handle);
          case PRIO -> new PrioQdisc(tree, handle);
          case TBF -> new TbfQdisc(tree, handle);
          case FQ_CODEL -> new FqCodelQdisc(tree, handle);
          case NETEM -> new NetemQdisc(tree, handle);
          case INGRESS, CLSACT -> new FilterQdisc(this, tree, handle);
          case NOQUEUE, NOOP -> new Noop(this, tree, handle);
        };
    if (options != null) {
      made.change(options);
    } else if (this == FQ_CODEL) {
      made.change(new FqCodelOptions());
    }
    return made;
  }

  /** What queues nothing: everything is dropped. As noqueue it is never asked. */
  private static final class Noop extends Qdisc {
    Noop(QdiscKind kind, QdiscTree tree, int handle) {
      super(kind, tree, handle);
    }

    @Override
    void change(QdiscOptions options) throws QdiscException {
      throw QdiscException.invalid();
    }

    @Override
    boolean enqueue(Packet packet) {
      drop(packet, DropReason.QDISC_DROP);
      return false;
    }

    @Override
    @Nullable Packet next() {
      return null;
    }

    @Override
    void reset() {
      // it holds nothing
    }
  }
}
