package dev.patchbay.stack.admin.ss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.udp.UdpSocket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Expectations are the output of nstat of iproute2 6.1 for the same traffic on its loopback, less
 * what this stack does not count. Linux counts a datagram as received when it is read, which here
 * is at once.
 */
class NstatCommandTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final NstatCommand nstat = new NstatCommand();
  private UdpSocket sender;

  /** Two datagrams over IPv4, of which nobody wants the second, and one over IPv6. */
  @BeforeEach
  void traffic() {
    UdpSocket receiver = stack.udp().open((socket, packet) -> {});
    assertThat(receiver.bind(0, 0, 5000, null)).isTrue();
    sender = stack.udp().open((socket, packet) -> {});
    assertThat(sender.bind(0, 0, 5001, null)).isTrue();
    send("127.0.0.1", 5000);
    send("127.0.0.1", 5002);
    send("::1", 5000);
  }

  private void send(String to, int port) {
    IpAddress a = IpAddress.parse(to);
    boolean sent = sender.send(new byte[100], 0, 100, a.hi(), a.lo(), a.hi(), a.lo(), port, null);
    assertThat(sent).isTrue();
    loop.runForMillis(10);
  }

  private String run(String... words) {
    IpCommand.Result result = nstat.run(stack, List.of(words));
    assertThat(result.status()).isZero();
    assertThat(result.stderr()).isEmpty();
    return result.stdout();
  }

  @Test
  void absolute() {
    // the second datagram is answered by an ICMP error of 28 + 128 bytes
    assertThat(run("-a"))
        .isEqualTo(
            """
            #kernel
            IpInReceives                    3                  0.0
            IpInDelivers                    3                  0.0
            IpOutRequests                   3                  0.0
            IcmpInMsgs                      1                  0.0
            IcmpInDestUnreachs              1                  0.0
            IcmpOutMsgs                     1                  0.0
            IcmpOutDestUnreachs             1                  0.0
            IcmpMsgInType3                  1                  0.0
            IcmpMsgOutType3                 1                  0.0
            UdpInDatagrams                  1                  0.0
            UdpNoPorts                      1                  0.0
            UdpOutDatagrams                 2                  0.0
            Ip6InReceives                   1                  0.0
            Ip6InDelivers                   1                  0.0
            Ip6OutRequests                  1                  0.0
            Ip6InOctets                     148                0.0
            Ip6OutOctets                    148                0.0
            Udp6InDatagrams                 1                  0.0
            Udp6OutDatagrams                1                  0.0
            IpExtInOctets                   412                0.0
            IpExtOutOctets                  412                0.0
            """);
  }

  @Test
  void whatWasAddedSinceTheLastCall() {
    run();
    assertThat(run()).isEqualTo("#kernel\n");
    send("::1", 5000);
    String added =
        """
        #kernel
        Udp6InDatagrams                 1                  0.0
        Udp6OutDatagrams                1                  0.0
        """;
    assertThat(run("-s", "Udp6*")).isEqualTo(added);
    assertThat(run("UdpIn*")).isEqualTo("#kernel\n");
    assertThat(run("Udp6*")).as("what did not match was not lost").isEqualTo(added);
    assertThat(run("Udp6*")).isEqualTo("#kernel\n");
    assertThat(run("-r", "Udp6InD*")).contains("Udp6InDatagrams                 2  ");
    send("::1", 5000);
    assertThat(run("-n")).isEmpty();
    assertThat(run()).isEqualTo("#kernel\n");
  }

  @Test
  void zerosAndPatterns() {
    assertThat(run("-az", "UdpIn[DC]*", "Tcp?ctiveOpens"))
        .isEqualTo(
            """
            #kernel
            TcpActiveOpens                  0                  0.0
            UdpInDatagrams                  1                  0.0
            UdpInCsumErrors                 0                  0.0
            """);
    // Linux has these, this stack has not
    assertThat(run("-az")).doesNotContain("TcpExtTCPMD5", "TcpCurrEstab");
  }

  @Test
  void json() {
    assertThat(run("-ajp", "UdpInD*", "UdpN*"))
        .isEqualTo(
            """
            {
                "kernel": {
                    "UdpInDatagrams": 1,
                    "UdpNoPorts": 1
                }
            }
            """);
    assertThat(run("-a", "--json", "none")).isEqualTo("{\"kernel\":{}}\n");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "-x, 255, nstat: invalid option -- 'x'",
        "-d, 255, nstat: option requires an argument -- 'd'",
        "-d1, 2, Error: 'nstat -d' is not supported yet.",
        "--interval=5, 2, Error: 'nstat -t' is not supported yet.",
      })
  void refusals(String word, int status, String message) {
    IpCommand.Result result = nstat.run(stack, List.of(word));
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.stderr().lines().findFirst()).contains(message);
  }
}
