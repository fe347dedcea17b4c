package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.FqCodelOptions;
import dev.patchbay.stack.qdisc.FqCodelQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscOptions;

/** {@code fq_codel}. */
record TcFqCodel() implements TcKind {
  private static final String USAGE =
      """
      Usage: ... fq_codel [ limit PACKETS ] [ flows NUMBER ] [ quantum BYTES ]
                          [ target TIME ] [ interval TIME ] [ ecn | noecn ]
                          [ ce_threshold TIME ] [ ce_threshold_selector VALUE/MASK ]
                          [ memory_limit BYTES ] [ drop_batch PACKETS ]\
      """;

  @Override
  public QdiscOptions parse(TcArgs args) throws RefusedException {
    FqCodelOptions o = new FqCodelOptions();
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      switch (word) {
        case "limit" -> o.limit = number(word, args.argument());
        case "flows" -> o.flows = number(word, args.argument());
        case "quantum" -> o.quantum = number(word, args.argument());
        case "drop_batch" -> o.dropBatch = number(word, args.argument());
        case "target" -> o.target = nonZero(read(word, TcUnits.time(args.argument())));
        case "interval" -> o.interval = nonZero(read(word, TcUnits.time(args.argument())));
        case "ce_threshold" -> o.ceThreshold = read(word, TcUnits.time(args.argument()));
        case "ce_threshold_selector" -> selector(o, args.argument());
        case "memory_limit" -> o.memoryLimit = read(word, TcUnits.size(args.argument()));
        case "ecn" -> o.ecn = 1;
        case "noecn" -> o.ecn = 0;
        case "help" -> throw TcArgs.wrong(USAGE);
        default -> throw TcArgs.wrong("What is \"" + word + "\"?\n" + USAGE);
      }
    }
    return o;
  }

  private static long number(String word, String value) throws RefusedException {
    return nonZero(read(word, TcUnits.unsigned(value, 0, TcUnits.WHOLE)));
  }

  /** With iproute2 a zero is the same as not to say it. */
  private static long nonZero(long value) {
    return value == 0 ? -1 : value;
  }

  private static long read(String word, long value) throws RefusedException {
    if (value < 0) {
      throw TcArgs.wrong("Illegal \"" + word + "\"");
    }
    return value;
  }

  private static void selector(FqCodelOptions o, String value) throws RefusedException {
    int slash = value.indexOf('/');
    if (slash < 0) {
      throw TcArgs.wrong("Missing mask for \"ce_threshold_selector\"");
    }
    long mask = TcUnits.unsigned(value.substring(slash + 1), 0, 0xff);
    if (mask < 0) {
      throw TcArgs.wrong("Illegal mask for \"ce_threshold_selector\"");
    }
    long selector = TcUnits.unsigned(value.substring(0, slash), 0, 0xff);
    o.ceSelector = (int) read("ce_threshold_selector", selector);
    o.ceMask = (int) mask;
  }

  @Override
  public void print(Qdisc qdisc, TcOut out, boolean details) {
    if (!(qdisc instanceof FqCodelQdisc codel)) {
      return;
    }
    FqCodelOptions o = codel.options();
    out.any("limit", o.limit, "limit " + o.limit + "p ");
    out.any("flows", o.flows, "flows " + o.flows + " ");
    out.any("quantum", o.quantum, "quantum " + o.quantum + " ");
    out.any("target", o.target, "target " + TcUnits.timeText(o.target) + " ");
    if (o.ceThreshold >= 0) {
      String threshold = TcUnits.timeText(o.ceThreshold);
      out.any("ce_threshold", o.ceThreshold, "ce_threshold " + threshold + " ");
      if (o.ceMask != 0) {
        String selector = Integer.toHexString(o.ceSelector);
        out.any("ce_threshold_selector", o.ceSelector, "ce_threshold_selector 0x" + selector);
        out.any("ce_threshold_mask", o.ceMask, "/0x" + Integer.toHexString(o.ceMask) + " ");
      }
    }
    out.any("interval", o.interval, "interval " + TcUnits.timeText(o.interval) + " ");
    out.any("memory_limit", o.memoryLimit, "memory_limit " + TcUnits.sizeText(o.memoryLimit) + " ");
    if (o.ecn == 1) {
      out.any("ecn", true, "ecn ");
    }
    out.any("drop_batch", o.dropBatch, "drop_batch " + o.dropBatch + " ");
  }

  @Override
  public boolean statistics(Qdisc qdisc, TcOut out) {
    if (!(qdisc instanceof FqCodelQdisc codel)) {
      return false;
    }
    FqCodelQdisc.Counters c = codel.counters();
    out.any("maxpacket", c.maxPacket, "  maxpacket " + c.maxPacket);
    out.any("drop_overlimit", c.dropOverlimit, " drop_overlimit " + c.dropOverlimit);
    out.any("new_flow_count", c.newFlows, " new_flow_count " + c.newFlows);
    out.any("ecn_mark", c.ecnMark, " ecn_mark " + c.ecnMark);
    if (c.ceMark != 0) {
      out.any("ce_mark", c.ceMark, " ce_mark " + c.ceMark);
    }
    if (c.memory != 0) {
      out.any("memory_used", c.memory, " memory_used " + c.memory);
    }
    if (c.dropOvermemory != 0) {
      out.any("drop_overmemory", c.dropOvermemory, " drop_overmemory " + c.dropOvermemory);
    }
    out.any("new_flows_len", codel.newFlows(), "\n  new_flows_len " + codel.newFlows());
    out.any("old_flows_len", codel.oldFlows(), " old_flows_len " + codel.oldFlows());
    return true;
  }
}
