package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.admin.iptables.RuleWords;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Table;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The steps of one packet as lines of text and as objects of JSON. */
final class TraceLines implements Trace {
  /** Who gets each step. */
  interface Sink {
    /**
     * A step.
     *
     * @param json its object
     * @param text its line without a line feed
     */
    void step(Map<String, ?> json, String text);
  }

  private static final String[] FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

  private final Sink sink;
  private final Runnable over;
  private int followed = 1;

  /**
   * For one packet and what is made of it.
   *
   * @param over is run when all of it has ended
   */
  TraceLines(Sink sink, Runnable over) {
    this.sink = sink;
    this.over = over;
  }

  private void step(String name, Map<String, @Nullable Object> more, String text) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("step", name);
    all.putAll(more);
    sink.step(all, "%-8s %s".formatted(name, text));
  }

  /** Whether a packet's transport header has ports and they are there. */
  static boolean hasPorts(PacketFields p) {
    boolean ported =
        p.protocol == IpProtocol.TCP
            || p.protocol == IpProtocol.UDP
            || p.protocol == IpProtocol.SCTP
            || p.protocol == IpProtocol.UDPLITE;
    return ported && !p.laterFragment && p.transport + 4 <= p.packet().tail;
  }

  /** What a packet says, in the words of {@code --packet}. */
  private static Map<String, @Nullable Object> said(PacketFields p) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    NetDevice port = p.physicalIn;
    if (port != null || p.in != null) {
      all.put("in", port != null ? port.name() : String.valueOf(p.in));
    }
    all.put("proto", PacketKeys.protocol(p.protocol));
    all.put("src", new IpAddress(p.srcHi, p.srcLo).toString());
    all.put("dst", new IpAddress(p.dstHi, p.dstLo).toString());
    byte[] data = p.packet().data;
    if (hasPorts(p)) {
      all.put("sport", Field.portAt(p, 0));
      all.put("dport", Field.portAt(p, 2));
      if (p.protocol == IpProtocol.TCP && p.transport + Tcp.LENGTH <= p.packet().tail) {
        all.put("flags", flags(Bytes.u8(data, p.transport + 13)));
      }
    }
    boolean icmp = p.protocol == IpProtocol.ICMP || p.protocol == IpProtocol.ICMPV6;
    if (icmp && !p.laterFragment && p.transport + 2 <= p.packet().tail) {
      all.put("type", Bytes.u8(data, p.transport));
      all.put("code", Bytes.u8(data, p.transport + 1));
    }
    if (p.laterFragment) {
      all.put("fragment", true);
    }
    all.put("ttl", Field.TTL.value(p));
    if (p.packet().mark != 0) {
      all.put("mark", Field.MARK.value(p));
    }
    all.put("length", p.length);
    return all;
  }

  private static String flags(int bits) {
    StringBuilder to = new StringBuilder();
    for (int i = 0; i < FLAGS.length; i++) {
      if ((bits & 1 << i) != 0) {
        to.append(to.isEmpty() ? "" : ",").append(FLAGS[i]);
      }
    }
    return to.isEmpty() ? "none" : to.toString();
  }

  @Override
  public void begins(PacketFields p) {
    Map<String, @Nullable Object> all = said(p);
    StringBuilder text = new StringBuilder();
    all.forEach((key, value) ->
        text.append(text.isEmpty() ? "" : " ").append(key).append('=').append(value));
    step("packet", all, text.toString());
  }

  private static Map<String, @Nullable Object> at(PacketFields p, Table table, Chain chain) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("hook", p.hook.name());
    all.put("table", table.kind().word());
    all.put("chain", chain.name());
    return all;
  }

  private static String place(PacketFields p, Table table, Chain chain) {
    return p.hook + " " + table.kind().word() + " " + chain.name();
  }

  @Override
  public void rule(
      PacketFields p,
      Table table,
      Chain chain,
      int number,
      @Nullable Verdict verdict,
      @Nullable Chain to) {
    String words = RuleWords.of(table, chain.rule(number - 1));
    String result = verdict == null ? "JUMP" : verdict.name();
    Map<String, @Nullable Object> all = at(p, table, chain);
    all.put("rule", number);
    all.put("verdict", result);
    if (to != null) {
      all.put("to", to.name());
      result += " " + to.name();
    }
    all.put("words", words);
    step("rule", all, place(p, table, chain) + " " + number + ": " + words + " => " + result);
  }

  @Override
  public void assumed(PacketFields p, Table table, Chain chain, int number) {
    Map<String, @Nullable Object> all = at(p, table, chain);
    all.put("rule", number);
    step(
        "assumed",
        all,
        place(p, table, chain)
            + " "
            + number
            + ": depends on time, chance or other packets; taken as met");
  }

  @Override
  public void assumedCarrier(Packet packet, NetDevice device) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("dev", device.name());
    step("assumed", all, device.name() + " has no carrier; taken as if it had");
  }

  @Override
  public void policy(PacketFields p, Table table, Chain chain) {
    Map<String, @Nullable Object> all = at(p, table, chain);
    all.put("verdict", chain.policy().name());
    step("policy", all, place(p, table, chain) + " => " + chain.policy());
  }

  @Override
  public void tracked(PacketFields p) {
    Packet packet = p.packet();
    String state = TrackingInfo.name(packet);
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("hook", p.hook.name());
    all.put("ctstate", state);
    Connection c = TrackingInfo.of(packet);
    StringBuilder text = new StringBuilder().append(p.hook).append(": connection ").append(state);
    if (c != null && c.mark != 0) {
      all.put("mark", c.mark & 0xffff_ffffL);
      text.append(" mark 0x").append(Integer.toHexString(c.mark));
    }
    step("tracked", all, text.toString());
  }

  @Override
  public void translated(PacketFields p, boolean source) {
    Connection c = TrackingInfo.of(p.packet());
    int way = TrackingInfo.direction(p.packet().trackingInfo);
    boolean first = source == (way == Connection.ORIGINAL);
    if (c == null || !c.has(first ? Connection.SRC_NAT : Connection.DST_NAT)) {
      return; // it stays what it is
    }
    long hi = source ? p.srcHi : p.dstHi;
    long lo = source ? p.srcLo : p.dstLo;
    String address = Addresses.toString(hi, lo);
    boolean ports = Tuple.hasPorts(p.protocol) && p.hasTransport(4);
    int port = ports ? Field.portAt(p, source ? 0 : 2) : 0;
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("hook", p.hook.name());
    all.put("what", source ? "source" : "destination");
    all.put("address", address);
    String to = p.v4 ? address : "[" + address + "]";
    if (ports) {
      all.put("port", port);
      to += ":" + port;
    }
    step("translated", all, "%s: %s becomes %s".formatted(p.hook, all.get("what"), to));
  }

  @Override
  public void exempt(PacketFields p) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("hook", p.hook.name());
    step("exempt", all, p.hook + ": our DHCP is not filtered");
  }

  @Override
  public void routed(Packet packet, @Nullable Route route) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    all.put("type", route == null ? "none" : route.type().name().toLowerCase(Locale.ROOT));
    text.append(all.get("type"));
    if (route != null && route.gateway() != null) {
      all.put("gateway", route.gateway().toString());
      text.append(" via ").append(route.gateway());
    }
    if (route != null && route.device() != null) {
      all.put("dev", route.device().name());
      text.append(" dev ").append(route.device().name());
    }
    step("route", all, text.toString());
  }

  @Override
  public void delivered(Packet packet) {
    step("local", Map.of(), "for us");
  }

  @Override
  public void sent(Packet packet, NetDevice device) {
    step("sent", Map.of("dev", device.name()), device.name());
  }

  @Override
  public void waits(Packet packet, NetDevice out, IpAddress hop) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("hop", hop.toString());
    all.put("dev", out.name());
    step("waits", all, hop + " on " + out.name() + " is not known and would be asked for first");
  }

  @Override
  public void dropped(Packet packet, DropReason reason) {
    step("dropped", Map.of("reason", reason.name()), reason.name());
  }

  @Override
  public void copied() {
    followed++;
  }

  @Override
  public void ended() {
    if (--followed == 0) {
      over.run();
    }
  }
}
