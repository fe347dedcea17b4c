package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.conntrack.FlowRequest.Output;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.ConntrackListener;
import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.nat.NatRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that make, change, take away and look for single connections. */
final class FlowChange {
  private static final long SECOND = 1_000_000_000L;

  /** Only these bits are set by hand ({@code IPS_UNCHANGEABLE_MASK} has the others). */
  private static final int SETTABLE =
      Connection.SEEN_REPLY | Connection.ASSURED | Connection.FIXED_TIMEOUT;

  /** What an update tells ({@code ctnetlink_new_conntrack}). */
  private static final int UPDATED =
      ConntrackListener.REPLY
          | ConntrackListener.ASSURED
          | ConntrackListener.HELPER
          | ConntrackListener.LABEL
          | ConntrackListener.PROTOINFO
          | ConntrackListener.SEQADJ
          | ConntrackListener.MARK;

  private static final String FAILED = "Operation failed: ";
  private static final String NOT_POSSIBLE = FAILED + "Operation not supported";

  private final NetworkStack stack;
  private final Conntrack conntrack;
  private final FlowRequest request;
  private final StringBuilder out;
  private final StringBuilder err;
  private final FlowText text;

  FlowChange(NetworkStack stack, FlowRequest request, StringBuilder out, StringBuilder err) {
    this.stack = stack;
    conntrack = stack.netfilter().conntrack();
    this.request = request;
    this.out = out;
    this.err = err;
    text = new FlowText(request);
  }

  private void print(Connection c, int users) {
    long now = stack.loop().now();
    out.append(text.line(c, FlowText.LISTED, now, stack.loop().wallTime(), users)).append('\n');
  }

  // ---- -I, -A

  /** Makes one; false where {@code -A} finds it there. */
  boolean create() throws FlowProblem {
    Tuple original = original();
    Tuple reply = reply();
    Tuple first = original;
    Tuple answer = reply;
    if (first == null) {
      first = inverse(answer);
    } else if (answer == null) {
      answer = inverse(first);
    }
    if (first == null || answer == null) {
      throw FlowProblem.other(FAILED + "invalid parameters");
    }
    Connection c = conntrack.describe(first, answer, zone(), directions());
    translate(c);
    c.status |= request.status & (SETTABLE | Connection.EXPECTED);
    c.mark = request.mark;
    TcpState tcp = c.tcp();
    if (tcp != null && request.state != null) {
      tcp.state(request.state);
    }
    switch (conntrack.insert(c, request.timeout * SECOND)) {
      case DONE -> {
        return true;
      }
      case EXISTS -> {
        if (request.command == FlowCommand.ADD) {
          return false;
        }
        throw FlowProblem.other(FAILED + "Such conntrack exists, try -U to update");
      }
      case FULL -> throw FlowProblem.other(FAILED + "not enough memory");
    }
    return false;
  }

  private int zone() {
    return Math.max(0, Math.max(request.zone, Math.max(request.originalZone, request.replyZone)));
  }

  private int directions() throws FlowProblem {
    if (request.originalZone >= 0
        && request.replyZone >= 0
        && request.originalZone != request.replyZone) {
      throw FlowProblem.unsupported("--orig-zone and --reply-zone that differ");
    }
    if (request.zone >= 0 || request.originalZone == request.replyZone) {
      return 3;
    }
    return request.originalZone >= 0 ? 1 : 2;
  }

  private static @Nullable Tuple inverse(@Nullable Tuple of) {
    Tuple to = new Tuple();
    return of != null && to.invert(of) ? to : null;
  }

  private static @Nullable Tuple tuple(
      @Nullable IpAddress source, @Nullable IpAddress destination, int protocol) {
    if (source == null || destination == null) {
      return null;
    }
    Tuple t = new Tuple();
    t.srcHi = source.hi();
    t.srcLo = source.lo();
    t.dstHi = destination.hi();
    t.dstLo = destination.lo();
    t.protocol = protocol;
    return t;
  }

  private @Nullable Tuple original() {
    Tuple t = tuple(request.source, request.destination, request.protocol);
    if (t != null) {
      if (Tuple.isIcmp(t.protocol)) {
        icmp(t);
      } else if (!ports(t, request.sourcePort, request.destinationPort)) {
        return null;
      }
    }
    return t;
  }

  private @Nullable Tuple reply() {
    Tuple t = tuple(request.replySource, request.replyDestination, request.protocol);
    if (t == null) {
      return null;
    }
    if (!Tuple.isIcmp(t.protocol)) {
      return ports(t, request.replySourcePort, request.replyDestinationPort) ? t : null;
    }
    Tuple question = new Tuple().set(t);
    icmp(question);
    Tuple answer = inverse(question);
    if (answer == null) {
      return null;
    }
    t.source = answer.source;
    t.destination = answer.destination;
    return t;
  }

