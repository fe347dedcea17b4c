package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.WallTime;
import dev.patchbay.stack.admin.conntrack.FlowRequest.Output;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.ConntrackListener;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.wire.Addresses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code conntrack -E}: tells what becomes of connections, until it is closed. */
public final class ConntrackMonitor implements ConntrackListener, AutoCloseable {
  private final NetworkStack stack;
  private final FlowRequest request;
  private final FlowFilter filter;
  private final FlowText text;
  private final boolean expectations;
  private boolean headed;
  private @Nullable LiveOutput out;
  private Runnable done = () -> {};

  /** Events that were not told since {@link #out} was full. */
  private long unseen;

  private ConntrackMonitor(NetworkStack stack, FlowRequest request, boolean expectations) {
    this.stack = stack;
    this.request = request;
    this.expectations = expectations;
    filter = new FlowFilter(request);
    text = new FlowText(request);
  }

  /**
   * Reads a command line.
   *
   * @param argv the words behind {@code conntrack}
   * @return null where it is no endless command
   */
  public static @Nullable ConntrackMonitor of(NetworkStack stack, List<String> argv)
      throws RefusedException {
    try {
      FlowRequest request = FlowParser.parse(argv);
      boolean expectations = request.command == FlowCommand.EXPECT_EVENT;
      if (request.command != FlowCommand.EVENT && !expectations) {
        return null;
      }
      ConntrackCommand.checkMasks(request);
      return new ConntrackMonitor(stack, request, expectations);
    } catch (FlowProblem e) {
      throw new RefusedException(e.status(), e.text().stripTrailing());
    }
  }

  /**
   * Begins to tell.
   *
   * @param to gets complete lines, one call an event; of events that come while it is full it gets
   *     the number only
   * @param end is run when the namespace has gone
   */
  public void start(LiveOutput to, Runnable end) {
    out = to;
    done = end;
    stack.netfilter().conntrack().listen(this);
  }

  /** Tells nothing more. */
  @Override
  public void close() {
    stack.netfilter().conntrack().forget(this);
    out = null;
    done = () -> {};
  }

  @Override
  public void gone() {
    done.run();
  }

  /** Who reads what is told now; null where nobody does. */
  private @Nullable LiveOutput reader() {
    LiveOutput to = out;
    if (to == null) {
      return null;
    }
    if (to.isFull()) {
      unseen++;
      return null;
    }
    if (unseen > 0) {
      to.err("conntrack: " + unseen + " events not shown: more came than was read\n");
      unseen = 0;
    }
    return to;
  }

  private String time() {
    if (!request.has(Output.TIMESTAMP) || request.has(Output.XML)) {
      return "";
    }
    long wall = stack.loop().wallTime();
    return "[%d.%06d]\t".formatted(wall / 1_000_000_000L, WallTime.micros(wall));
  }

  @Override
  public void changed(Connection connection, int events) {
    int kind = FlowRequest.UPDATES;
    if ((events & DESTROY) != 0) {
      kind = FlowRequest.DESTROY;
    } else if ((events & (NEW | RELATED)) != 0) {
      kind = FlowRequest.NEW;
    }
    long now = stack.loop().now();
    if (expectations || (request.events & kind) == 0 || !filter.fits(connection, now)) {
      return;
    }
    LiveOutput to = reader();
    if (to == null) {
      return;
    }
    String head = request.has(Output.XML) && !headed ? FlowText.XML_HEAD : "";
    headed = true;
    long wall = stack.loop().wallTime();
    to.out(head + time() + text.line(connection, events, now, wall, 1) + "\n");
  }

  @Override
  public void expectation(Expectation expectation, boolean added) {
    boolean v4 = Addresses.isV4(expectation.tuple.dstHi, expectation.tuple.dstLo);
    if (!expectations || request.family != 0 && (request.family == 4) != v4) {
      return;
    }
    LiveOutput to = reader();
    if (to == null) {
      return;
    }
    long now = stack.loop().now();
    if (request.has(Output.XML)) {
      String head = headed ? "" : ExpectText.XML_HEAD;
      headed = true;
      to.out(head + ExpectText.xml(expectation, added ? "new" : "destroy", now) + "\n");
    } else {
      String time = request.has(Output.TIMESTAMP) ? ExpectText.time(stack.loop().wallTime()) : "";
      String head = "%9s ".formatted(added ? "[NEW]" : "[DESTROY]");
      to.out(time + head + ExpectText.line(expectation, now) + "\n");
    }
  }
}
