package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.wire.Addresses;

/** An expectation as {@code conntrack -L expect} prints it. */
final class ExpectText {
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
    Helper helper = e.helper;
    if (helper == null && e.master.extras() != null) {
      helper = e.master.needExtras().helper;
    }
    if (helper != null) {
      to.append(" helper=").append(helper.name());
    }
    return to.toString();
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
