package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.qdisc.FifoQdisc;
import dev.patchbay.stack.qdisc.FqCodelOptions;
import dev.patchbay.stack.qdisc.FqCodelQdisc;
import dev.patchbay.stack.qdisc.NetemOptions;
import dev.patchbay.stack.qdisc.NetemOptions.Chance;
import dev.patchbay.stack.qdisc.NetemOptions.Slot;
import dev.patchbay.stack.qdisc.NetemQdisc;
import dev.patchbay.stack.qdisc.PrioOptions;
import dev.patchbay.stack.qdisc.PrioQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.TbfOptions;
import dev.patchbay.stack.qdisc.TbfQdisc;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The options of qdiscs as words that give exactly the same when they are read; what {@code tc
 * qdisc show} prints is rounded.
 */
final class TcWords {
  private final List<String> words = new ArrayList<>();

  private TcWords() {}

  /** The words behind the kind. */
  static List<String> of(Qdisc qdisc) {
    TcWords all = new TcWords();
    switch (qdisc) {
      case FifoQdisc fifo -> all.put("limit", String.valueOf(fifo.limit()));
      case PrioQdisc prio -> all.prio(prio.options());
      case TbfQdisc tbf -> all.tbf(tbf.options());
      case FqCodelQdisc codel -> all.codel(codel.options());
      case NetemQdisc netem -> all.netem(netem.options());
      default -> {}
    }
    return all.words;
  }

  private void put(String... more) {
    words.addAll(List.of(more));
  }

  private void number(String word, long value) {
    put(word, String.valueOf(value));
  }

  private void prio(PrioOptions o) {
    number("bands", o.bands());
    words.add("priomap");
    o.priomap().forEach(band -> words.add(String.valueOf(band)));
  }

  private void tbf(@Nullable TbfOptions o) {
    if (o == null) {
      return;
    }
    put("rate", rate(o.rate()), "burst", o.burst() + "b", "limit", o.limit() + "b");
    if (o.peakrate() != 0) {
      put("peakrate", rate(o.peakrate()), "mtu", o.mtu() + "b");
    }
    if (o.mpu() != 0) {
      number("mpu", o.mpu());
    }
    if (o.overhead() != 0) {
      number("overhead", o.overhead());
    }
    if (o.atm()) {
      put("linklayer", "atm");
    }
  }

  private static String rate(long bytes) {
    return bytes + "bps";
  }

  private static String micros(long micros) {
    return micros + "us";
  }

  /** Microseconds of which units of 1024 ns make those again: both ways cut down. */
  private static String units(long micros) {
    boolean less = ((micros * 1000 >> 10) << 10) / 1000 < micros;
    return micros(less ? micros + 1 : micros);
  }

  private void codel(FqCodelOptions o) {
    number("limit", o.limit);
    number("flows", o.flows);
    number("quantum", o.quantum);
    put("target", units(o.target));
    if (o.ceThreshold >= 0) {
      put("ce_threshold", units(o.ceThreshold));
      if (o.ceMask > 0) {
        put("ce_threshold_selector", o.ceSelector + "/" + o.ceMask);
      }
    }
    put("interval", units(o.interval), "memory_limit", o.memoryLimit + "b");
    words.add(o.ecn == 1 ? "ecn" : "noecn");
    number("drop_batch", o.dropBatch);
  }

  // ---- netem

  private void netem(NetemOptions o) {
    NetemOptions.Correlations rho = o.correlations;
    number("limit", o.limit);
    if (o.latency != 0 || o.jitter != 0) {
      put("delay", micros(upward(o.latency)));
      if (o.jitter != 0) {
        words.add(micros(upward(o.jitter)));
        share(rho == null ? 0 : rho.delay());
      }
    }
    if (o.distribution != null) {
      put("distribution", o.distribution.name().toLowerCase(Locale.ROOT));
    }
    loss(o);
    if (o.duplicate != 0) {
      words.add("duplicate");
      shares(o.duplicate, rho == null ? 0 : rho.duplicate());
    }
    chance("reorder", o.reorder);
    if (o.reorder != null && o.reorder.probability() != 0 && o.gap > 1) {
      number("gap", o.gap);
    }
    chance("corrupt", o.corrupt);
    NetemOptions.Rate rate = o.rate;
    if (rate != null && rate.bytesPerSecond() != 0) {
      put("rate", rate(rate.bytesPerSecond()), String.valueOf(rate.packetOverhead()));
      put(String.valueOf(rate.cellSize()), String.valueOf(rate.cellOverhead()));
    }
    slot(o);
    Long seed = o.seed;
    if (seed != null) {
      put("seed", Long.toUnsignedString(seed));
    }
  }

  /** Microseconds that are those nanoseconds again: ticks are cut down, both ways. */
  private static long upward(long nanos) {
    long micros = TcUnits.micros(nanos);
    while (TcUnits.nanos(TcUnits.ticks(micros)) < nanos) {
      micros++;
    }
    return micros;
  }

  private void loss(NetemOptions o) {
    NetemOptions.Correlations rho = o.correlations;
    switch (o.lossModel) {
      case NetemOptions.FourStates p -> {
        put("loss", "state");
        shares(p.p13(), p.p31(), p.p32(), p.p23(), p.p14());
      }
      case NetemOptions.GilbertElliott p -> {
        put("loss", "gemodel");
        shares(p.p(), p.r(), TcUnits.WHOLE - p.h(), p.k());
      }
      case null -> {
        if (o.loss != 0) {
          put("loss", "random");
          shares(o.loss, rho == null ? 0 : rho.loss());
        }
      }
    }
    if (o.ecn) {
      words.add("ecn");
    }
  }

  private void chance(String word, @Nullable Chance chance) {
    if (chance != null && chance.probability() != 0) {
      words.add(word);
      shares(chance.probability(), chance.correlation());
    }
  }

  private void shares(long... values) {
    for (long value : values) {
      share(value);
    }
  }

  /** As few digits as give the very share when they are read. */
  private void share(long value) {
    BigDecimal exact = BigDecimal.valueOf(100.0 * value / TcUnits.WHOLE);
    for (int digits = 0; digits < exact.scale(); digits++) {
      String text = exact.setScale(digits, RoundingMode.HALF_EVEN).toPlainString() + "%";
      if (TcUnits.percent(text) == value) {
        words.add(text);
        return;
      }
    }
    words.add(exact.toPlainString() + "%");
  }

  private void slot(NetemOptions o) {
    Slot slot = o.slot;
    if (slot == null) {
      return;
    }
    words.add("slot");
    if (slot.jitter() > 0 && o.slotDistribution != null) {
      put("distribution", o.slotDistribution.name().toLowerCase(Locale.ROOT));
      put(slot.delay() + "ns", slot.jitter() + "ns");
    } else {
      put(slot.minDelay() + "ns", slot.maxDelay() + "ns");
    }
    if (slot.packets() != 0) {
      number("packets", slot.packets());
    }
    if (slot.bytes() != 0) {
      put("bytes", slot.bytes() + "b");
    }
  }
}
