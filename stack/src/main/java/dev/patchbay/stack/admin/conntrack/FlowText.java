package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.admin.WallTime;
import dev.patchbay.stack.admin.conntrack.FlowRequest.Output;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.ConntrackListener;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.wire.Addresses;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A connection as conntrack prints it. */
final class FlowText {
  /** Of a list: not an event. */
  static final int LISTED = 0;

  static final String XML_HEAD = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<conntrack>\n";

  private static final long SECOND = 1_000_000_000L;
  private static final int GRE = 47;

  private final FlowRequest request;
  private final Tuple tuple = new Tuple();
  private final StringBuilder to = new StringBuilder();

  /** What is at hand. */
  private int events;

  private long now;
  private long wall;
  private int users;

  FlowText(FlowRequest request) {
    this.request = request;
  }

  /**
   * One line, without its end.
   *
   * @param happened bits of {@link ConntrackListener}, or {@link #LISTED}
   * @param nowNanos ns of the loop's clock
   * @param wallNanos ns of wall time
   * @param uses how many hold it: 1 in lists, 2 where it was asked for alone
   */
  String line(Connection c, int happened, long nowNanos, long wallNanos, int uses) {
    events = happened;
    now = nowNanos;
    wall = wallNanos;
    users = uses;
    to.setLength(0);
    if (request.has(Output.SAVE)) {
      save(c);
    } else if (request.has(Output.XML)) {
      xml(c);
    } else {
      plain(c);
    }
    return to.toString().stripTrailing();
  }

  private boolean isNew() {
    return (events & (ConntrackListener.NEW | ConntrackListener.RELATED)) != 0;
  }

  private boolean isGone() {
    return (events & ConntrackListener.DESTROY) != 0;
  }

  private boolean isListed() {
    return events == LISTED;
  }

  /** Whether the kernel tells an attribute that goes with an event. */
  private boolean tells(int event) {
    return isListed() || isNew() || isGone() || (events & event) != 0;
  }

  private static String protocol(Connection c) {
    return FlowProtocol.name(c.protocol());
  }

  private long left(Connection c) {
    return c.left(now) / SECOND;
  }

  private TcpState.@Nullable State state(Connection c) {
    TcpState tcp = c.tcp();
    return tcp == null || !tells(ConntrackListener.PROTOINFO) ? null : tcp.state();
  }

  private @Nullable Extras counted(Connection c) {
    Extras extras = c.extras();
    boolean told = isListed() || isGone();
    return extras != null && extras.counts && told ? extras : null;
  }

  /** Whether its mark is told: always in lists, else where it has one or has changed. */
  private boolean tellsMark(Connection c) {
    return isListed() || c.mark != 0 || (events & ConntrackListener.MARK) != 0;
  }

  private long started(Connection c) {
    Extras extras = c.extras();
    return extras == null || !(isListed() || isGone()) ? 0 : extras.started;
  }

  private static @Nullable String helper(Connection c) {
    Extras extras = c.extras();
    return extras == null || extras.helper == null ? null : extras.helper.name();
  }

  private static boolean hasOneZone(Connection c) {
    return c.zone(Connection.ORIGINAL) == c.zone(Connection.REPLY);
  }

  // ---- a line of text

  private void plain(Connection c) {
    if (!isListed()) {
      to.append("%9s ".formatted(isGone() ? "[DESTROY]" : isNew() ? "[NEW]" : "[UPDATE]"));
    }
    if (request.has(Output.EXTENDED)) {
      to.append("%-8s %d ".formatted(c.isV4() ? "ipv4" : "ipv6", c.isV4() ? 2 : 10));
    }
    to.append("%-8s %d ".formatted(protocol(c), c.protocol()));
    if (!isGone() || left(c) > 0) {
      to.append(left(c)).append(' ');
    }
    TcpState.State state = state(c);
    if (state != null) {
      to.append(state).append(' ');
    }
    direction(c, Connection.ORIGINAL);
    if (!c.has(Connection.SEEN_REPLY)) {
      to.append("[UNREPLIED] ");
    }
    direction(c, Connection.REPLY);
    if (c.has(Connection.ASSURED)) {
      to.append("[ASSURED] ");
    }
    if (tellsMark(c)) {
      to.append("mark=").append(Integer.toUnsignedString(c.mark)).append(' ');
    }
    if (hasOneZone(c) && c.zone() != 0) {
      to.append("zone=").append(c.zone()).append(' ');
    }
    long started = started(c);
    if (started != 0) {
      to.append("delta-time=").append((wall - started) / SECOND).append(' ');
      if (request.has(Output.KTIMESTAMP)) {
        to.append("[start=").append(WallTime.ctime(started)).append("] ");
        if (isGone()) {
          to.append("[stop=").append(WallTime.ctime(wall)).append("] ");
        }
      }
    }
    String helper = helper(c);
    if (helper != null) {
      to.append("helper=").append(helper).append(' ');
    }
    if (isListed()) {
      to.append("use=").append(users).append(' ');
    }
    if (request.has(Output.ID)) {
      to.append("id=").append(Integer.toUnsignedString(c.id));
    }
  }

