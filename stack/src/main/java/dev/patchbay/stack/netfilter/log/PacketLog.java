package dev.patchbay.stack.netfilter.log;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import org.jspecify.annotations.Nullable;

/**
 * The lines of LOG of one namespace, bounded in number; of its loop's thread. What exceeds the rate
 * is counted, and said before the next line that does not.
 */
public final class PacketLog {
  /** Lines a second in the long run. */
  public static final int RATE = 100;

  /** Lines that may come at once. */
  public static final int BURST = 500;

  /** What is said besides: the bits of {@code xt_log_info}. */
  public static final int TCP_SEQUENCE = 0x01;

  public static final int TCP_OPTIONS = 0x02;
  public static final int IP_OPTIONS = 0x04;
  public static final int UID = 0x08;
  public static final int MAC_DECODE = 0x20;

  private static final int WARNING = 4;
  private static final long COST = 1_000_000_000L / RATE;

  private final EventLoop loop;
  private final LineBuffer line = new LineBuffer();
  private final PacketText text = new PacketText(line);
  private @Nullable LogSink sink;

  /** ns that may be spent, {@link #COST} a line. */
  private long credit = COST * BURST;

  private long before;
  private long suppressed;
  private long total;

  public PacketLog(EventLoop loop) {
    this.loop = loop;
    before = loop.now();
  }

  /** Sets who takes the lines; null for nobody. */
  public void sink(@Nullable LogSink to) {
    sink = to;
  }

  /** Lines that were left out since the namespace was made. */
  public long leftOut() {
    return total;
  }

  /**
   * Writes a line about a packet.
   *
   * @param level 0 to 7
   * @param prefix what stands before it
   * @param flags what is said besides
   */
  public void write(PacketFields p, int level, byte[] prefix, int flags) {
    LogSink to = sink;
    if (to == null) {
      return;
    }
    if (!mayWrite()) {
      suppressed++;
      total++;
      return;
    }
    if (suppressed > 0) {
      line.clear().text("LOG: ").number(suppressed).text(" lines left out");
      suppressed = 0;
      to.line(WARNING, line.data, line.length);
    }
    text.write(p, prefix, flags);
    to.line(level, line.data, line.length);
  }

  private boolean mayWrite() {
    long now = loop.now();
    credit = Math.min(COST * BURST, credit + now - before);
    before = now;
    if (credit < COST) {
      return false;
    }
    credit -= COST;
    return true;
  }
}