  private void icmp(Tuple t) {
    t.source = Math.max(0, request.icmpId);
    t.destination = request.icmpType << 8 | request.icmpCode;
  }

  private static boolean ports(Tuple t, int source, int destination) {
    if (Tuple.hasPorts(t.protocol)) {
      t.source = source;
      t.destination = destination;
      return source >= 0 && destination >= 0;
    }
    return true;
  }

  /** Settles a translation that is asked for; where none is, nothing is settled. */
  private void translate(Connection c) {
    IpAddress to = request.natDestination;
    IpAddress from = request.natSource;
    if (to == null && from == null) {
      return;
    }
    settle(c, to, request.natDestinationPort, false);
    settle(c, from, request.natSourcePort, true);
  }

  private void settle(Connection c, @Nullable IpAddress address, int port, boolean source) {
    if (address == null) {
      stack.netfilter().nat().settleAsIs(c, source);
    } else {
      NatRange range =
          port >= 0
              ? NatRange.endpoint(address.hi(), address.lo(), port)
              : NatRange.address(address.hi(), address.lo());
      stack.netfilter().nat().settle(c, range, source);
    }
  }

  // ---- -U, -D, -G

  private List<Connection> meant() {
    FlowFilter filter = new FlowFilter(request);
    long now = stack.loop().now();
    boolean updates = request.command == FlowCommand.UPDATE;
    return conntrack.all().stream()
        .filter(c -> updates ? filter.fitsPlace(c) : filter.fits(c, now))
        .toList();
  }

  /** Changes those that are meant and are not so already. */
  int update() throws FlowProblem {
    int count = 0;
    for (Connection c : meant()) {
      if (!isSoAlready(c)) {
        if (request.family == 0) {
          err.append(NOT_POSSIBLE).append('\n'); // the kernel wants to know the family
          throw FlowProblem.other(NOT_POSSIBLE);
        }
        if (change(c)) {
          print(c, 2);
          count++;
        }
      }
    }
    return count;
  }

  private int markOf(Connection c) {
    return request.has(FlowOption.MARK) ? c.mark & ~request.markMask ^ request.mark : c.mark;
  }

  private boolean isSoAlready(Connection c) {
    TcpState tcp = c.tcp();
    boolean sameState = request.state == null || tcp == null || tcp.state() == request.state;
    boolean sameTime =
        !request.has(FlowOption.TIMEOUT) || c.left(stack.loop().now()) / SECOND == request.timeout;
    return sameState && sameTime && c.has(request.status) && markOf(c) == c.mark;
  }

  private boolean change(Connection c) {
    if (request.has(FlowOption.TIMEOUT) && c.has(Connection.FIXED_TIMEOUT)) {
      // EPERM, before all else is changed (ctnetlink_change_timeout)
      err.append(FAILED);
      err.append("sorry, you must be root or get CAP_NET_ADMIN capability to do this\n");
      print(c, 2);
      return true;
    }
    if ((request.status & Connection.EXPECTED & ~c.status) != 0) {
      err.append(FAILED).append("Device or resource busy\n");
      print(c, 2);
      return true;
    }
    c.status |= request.status & SETTABLE;
    c.mark = markOf(c);
    TcpState tcp = c.tcp();
    if (tcp != null && request.state != null) {
      tcp.state(request.state);
    }
    if (request.has(FlowOption.TIMEOUT)) {
      conntrack.timeout(c, request.timeout * SECOND, stack.loop().now());
    }
    conntrack.changed(c, UPDATED);
    return true;
  }

  int delete() {
    List<Connection> all = meant();
    for (Connection c : all) {
      if (request.has(Output.SAVE)) {
        out.append("-D").append(line(c).substring(2)).append('\n');
      } else {
        print(c, 1);
      }
      conntrack.kill(c);
    }
    return all.size();
  }

  private String line(Connection c) {
    long now = stack.loop().now();
    return text.line(c, FlowText.LISTED, now, stack.loop().wallTime(), 1);
  }

  /** Shows the one of that tuple. */
  int get() throws FlowProblem {
    Tuple t = original();
    if (t == null && request.source != null && request.destination != null) {
      throw FlowProblem.other(FAILED + "invalid parameters");
    }
    if (t == null) {
      // the kernel takes the other direction where it is whole; its name for ports is the first's
      t = reply();
      if (t == null || Tuple.hasPorts(request.protocol)) {
        throw FlowProblem.other(FAILED + "invalid parameters");
      }
    }
    Connection c = conntrack.find(t, 0);
    if (c == null) {
      throw FlowProblem.other(FAILED + "such conntrack doesn't exist");
    }
    print(c, 2);
    return 1;
  }
}
