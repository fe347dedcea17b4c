package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.WallTime;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.trace.TraceReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code trace} as packets come: follows those that a rule marks, or those of a filter, from {@link
 * #start} to {@link #close} or to the end of the last that was asked for. On the loop.
 */
public final class LiveTrace implements TraceReader, AutoCloseable {
  private final NetworkStack stack;
  private final @Nullable TraceFilter filter;
  private final long count;
  private final boolean json;
  private @Nullable LiveOutput out;
  private Runnable done = () -> {};
  private long begun;
  private long over;
  private long unseen;

  /**
   * Does nothing yet.
   *
   * @param filter null for the packets that a rule marks
   * @param count packets that are followed, 0 for no end
   */
  LiveTrace(NetworkStack stack, @Nullable TraceFilter filter, long count, boolean json) {
    this.stack = stack;
    this.filter = filter;
    this.count = count;
    this.json = json;
  }

  /**
   * Begins.
   *
   * @param to gets complete lines, one a step; of packets that come while it is full it gets the
   *     number only
   * @param end is run when the last packet that was asked for has ended, or the namespace is gone
   */
  public void start(LiveOutput to, Runnable end) {
    out = to;
    done = end;
    stack.netfilter().tracing().add(this);
  }

  /** Tells nothing more. */
  @Override
  public void close() {
    stack.netfilter().tracing().remove(this);
    out = null;
    done = () -> {};
  }

  @Override
  public @Nullable Trace follow(PacketFields p, boolean marked) {
    boolean wanted = filter == null ? marked : !marked && filter.matches(p);
    LiveOutput to = out;
    if (!wanted || to == null || count > 0 && begun == count) {
      return null;
    }
    if (to.isFull()) {
      // at its first hook alone, of those that it goes through
      unseen += p.hook == Hook.PREROUTING || p.hook == Hook.OUTPUT || marked ? 1 : 0;
      return null;
    }
    if (unseen > 0) {
      to.err("trace: " + unseen + " packets not shown: more came than was read\n");
      unseen = 0;
    }
    long number = ++begun;
    return new TraceLines((step, text) -> tell(number, step, text), this::ended);
  }

  @Override
  public void gone() {
    done.run();
  }

  private void tell(long number, Map<String, ?> step, String text) {
    LiveOutput to = out;
    if (to == null) {
      return;
    }
    boolean first = step.get("step") instanceof String name && name.equals("packet");
    String time = first ? WallTime.iso(stack.loop().wallTime()) : "";
    if (json) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      all.put("packet", number);
      if (first) {
        all.put("time", time);
      }
      all.putAll(step);
      to.out(JsonWriter.write(all, false));
    } else {
      to.out(number + " " + text + (first ? " at " + time : "") + "\n");
    }
  }

  private void ended() {
    over++;
    if (count > 0 && over == count) {
      done.run();
    }
  }
}
