package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.NetemOptions;
import dev.patchbay.stack.qdisc.NetemOptions.Slot;

/** The words {@code slot …} of netem. */
record TcNetemSlot(NetemOptions options) {
  void parse(TcArgs args) throws RefusedException {
    long least = 0;
    long most = 0;
    long delay = 0;
    long jitter = 0;
    if (args.nextIsNumber()) {
      least = TcNetem.read("slot min_delay", TcUnits.time64(args.argument()));
      most = least;
      if (args.nextIsNumber()) {
        most = TcUnits.time64(args.argument());
        TcNetem.read("slot max_delay", most < least ? -1 : 0);
      }
    } else {
      String word = args.argument();
      if (!word.equals("distribution")) {
        throw TcArgs.wrong("Unknown slot parameter: " + word);
      }
      options.slotDistribution = TcNetem.distribution(args.argument());
      delay = TcNetem.read("slot delay", TcUnits.time64(args.argument()));
      jitter = TcNetem.read("slot jitter", TcUnits.time64(args.argument()));
      if (jitter == 0) {
        throw TcArgs.wrong("Non-positive jitter");
      }
    }
    long packets = 0;
    if (args.nextMatches("packets")) {
      packets = following(args, "slot packets", TcUnits.WHOLE >> 1, false);
    }
    long bytes = 0;
    if (args.nextMatches("bytes")) {
      bytes = following(args, "slot bytes", TcUnits.WHOLE >> 1, true);
    }
    options.slot = new Slot(least, most, delay, jitter, (int) packets, (int) bytes);
  }

  private static long following(TcArgs args, String name, long most, boolean size)
      throws RefusedException {
    args.argument();
    String word = args.hasNext() ? args.argument() : "";
    long value = size ? TcUnits.size(word) : TcUnits.unsigned(word, 0, most);
    return TcNetem.read(name, value > most ? -1 : value);
  }

  static void print(Slot slot, TcOut out) {
    out.begin("slot");
    if (slot.jitter() > 0) {
      time("distribution", " slot distribution ", slot.delay(), out);
      time("jitter", " ", slot.jitter(), out);
    } else {
      time("min-delay", " slot ", slot.minDelay(), out);
      time("max-delay", " ", slot.maxDelay(), out);
    }
    TcNetem.number("packets", slot.packets(), out);
    TcNetem.number("bytes", slot.bytes(), out);
    out.end();
  }

  private static void time(String key, String words, long nanos, TcOut out) {
    out.any(key, TcUnits.json(nanos / 1e9), words + TcUnits.time64Text(nanos));
  }
}
