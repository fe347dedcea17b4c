package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Settings;
import dev.patchbay.stack.conntrack.TcpState.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/**
 * The keys of connection tracking ({@code nf_ct_sysctl_table}). The greatest numbers are the
 * initial namespace's to set, and count in all.
 */
final class ConntrackKeys {
  private static final String FOLDER = "net/netfilter/nf_conntrack_";
  private static final int MAX = Integer.MAX_VALUE;

  private final List<SysctlKey> keys = new ArrayList<>();
  private final Conntrack conntrack;
  private final Settings settings;
  private final boolean initial;

  private ConntrackKeys(NetworkStack stack) {
    conntrack = stack.netfilter().conntrack();
    settings = conntrack.settings();
    initial = stack.equals(stack.namespaces().initial());
  }

  static List<SysctlKey> of(NetworkStack stack) {
    ConntrackKeys all = new ConntrackKeys(stack);
    all.whole();
    all.switches();
    all.tcp();
    all.times();
    return all.keys;
  }

  private void number(String name, int most, IntSupplier get, IntConsumer set) {
    keys.add(SysctlKey.number(FOLDER + name, 0, most, get, set));
  }

  private void shown(String name, IntSupplier get) {
    keys.add(SysctlKey.text(FOLDER + name, () -> String.valueOf(get.getAsInt())));
  }

  /** Written by the initial namespace alone. */
  private void limit(String name, IntSupplier get, IntConsumer set) {
    if (initial) {
      number(name, MAX, get, set);
    } else {
      shown(name, get);
    }
  }

  private void whole() {
    Settings s = settings;
    shown("count", conntrack::size);
    shown("buckets", conntrack::buckets);
    limit("max", () -> s.limits.max, v -> s.limits.max = v);
    limit("expect_max", () -> s.limits.expectMax, v -> s.limits.expectMax = v);
  }

  private void switches() {
    Settings s = settings;
    number("acct", 1, () -> s.accounting, v -> s.accounting = v);
    number("checksum", 1, () -> s.checksum, v -> s.checksum = v);
    number("events", 2, () -> s.events, v -> s.events = v);
    number("timestamp", 1, () -> s.timestamp, v -> s.timestamp = v);
  }

  private void tcp() {
    Settings s = settings;
    number("tcp_be_liberal", 1, () -> s.tcpLiberal, v -> s.tcpLiberal = v);
    number(
        "tcp_ignore_invalid_rst",
        1,
        () -> s.tcpIgnoreInvalidReset,
        v -> s.tcpIgnoreInvalidReset = v);
    number("tcp_loose", 1, () -> s.tcpLoose, v -> s.tcpLoose = v);
    number("tcp_max_retrans", 255, () -> s.tcpRetransmissions, v -> s.tcpRetransmissions = v);
    state("syn_sent", State.SYN_SENT);
    state("syn_recv", State.SYN_RECV);
    state("established", State.ESTABLISHED);
    state("fin_wait", State.FIN_WAIT);
    state("close_wait", State.CLOSE_WAIT);
    state("last_ack", State.LAST_ACK);
    state("time_wait", State.TIME_WAIT);
    state("close", State.CLOSE);
    number(
        "tcp_timeout_max_retrans",
        MAX,
        () -> s.tcpMaxRetransmitted,
        v -> s.tcpMaxRetransmitted = v);
    number(
        "tcp_timeout_unacknowledged", MAX, () -> s.tcpUnacknowledged, v -> s.tcpUnacknowledged = v);
  }

  /** The time-out of a state; a simultaneous open has that of SYN_SENT. */
  private void state(String name, State state) {
    int at = state.ordinal();
    number(
        "tcp_timeout_" + name,
        MAX,
        () -> settings.tcp[at],
        v -> {
          settings.tcp[at] = v;
          if (state == State.SYN_SENT) {
            settings.tcp[State.SYN_SENT2.ordinal()] = v;
          }
        });
  }

  private void times() {
    Settings s = settings;
    number("generic_timeout", MAX, () -> s.generic, v -> s.generic = v);
    number("icmp_timeout", MAX, () -> s.icmp, v -> s.icmp = v);
    number("icmpv6_timeout", MAX, () -> s.icmp6, v -> s.icmp6 = v);
    number("udp_timeout", MAX, () -> s.udp, v -> s.udp = v);
    number("udp_timeout_stream", MAX, () -> s.udpStream, v -> s.udpStream = v);
  }
}