  private void direction(Connection c, int direction) {
    Tuple t = c.tuple(direction, tuple);
    to.append("src=").append(Addresses.toString(t.srcHi, t.srcLo)).append(' ');
    to.append("dst=").append(Addresses.toString(t.dstHi, t.dstLo)).append(' ');
    if (Tuple.hasPorts(t.protocol)) {
      to.append("sport=").append(t.source).append(" dport=").append(t.destination).append(' ');
    } else if (Tuple.isIcmp(t.protocol)) {
      to.append("type=").append(t.destination >>> 8);
      to.append(" code=").append(t.destination & 0xff).append(" id=").append(t.source).append(' ');
    } else if (t.protocol == GRE) {
      to.append("srckey=0x%x dstkey=0x%x ".formatted(t.source, t.destination));
    }
    if (!hasOneZone(c) && c.zone(direction) != 0) {
      to.append(direction == Connection.ORIGINAL ? "zone-orig=" : "zone-reply=");
      to.append(c.zone(direction)).append(' ');
    }
    Extras extras = counted(c);
    if (extras != null) {
      to.append("packets=").append(extras.packets[direction]);
      to.append(" bytes=").append(extras.bytes[direction]).append(' ');
    }
  }

  // ---- as a command

  private void save(Connection c) {
    to.append(isGone() ? "-D" : isListed() || isNew() ? "-A" : "-U");
    saveStatus(c);
    Tuple t = c.tuple(Connection.ORIGINAL, tuple);
    int sourcePort = t.source;
    int destinationPort = t.destination;
    long srcHi = t.srcHi;
    long srcLo = t.srcLo;
    long dstHi = t.dstHi;
    long dstLo = t.dstLo;
    to.append(" -s ").append(Addresses.toString(srcHi, srcLo));
    to.append(" -d ").append(Addresses.toString(dstHi, dstLo));
    c.tuple(Connection.REPLY, t);
    boolean settled = c.has(Connection.SRC_NAT_DONE | Connection.DST_NAT_DONE);
    boolean toOther = settled && (t.srcHi != dstHi || t.srcLo != dstLo);
    boolean fromOther = settled && (t.dstHi != srcHi || t.dstLo != srcLo);
    to.append(toOther ? " -g " : " -r ").append(Addresses.toString(t.srcHi, t.srcLo));
    to.append(fromOther ? " -n " : " -q ").append(Addresses.toString(t.dstHi, t.dstLo));
    boolean known = FlowProtocol.isKnown(c.protocol());
    to.append(" -p ").append(known ? protocol(c) : String.valueOf(c.protocol()));
    if (Tuple.hasPorts(c.protocol())) {
      to.append(" --sport ").append(sourcePort).append(" --dport ").append(destinationPort);
      to.append(" --reply-port-src ").append(t.source);
      to.append(" --reply-port-dst ").append(t.destination);
    } else if (Tuple.isIcmp(c.protocol())) {
      String name = " --" + protocol(c);
      to.append(name).append("-type ").append(destinationPort >>> 8);
      to.append(name).append("-code ").append(destinationPort & 0xff);
      to.append(name).append("-id ").append(sourcePort);
    }
    TcpState.State state = state(c);
    if (state != null) {
      to.append(" --state ").append(state);
    }
  }

