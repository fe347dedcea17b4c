package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.admin.WallTime;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** An expectation as {@code conntrack -L expect} prints it. */
final class ExpectText {
  static final String XML_HEAD = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<expect>\n";

  private static final long SECOND = 1_000_000_000L;

  private ExpectText() {}

  /**
   * One line, without its end.
   *
   * @param now ns of the loop's clock
   */
  static String line(Expectation e, long now) {
    Tuple t = e.tuple;
    boolean v4 = Addresses.isV4(t.dstHi, t.dstLo);
    StringBuilder to = new StringBuilder();
    to.append(e.left(now) / SECOND).append(" proto=").append(t.protocol).append(' ');
    to.append("src=").append(e.anySource ? any(v4) : Addresses.toString(t.srcHi, t.srcLo));
    to.append(" dst=").append(Addresses.toString(t.dstHi, t.dstLo)).append(' ');
    ports(to, "sport", "dport", t, e.anySourcePort ? 0 : t.source, t.destination);
    to.append("mask-src=").append(e.anySource ? any(v4) : all(v4)).append(' ');
    to.append("mask-dst=").append(all(v4)).append(' ');
    ports(to, "sport", "dport", t, e.anySourcePort ? 0 : 0xffff, 0xffff);
    Tuple master = e.master.tuple(Connection.ORIGINAL, new Tuple());
    to.append("master-src=").append(Addresses.toString(master.srcHi, master.srcLo));
    to.append(" master-dst=").append(Addresses.toString(master.dstHi, master.dstLo)).append(' ');
    ports(to, "sport", "dport", master, master.source, master.destination);
    if (e.master.zone() != 0) {
      to.append("zone=").append(e.master.zone()).append(' ');
    }
    to.append((e.flags & Expectation.PERMANENT) != 0 ? "PERMANENT " : "");
    to.append("class=").append(e.kind);
    Helper helper = helper(e);
    if (helper != null) {
      to.append(" helper=").append(helper.name());
    }
    return to.toString();
  }

  /** Who reads the connection that has announced it. */
  private static @Nullable Helper helper(Expectation e) {
    Extras extras = e.master.extras();
    return extras == null ? null : extras.helper;
  }

  /**
   * The same as XML.
   *
   * @param type of the event, empty in a list
   */
  static String xml(Expectation e, String type, long now) {
    Tuple t = e.tuple;
    Tuple master = e.master.tuple(Connection.ORIGINAL, new Tuple());
    boolean v4 = Addresses.isV4(t.dstHi, t.dstLo);
    StringBuilder to = new StringBuilder("<flow");
    to.append(type.isEmpty() ? "" : " type=\"" + type + "\"").append("><layer3 protonum=\"");
    to.append(v4 ? "2\" protoname=\"ipv4\">" : "10\" protoname=\"ipv6\">");
    String source = e.anySource ? any(v4) : Addresses.toString(t.srcHi, t.srcLo);
    pair(to, "expected", "src", source, "dst", Addresses.toString(t.dstHi, t.dstLo));
    pair(to, "mask", "src", e.anySource ? any(v4) : all(v4), "dst", all(v4));
    String from = Addresses.toString(master.srcHi, master.srcLo);
    pair(to, "master", "src", from, "dst", Addresses.toString(master.dstHi, master.dstLo));
    to.append("</layer3><layer4 protonum=\"").append(t.protocol).append("\" protoname=\"");
    to.append(FlowProtocol.name(t.protocol)).append("\">");
    if (Tuple.hasPorts(t.protocol)) {
      ports(to, "expected", e.anySourcePort ? 0 : t.source, t.destination);
      ports(to, "mask", e.anySourcePort ? 0 : 0xffff, 0xffff);
      ports(to, "master", master.source, master.destination);
    }
    to.append("</layer4><meta>");
    Helper helper = helper(e);
    if (helper != null) {
      to.append("<helper-name>").append(helper.name()).append("</helper-name>");
    }
    to.append("<timeout>").append(e.left(now) / SECOND).append("</timeout>");
    if (e.master.zone() != 0) {
      to.append("<zone>").append(e.master.zone()).append("</zone>");
    }
    return to.append("<class>").append(e.kind).append("</class></meta></flow>").toString();
  }

  private static void ports(StringBuilder to, String name, int source, int destination) {
    pair(to, name, "sport", String.valueOf(source), "dport", String.valueOf(destination));
  }

  private static void pair(
      StringBuilder to, String name, String one, String first, String two, String second) {
    to.append('<').append(name).append("><").append(one).append('>').append(first);
    to.append("</").append(one).append("><").append(two).append('>').append(second);
    to.append("</").append(two).append("></").append(name).append('>');
  }

  /** What stands before a line: its time. */
  static String time(long wall) {
    return "[%-8d.%-6d]\t".formatted(wall / SECOND, WallTime.micros(wall));
  }

  private static String any(boolean v4) {
    return v4 ? "0.0.0.0" : "::";
  }

  private static String all(boolean v4) {
    return v4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  }

  private static void ports(
      StringBuilder to, String one, String two, Tuple of, int source, int destination) {
    if (Tuple.hasPorts(of.protocol)) {
      to.append(one).append('=').append(source).append(' ');
      to.append(two).append('=').append(destination).append(' ');
    }
  }
}
