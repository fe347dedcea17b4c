package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.tcp.TcpConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The keys of TCP ({@code ipv4_net_table}). They act on connections that are made after the change,
 * as those of Linux mostly do.
 */
final class TcpKeys {
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1000 * MILLISECOND;

  /** The least of {@code tcp_rmem} and {@code tcp_wmem}, which memory pressure alone would ask. */
  private static final int LEAST_BUFFER = 4096;

  private final List<SysctlKey> keys = new ArrayList<>();
  private final TcpConfig config;

  private TcpKeys(TcpConfig config) {
    this.config = config;
  }

  static List<SysctlKey> of(NetworkStack stack) {
    TcpKeys all = new TcpKeys(stack.tcpConfig());
    all.retries();
    all.times();
    all.limits();
    all.options();
    all.congestionControl();
    all.buffers();
    return all.keys;
  }

  private void number(String name, int least, int greatest, IntSupplier get, IntConsumer set) {
    keys.add(SysctlKey.number("net/ipv4/tcp_" + name, least, greatest, get, set));
  }

  private void time(String name, long unit, LongSupplier get, LongConsumer set) {
    number(
        name,
        0,
        Integer.MAX_VALUE,
        () -> (int) (get.getAsLong() / unit),
        v -> set.accept(v * unit));
  }

  private void retries() {
    TcpConfig c = config;
    number("syn_retries", 1, 127, () -> c.synRetries, v -> c.synRetries = v);
    number("synack_retries", 0, 255, () -> c.synAckRetries, v -> c.synAckRetries = v);
    number("retries2", 0, 255, () -> c.retries2, v -> c.retries2 = v);
    number("orphan_retries", 0, 255, () -> c.orphanRetries, v -> c.orphanRetries = v);
    number("keepalive_probes", 0, 255, () -> c.keepAliveProbes, v -> c.keepAliveProbes = v);
  }

  private void times() {
    TcpConfig c = config;
    time("fin_timeout", SECOND, () -> c.finTimeout, v -> c.finTimeout = v);
    time("keepalive_intvl", SECOND, () -> c.keepAliveInterval, v -> c.keepAliveInterval = v);
    time("keepalive_time", SECOND, () -> c.keepAliveIdle, v -> c.keepAliveIdle = v);
    time(
        "invalid_ratelimit",
        MILLISECOND,
        () -> c.invalidAckInterval,
        v -> c.invalidAckInterval = v);
  }

  private void limits() {
    TcpConfig c = config;
    int max = Integer.MAX_VALUE;
    number("challenge_ack_limit", 0, max, () -> c.challengeAckLimit, v -> c.challengeAckLimit = v);
    number("max_syn_backlog", 0, max, () -> c.maxHalfOpen, v -> c.maxHalfOpen = v);
    number("max_tw_buckets", 0, max, () -> c.maxTimeWait, v -> c.maxTimeWait = v);
    number("syncookies", 0, 1, () -> c.synCookies ? 1 : 0, v -> c.synCookies = v != 0);
    number("tw_reuse", 0, 2, () -> c.timeWaitReuse, v -> c.timeWaitReuse = v);
  }

  private void options() {
    TcpConfig c = config;
    number("ecn", 0, 2, () -> c.ecn, v -> c.ecn = v);
    number("mtu_probing", 0, 1, () -> c.mtuProbing, v -> c.mtuProbing = v);
    number("sack", 0, 1, () -> c.sack ? 1 : 0, v -> c.sack = v != 0);
    number("timestamps", 0, 1, () -> c.timestamps ? 1 : 0, v -> c.timestamps = v != 0);
    number("window_scaling", 0, 1, () -> c.windowScaling ? 1 : 0, v -> c.windowScaling = v != 0);
  }

  private void congestionControl() {
    String all = String.join(" ", TcpConfig.CONGESTION_CONTROLS);
    keys.add(SysctlKey.text("net/ipv4/tcp_available_congestion_control", () -> all));
    keys.add(
        new SysctlKey(
            "net/ipv4/tcp_congestion_control",
            () -> config.congestionControl,
            value -> {
              String wanted = value.strip();
              if (!TcpConfig.CONGESTION_CONTROLS.contains(wanted)) {
                throw new SysctlException(Errno.ENOENT);
              }
              config.congestionControl = wanted;
            }));
  }

  private void buffers() {
    TcpConfig c = config;
    buffer(
        "rmem",
        () -> new int[] {c.receiveBufferInitial, c.receiveBufferMax},
        two -> {
          c.receiveBufferInitial = two[0];
          c.receiveBufferMax = two[1];
        });
    buffer(
        "wmem",
        () -> new int[] {c.sendBufferInitial, c.sendBufferMax},
        two -> {
          c.sendBufferInitial = two[0];
          c.sendBufferMax = two[1];
        });
  }

  /** The first of three stays what it is. */
  private void buffer(String name, Supplier<int[]> get, Consumer<int[]> set) {
    keys.add(
        new SysctlKey(
            "net/ipv4/tcp_" + name,
            () -> LEAST_BUFFER + "\t" + get.get()[0] + "\t" + get.get()[1],
            value -> {
              int[] all = SysctlKey.numbers(value, 3, LEAST_BUFFER, Integer.MAX_VALUE);
              if (all[0] != LEAST_BUFFER) {
                throw new SysctlException(Errno.EINVAL);
              }
              set.accept(new int[] {all[1], all[2]});
            }));
  }
}