  private void saveStatus(Connection c) {
    if (!isGone() || left(c) > 0) {
      to.append(" -t ").append(left(c));
    }
    StringBuilder status = new StringBuilder();
    named(status, c, Connection.EXPECTED, "EXPECTED");
    named(status, c, Connection.SEEN_REPLY, "SEEN_REPLY");
    named(status, c, Connection.ASSURED, "ASSURED");
    named(status, c, Connection.FIXED_TIMEOUT, "FIXED_TIMEOUT");
    to.append(" -u ").append(status.isEmpty() ? "UNSET" : status.substring(1));
    int one = c.zone(Connection.ORIGINAL);
    int two = c.zone(Connection.REPLY);
    if (one == two) {
      to.append(one == 0 ? "" : " -w " + one);
    } else {
      to.append(one == 0 ? "" : " --orig-zone " + one);
      to.append(two == 0 ? "" : " --reply-zone " + two);
    }
  }

  private static void named(StringBuilder to, Connection c, int bit, String name) {
    if (c.has(bit)) {
      to.append(',').append(name);
    }
  }

  // ---- XML

  private void xml(Connection c) {
    to.append("<flow");
    if (!isListed()) {
      String type = isGone() ? "destroy" : isNew() ? "new" : "update";
      to.append(" type=\"").append(type).append('"');
    }
    to.append('>');
    xmlDirection(c, Connection.ORIGINAL);
    xmlDirection(c, Connection.REPLY);
    to.append("<meta direction=\"independent\">");
    TcpState.State state = state(c);
    if (state != null) {
      element("state", state.name());
    }
    if (!isGone() || left(c) > 0) {
      element("timeout", String.valueOf(left(c)));
    }
    if (tellsMark(c)) {
      element("mark", Integer.toUnsignedString(c.mark));
    }
    if (hasOneZone(c) && c.zone() != 0) {
      element("zone", String.valueOf(c.zone()));
    }
    if (isListed()) {
      element("use", String.valueOf(users));
    }
    element("id", Integer.toUnsignedString(c.id));
    to.append(c.has(Connection.ASSURED) ? "<assured/>" : "");
    to.append(c.has(Connection.SEEN_REPLY) ? "" : "<unreplied/>");
    xmlTimes(c);
    to.append("</meta>");
    if (!isListed() && request.has(Output.TIMESTAMP)) {
      to.append(WallTime.xml(wall));
    }
    String helper = helper(c);
    if (helper != null) {
      element("helper", helper);
    }
    to.append("</flow>");
  }

  private void xmlTimes(Connection c) {
    long started = started(c);
    if (started == 0) {
      return;
    }
    if (request.has(Output.KTIMESTAMP)) {
      to.append("<timestamp>");
      element("start", String.valueOf(started));
      if (isGone()) {
        element("stop", String.valueOf(wall));
      }
      to.append("</timestamp>");
    }
    element("deltatime", String.valueOf((wall - started) / SECOND));
  }

  private void element(String name, String value) {
    to.append('<').append(name).append('>').append(value);
    to.append("</").append(name).append('>');
  }

  private void xmlDirection(Connection c, int direction) {
    Tuple t = c.tuple(direction, tuple);
    to.append("<meta direction=\"").append(direction == Connection.ORIGINAL ? "original" : "reply");
    to.append("\"><layer3 protonum=\"").append(c.isV4() ? 2 : 10);
    to.append("\" protoname=\"").append(c.isV4() ? "ipv4" : "ipv6").append("\">");
    element("src", Addresses.toString(t.srcHi, t.srcLo));
    element("dst", Addresses.toString(t.dstHi, t.dstLo));
    to.append("</layer3><layer4 protonum=\"").append(t.protocol);
    to.append("\" protoname=\"").append(protocol(c).toLowerCase(Locale.ROOT)).append("\">");
    if (Tuple.hasPorts(t.protocol)) {
      element("sport", String.valueOf(t.source));
      element("dport", String.valueOf(t.destination));
    }
    to.append("</layer4>");
    if (!hasOneZone(c) && c.zone(direction) != 0) {
      element("zone", String.valueOf(c.zone(direction)));
    }
    Extras extras = counted(c);
    if (extras != null) {
      to.append("<counters>");
      element("packets", String.valueOf(extras.packets[direction]));
      element("bytes", String.valueOf(extras.bytes[direction]));
      to.append("</counters>");
    }
    to.append("</meta>");
  }
}
