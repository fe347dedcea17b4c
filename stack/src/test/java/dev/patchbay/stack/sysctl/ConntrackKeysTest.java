package dev.patchbay.stack.sysctl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.conntrack.ConntrackCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.conntrack.Settings;
import dev.patchbay.stack.conntrack.TcpState.State;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code net.netfilter.nf_conntrack_*}. */
class ConntrackKeysTest {
  private static final String KEY = "net.netfilter.nf_conntrack_";

  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));

  private static IpCommand.Result sysctl(NetworkStack of, String setting) {
    return new SysctlCommand().run(of, List.of(KEY + setting), "");
  }

  private IpCommand.Result sysctl(String setting) {
    return sysctl(stack, setting);
  }

  @Test
  void timesActOnWhatComesNext() {
    Settings settings = stack.netfilter().conntrack().settings();
    assertThat(sysctl("udp_timeout=7").stdout()).isEqualTo(KEY + "udp_timeout = 7\n");
    assertThat(settings.udp).isEqualTo(7);
    sysctl("tcp_timeout_syn_sent=5");
    assertThat(settings.tcp[State.SYN_SENT.ordinal()]).isEqualTo(5);
    assertThat(settings.tcp[State.SYN_SENT2.ordinal()]).isEqualTo(5);
    sysctl("tcp_timeout_last_ack=6");
    assertThat(settings.tcp[State.LAST_ACK.ordinal()]).isEqualTo(6);
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    for (String setting : List.of("acct=2", "events=3", "tcp_max_retrans=256")) {
      String key = setting.substring(0, setting.indexOf('='));
      assertThat(sysctl(setting).stderr())
          .isEqualTo("sysctl: setting key \"" + KEY + key + "\": Invalid argument\n");
    }
    assertThat(sysctl("foo=1").status()).isEqualTo(1);
  }

  @Test
  void whatIsCountedIsNotSet() {
    List<String> words =
        List.of("-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 2 -t 9".split(" "));
    assertThat(new ConntrackCommand().run(stack, words, "").status()).isZero();
    assertThat(sysctl("count").stdout()).isEqualTo(KEY + "count = 1\n");
    sysctl("count=0");
    assertThat(sysctl("count").stdout()).isEqualTo(KEY + "count = 1\n");
  }

  @Test
  void limitsAreTheInitialNamespacesToSet() {
    assertThat(sysctl("max=1").status()).isZero();
    assertThat(stack.netfilter().conntrack().settings().limits.max).isEqualTo(1);
    List<String> words =
        List.of("-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 2 -t 9".split(" "));
    assertThat(new ConntrackCommand().run(stack, words, "").status()).isZero();
    List<String> second =
        List.of("-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 3 -t 9".split(" "));
    assertThat(new ConntrackCommand().run(stack, second, "").stderr())
        .endsWith("Operation failed: not enough memory\n");
    new IpCommand().run(stack, List.of("netns", "add", "other"));
    NetworkStack other = Objects.requireNonNull(stack.namespaces().find("other"));
    sysctl(other, "max=5");
    assertThat(sysctl(other, "max").stdout()).isEqualTo(KEY + "max = 1\n");
    // one value for all, and each counts its own
    assertThat(new ConntrackCommand().run(other, words, "").status()).isZero();
    assertThat(new ConntrackCommand().run(other, second, "").stderr())
        .endsWith("Operation failed: not enough memory\n");
    sysctl("max=2");
    assertThat(new ConntrackCommand().run(other, second, "").status()).isZero();
  }
}
