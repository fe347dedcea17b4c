package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real ss over the sockets that the daemon has for its services, beside ours. */
@Timeout(90)
class SocketsTest {
  private static final int BACKLOG = 4096;

  private static List<Channel> services() throws Exception {
    List<Channel> open = new ArrayList<>();
    for (String address : List.of("10.0.2.3", "fec0::3")) {
      StandardProtocolFamily family =
          address.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
      InetSocketAddress where = new InetSocketAddress(address, 53);
      open.add(DatagramChannel.open(family).bind(where));
      open.add(ServerSocketChannel.open(family).bind(where, BACKLOG));
    }
    return open;
  }

  @Test
  @Requires({"daemon", "root", "netns"})
  void ssShowsThemAsTheRealOneDoes() throws Exception {
    try (Netns netns = Netns.create();
        Daemon daemon = Daemon.start()) {
      netns.exec("sysctl", "-qw", "net.core.somaxconn=" + BACKLOG).ok();
      netns.exec("ip", "addr", "add", "10.0.2.3/24", "dev", "lo").ok();
      netns.exec("ip", "addr", "add", "fec0::3/64", "dev", "lo", "nodad").ok();
      List<Channel> open = Setns.call(netns, SocketsTest::services);
      try {
        for (String words :
            List.of(
                "-tuan sport = :53",
                "-tua sport = :53",
                "-tuanH sport = domain",
                "-tln4 src 10.0.2.0/24",
                "-6 -uan src [fec0::3]:domain",
                "-A inet,!udp -n state listening sport = :53",
                "-tan state established",
                "-tn ( sport = :53")) {
          String[] argv =
              Stream.concat(Stream.of("ss"), Arrays.stream(words.split(" ")))
                  .toArray(String[]::new);
          var real = netns.exec(argv);
          var ours = daemon.exec(argv);
          assertThat(ours.status()).as(words).isEqualTo(real.status());
          assertThat(ours.output()).as(words).isEqualTo(real.output());
          if (!real.succeeded()) { // else it may miss diagnosis modules of the kernel
            assertThat(ours.errors().lines().findFirst())
                .as(words)
                .isEqualTo(real.errors().lines().findFirst());
          }
        }
      } finally {
        for (Channel channel : open) {
          channel.close();
        }
      }
    }
  }

  @Test
  @Requires("daemon")
  void nstatTellsWhatWasAdded() throws Exception {
    try (Daemon daemon = Daemon.start()) {
      assertThat(daemon.exec("nstat", "-az", "Tcp*Opens").ok())
          .isEqualTo(
              """
              #kernel
              TcpActiveOpens                  0                  0.0
              TcpPassiveOpens                 0                  0.0\
              """);
      daemon.exec("nstat", "-n").ok();
      assertThat(daemon.exec("nstat", "Tcp*").ok()).isEqualTo("#kernel");
      assertThat(daemon.exec("nstat", "-d", "1").status()).isEqualTo(2);
    }
  }
}
