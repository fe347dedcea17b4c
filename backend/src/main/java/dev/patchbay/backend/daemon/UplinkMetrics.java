package dev.patchbay.backend.daemon;

import dev.patchbay.backend.control.MetricsText;
import dev.patchbay.backend.uplink.Outside;
import dev.patchbay.backend.uplink.UplinkCounters;
import dev.patchbay.backend.vxlan.VxlanSockets;

/** The uplink's counters as metrics: {@code patchbay_uplink_total{what="…"}}. On the loop. */
final class UplinkMetrics {
  private UplinkMetrics() {}

  static void add(MetricsText text, Outside outside) {
    UplinkCounters c = outside.counters();
    text.gauge("patchbay_ping_flows", "Ping sockets of the uplink.", outside.pingFlows());
    Sink sink =
        (what, count) ->
            text.counter("patchbay_uplink_total", "Events of the uplink.", count, "what", what);
    sink.add("tcp_opened", c.tcpOpened);
    sink.add("tcp_refused", c.tcpRefused);
    sink.add("tcp_failed", c.tcpFailed);
    sink.add("tcp_abandoned", c.tcpAbandoned);
    sink.add("tcp_idled", c.tcpIdled);
    sink.add("tcp_bytes_out", c.tcpBytesOut);
    sink.add("tcp_bytes_in", c.tcpBytesIn);
    sink.add("udp_out", c.udpOut);
    sink.add("udp_calls", c.udpCalls);
    sink.add("udp_in", c.udpIn);
    sink.add("udp_filtered", c.udpFiltered);
    sink.add("ping_out", c.pingOut);
    sink.add("ping_in", c.pingIn);
    sink.add("ping_denied", c.pingDenied);
    sink.add("icmp_errors", c.icmpErrors);
    sink.add("denied", c.denied);
    sink.add("loopback_denied", c.loopbackDenied);
    sink.add("self", c.self);
    sink.add("flow_limit", c.flowLimit);
    sink.add("host_errors", c.hostErrors);
    sink.add("fragments_dropped", c.fragmentsDropped);
    sink.add("forward_opened", c.forwardOpened);
    sink.add("forward_failed", c.forwardFailed);
  }

  static void add(MetricsText text, VxlanSockets sockets) {
    Sink sink =
        (what, count) ->
            text.counter("patchbay_vxlan_total", "Datagrams of VXLAN.", count, "what", what);
    sink.add("received", sockets.received());
    sink.add("sent", sockets.sent());
    sink.add("not_received", sockets.notReceived());
    sink.add("not_sent", sockets.notSent());
  }

  private interface Sink {
    void add(String what, long count);
  }
}
