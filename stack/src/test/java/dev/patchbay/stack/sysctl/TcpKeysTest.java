package dev.patchbay.stack.sysctl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.tcp.TcpConfig;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each key of TCP is a field of its configuration, whose effects package {@code tcp} tests. */
class TcpKeysTest {
  private static final long SECOND = 1_000_000_000L;
  private final TwoLinks net = new TwoLinks();

  @AfterEach
  void nothingLeaks() {
    net.lab.close();
  }

  private void becomes(String key, String value, Function<TcpConfig, Object> field, Object wanted) {
    net.words("sysctl -qw net.ipv4.tcp_" + key + "=" + value);
    assertThat(field.apply(net.lab.stack.tcpConfig())).as(key).isEqualTo(wanted);
    assertThat(net.words("sysctl -n net.ipv4.tcp_" + key)).isEqualTo(value + "\n");
  }

  @Test
  void eachKeySetsItsField() {
    becomes("challenge_ack_limit", "5", c -> c.challengeAckLimit, 5);
    becomes("congestion_control", "reno", c -> c.congestionControl, "reno");
    becomes("ecn", "1", c -> c.ecn, 1);
    becomes("fin_timeout", "7", c -> c.finTimeout, 7 * SECOND);
    becomes("invalid_ratelimit", "50", c -> c.invalidAckInterval, SECOND / 20);
    becomes("keepalive_intvl", "8", c -> c.keepAliveInterval, 8 * SECOND);
    becomes("keepalive_probes", "2", c -> c.keepAliveProbes, 2);
    becomes("keepalive_time", "9", c -> c.keepAliveIdle, 9 * SECOND);
    becomes("max_syn_backlog", "10", c -> c.maxHalfOpen, 10);
    becomes("max_tw_buckets", "11", c -> c.maxTimeWait, 11);
    becomes("mtu_probing", "0", c -> c.mtuProbing, 0);
    becomes("orphan_retries", "3", c -> c.orphanRetries, 3);
    becomes("retries2", "4", c -> c.retries2, 4);
    becomes("sack", "0", c -> c.sack, false);
    becomes("syn_retries", "5", c -> c.synRetries, 5);
    becomes("synack_retries", "6", c -> c.synAckRetries, 6);
    becomes("syncookies", "0", c -> c.synCookies, false);
    becomes("timestamps", "0", c -> c.timestamps, false);
    becomes("tw_reuse", "1", c -> c.timeWaitReuse, 1);
    becomes("window_scaling", "0", c -> c.windowScaling, false);
    becomes("rmem", "4096\t50000\t60000", c -> c.receiveBufferInitial, 50000);
    becomes("rmem", "4096\t50000\t60001", c -> c.receiveBufferMax, 60001);
    becomes("wmem", "4096\t50000\t60000", c -> c.sendBufferInitial, 50000);
    becomes("wmem", "4096\t50000\t60001", c -> c.sendBufferMax, 60001);
  }

  @Test
  void whatWouldHaveNoEffectIsRefused() {
    for (String setting :
        new String[] {
          "tcp_rmem=8192\t131072\t6291456", "tcp_rmem=4096\t131072", "tcp_mtu_probing=2",
          "tcp_syncookies=2", "tcp_timestamps=2", "fib_multipath_hash_policy=2"
        }) {
      var result = net.run("sysctl -w net.ipv4." + setting);
      assertThat(result.status()).as(setting).isEqualTo(1);
      assertThat(result.stderr()).endsWith("Invalid argument\n");
    }
  }
}
