package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.FifoOptions;
import dev.patchbay.stack.qdisc.FifoQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscKind;
import dev.patchbay.stack.qdisc.QdiscOptions;
import org.jspecify.annotations.Nullable;

/** {@code pfifo}, {@code bfifo}, {@code pfifo_head_drop}. */
record TcFifo(QdiscKind kind) implements TcKind {
  private String usage() {
    return "Usage: ... " + kind.text() + " [ limit NUMBER ]";
  }

  @Override
  public @Nullable QdiscOptions parse(TcArgs args) throws RefusedException {
    FifoOptions options = null;
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (word.equals("help")) {
        throw TcArgs.wrong(usage());
      } else if (!word.equals("limit")) {
        throw TcArgs.wrong(kind.text() + ": unknown parameter \"" + word + "\"\n" + usage());
      }
      String value = args.argument();
      long limit = TcUnits.size(value);
      if (limit < 0) {
        throw TcArgs.wrong(kind.text() + ": Illegal value for \"limit\": \"" + value + "\"");
      }
      options = new FifoOptions(limit);
    }
    return options;
  }

  @Override
  public void print(Qdisc qdisc, TcOut out, boolean details) {
    if (qdisc instanceof FifoQdisc fifo) {
      long limit = fifo.limit();
      boolean bytes = kind == QdiscKind.BFIFO;
      out.any("limit", limit, "limit " + (bytes ? TcUnits.sizeText(limit) : limit + "p"));
    }
  }
}
