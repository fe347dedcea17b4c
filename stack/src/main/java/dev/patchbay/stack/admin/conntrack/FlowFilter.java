package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/** Which connections a command means. */
final class FlowFilter {
  private static final int BOTH = Connection.SRC_NAT_DONE | Connection.DST_NAT_DONE;

  private final FlowRequest request;
  private final Tuple original = new Tuple();
  private final Tuple reply = new Tuple();

  FlowFilter(FlowRequest request) {
    this.request = request;
  }

  /** Whether it fits all that was said ({@code nfct_filter}). */
  boolean fits(Connection c, long now) {
    if (!fitsPlace(c)) {
      return false;
    }
    FlowRequest r = request;
    if (r.has(FlowOption.MARK) && (c.mark & r.markMask) != r.mark) {
      return false;
    }
    boolean deletes = r.command == FlowCommand.DELETE;
    if (r.has(FlowOption.STATUS)
        && (deletes ? !c.has(r.status) : (c.status & r.statusMask) != r.status)) {
      return false;
    }
    TcpState tcp = c.tcp();
    if (r.state != null && (tcp == null || tcp.state() != r.state)) {
      return false;
    }
    if (r.has(FlowOption.TIMEOUT) && comparesMore() && c.left(now) / 1_000_000_000L != r.timeout) {
      return false;
    }
    return fitsZone(c);
  }

  /** A time-out alone is not looked at. */
  private boolean comparesMore() {
    FlowRequest r = request;
    return r.has(FlowOption.PROTONUM)
        || r.has(FlowOption.SRC)
        || r.has(FlowOption.DST)
        || r.has(FlowOption.REPLY_SRC)
        || r.has(FlowOption.REPLY_DST)
        || r.has(FlowOption.MARK)
        || r.has(FlowOption.STATUS)
        || r.has(FlowOption.ID)
        || r.has(FlowOption.ZONE);
  }

  private boolean fitsZone(Connection c) {
    int one = c.zone(Connection.ORIGINAL);
    int two = c.zone(Connection.REPLY);
    boolean both = one == two;
    FlowRequest r = request;
    return (r.zone < 0 || r.zone == (both ? one : 0))
        && (r.originalZone < 0 || r.originalZone == (both ? 0 : one))
        && (r.replyZone < 0 || r.replyZone == (both ? 0 : two));
  }

  /** Whether addresses, ports, translation and id fit: what {@code -U} looks for. */
  boolean fitsPlace(Connection c) {
    FlowRequest r = request;
    if (r.family != 0 && c.isV4() != (r.family == 4)) {
      return false;
    }
    c.tuple(Connection.ORIGINAL, original);
    c.tuple(Connection.REPLY, reply);
    return (r.protocol < 0 || c.protocol() == r.protocol)
        && (r.id < 0 || (c.id & 0xffff_ffffL) == r.id)
        && is(r.source, r.sourceMask, original.srcHi, original.srcLo)
        && is(r.destination, r.destinationMask, original.dstHi, original.dstLo)
        && is(r.replySource, null, reply.srcHi, reply.srcLo)
        && is(r.replyDestination, null, reply.dstHi, reply.dstLo)
        && fitsPorts()
        && fitsTranslation(c);
  }

  private static boolean is(
      @Nullable IpAddress wanted, @Nullable IpAddress mask, long hi, long lo) {
    if (wanted == null) {
      return true;
    }
    long maskHi = mask == null ? -1 : mask.hi();
    long maskLo = mask == null ? -1 : mask.lo();
    return ((wanted.hi() ^ hi) & maskHi) == 0 && ((wanted.lo() ^ lo) & maskLo) == 0;
  }

  private static boolean is(int wanted, int port) {
    return wanted < 0 || wanted == port;
  }

  private boolean fitsPorts() {
    FlowRequest r = request;
    if (Tuple.isIcmp(original.protocol)) {
      return is(r.icmpType, original.destination >>> 8)
          && is(r.icmpCode, original.destination & 0xff)
          && is(r.icmpId, original.source);
    }
    return is(r.sourcePort, original.source)
        && is(r.destinationPort, original.destination)
        && is(r.replySourcePort, reply.source)
        && is(r.replyDestinationPort, reply.destination);
  }

  private boolean fitsTranslation(Connection c) {
    FlowRequest r = request;
    boolean any = r.has(FlowOption.ANY_NAT);
    boolean source = isSourceTranslated(c);
    boolean destination = isDestinationTranslated(c);
    if (any) {
      return source || destination;
    }
    return (!r.has(FlowOption.SRC_NAT) || source) && (!r.has(FlowOption.DST_NAT) || destination);
  }

  private boolean isSourceTranslated(Connection c) {
    boolean address = reply.dstHi != original.srcHi || reply.dstLo != original.srcLo;
    boolean port = hasPorts() && reply.destination != original.source;
    return c.has(BOTH)
        && (request.natSource == null ? address || port : address)
        && is(request.natSource, null, reply.dstHi, reply.dstLo)
        && (request.natSourcePort < 0 || port && request.natSourcePort == reply.destination);
  }

  private boolean isDestinationTranslated(Connection c) {
    boolean address = reply.srcHi != original.dstHi || reply.srcLo != original.dstLo;
    boolean port = hasPorts() && reply.source != original.destination;
    return c.has(BOTH)
        && (request.natDestination == null ? address || port : address)
        && is(request.natDestination, null, reply.srcHi, reply.srcLo)
        && (request.natDestinationPort < 0 || port && request.natDestinationPort == reply.source);
  }

  private boolean hasPorts() {
    return Tuple.hasPorts(original.protocol);
  }
}
