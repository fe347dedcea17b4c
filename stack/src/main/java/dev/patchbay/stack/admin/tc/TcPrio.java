package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.PrioOptions;
import dev.patchbay.stack.qdisc.PrioQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code prio}. */
record TcPrio() implements TcKind {
  private static final String USAGE = "Usage: ... prio [ bands NUMBER ] [ priomap P1 P2 ... ]";

  @Override
  public QdiscOptions parse(TcArgs args) throws RefusedException {
    int bands = PrioOptions.DEFAULT.bands();
    List<Integer> map = new ArrayList<>(PrioOptions.DEFAULT.priomap());
    int index = -1;
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (word.equals("bands")) {
        if (index >= 0) {
          args.say(USAGE);
        }
        long value = TcUnits.integer(args.argument(), 10, Long.MIN_VALUE);
        if (value != (int) value) {
          throw TcArgs.wrong("Illegal \"bands\"");
        }
        bands = (int) value;
      } else if (word.equals("priomap")) {
        if (index >= 0) {
          throw TcArgs.wrong("Error: duplicate priomap");
        }
        index = 0;
      } else if (word.equals("multiqueue")) {
        throw TcArgs.notHere("tc qdisc … prio multiqueue");
      } else if (word.equals("help")) {
        throw TcArgs.wrong(USAGE);
      } else if (index < 0) {
        throw TcArgs.wrong("What is \"" + word + "\"?\n" + USAGE);
      } else {
        map(map, index++, word, bands);
      }
    }
    return new PrioOptions(bands, map);
  }

  private static void map(List<Integer> map, int index, String word, int bands)
      throws RefusedException {
    long band = TcUnits.unsigned(word, 10, TcUnits.WHOLE);
    if (band < 0) {
      throw TcArgs.wrong("Illegal \"priomap\" element");
    }
    if (band >= bands) {
      throw TcArgs.wrong("\"priomap\" element is out of bands");
    }
    if (index >= PrioOptions.PRIORITIES) {
      throw TcArgs.wrong("\"priomap\" index > TC_PRIO_MAX=15");
    }
    map.set(index, (int) band);
  }

  @Override
  public void print(Qdisc qdisc, TcOut out, boolean details) {
    if (qdisc instanceof PrioQdisc prio) {
      PrioOptions o = prio.options();
      out.any("bands", o.bands(), "bands " + o.bands() + " ");
      String map = o.priomap().stream().map(String::valueOf).collect(Collectors.joining(" "));
      out.any("priomap", o.priomap(), "priomap " + map);
      out.json("multiqueue", false);
    }
  }
}
