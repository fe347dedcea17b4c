package dev.patchbay.stack.socket;

import static dev.patchbay.stack.socket.SocketTester.WORLD;
import static dev.patchbay.stack.socket.SocketTester.at;
import static dev.patchbay.stack.socket.SocketTester.poll;
import static dev.patchbay.stack.socket.SocketTester.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the network does to TCP sockets, and how they tell. */
class StreamErrorsTest {
  private static final int SYN_ACK = 0x12;
  private static final int ACK = 0x10;
  private static final int RST_ACK = 0x14;

  private final SocketTester t = new SocketTester();

  @AfterEach
  void nothingLeaks() {
    t.lab.stack.tcp().forEach(s -> s.abort());
    t.lab.close();
  }

  @ParameterizedTest
  @CsvSource({
    "3,0,ENETUNREACH",
    "3,1,EHOSTUNREACH",
    "3,2,ENOPROTOOPT",
    "3,3,ECONNREFUSED",
    "3,9,ENETUNREACH",
    "3,13,EHOSTUNREACH",
    "11,0,EHOSTUNREACH",
  })
  void icmpEndsTheHandshakeWithItsErrno(int type, int code, String errno) {
    StreamSocket s = t.stream();
    assertThat(result(s.connect(at(WORLD, 80)))).isEqualTo("EINPROGRESS");
    assertThat(result(s.connect(at(WORLD, 80)))).isEqualTo("EALREADY");
    t.turn();
    assertThat(poll(s)).isEqualTo("0");
    t.icmp(type, code, 0, t.packet());
    t.turn();
    assertThat(poll(s)).isEqualTo("IN|OUT|ERR|HUP|RDNORM|WRNORM|RDHUP");
    assertThat(t.error(s)).isEqualTo(errno);
    assertThat(t.error(s)).isEqualTo("0");
    s.close();
  }

  @Test
  void anUnansweredHandshakeTimesOutAfterSyncntRetransmissions() {
    StreamSocket s = t.stream();
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_SYNCNT, 2);
    s.connect(at(WORLD, 80));
    t.lab.loop.runForMillis(6_900);
    assertThat(t.lab.toWorld).as("SYN at 0, 1 and 3 s").hasSize(3);
    assertThat(poll(s)).isEqualTo("0");
    t.lab.loop.runForMillis(300);
    assertThat(t.receive(s)).isEqualTo("ETIMEDOUT");
    assertThat(result(s.connect(at(WORLD, 80)))).isEqualTo("ECONNABORTED");
    assertThat(result(s.connect(at(WORLD, 80)))).isEqualTo("EINPROGRESS");
    s.close();
  }

  @Test
  void aNeighbourThatDoesNotAnswerIsAnUnreachableHost() {
    StreamSocket s = t.stream();
    s.connect(at("10.0.2.77", 80));
    t.lab.loop.runForMillis(4_000);
    assertThat(t.error(s)).isEqualTo("EHOSTUNREACH");
    s.close();
  }

  @Test
  void anErrorAboutAConnectionThatStandsIsSoft() {
    StreamSocket s = t.toWorldConnected();
    assertThat(t.send(s, "hello")).isEqualTo("5");
    t.icmp(3, 1, 0, t.packet());
    t.turn();
    assertThat(poll(s)).isEqualTo("OUT|WRNORM");
    assertThat(t.error(s)).as("SO_ERROR tells also what is soft").isEqualTo("EHOSTUNREACH");
    assertThat(t.error(s)).isEqualTo("0");
    s.close();
  }

  @Test
  void aSoftErrorNamesTheReasonOfATimeOut() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_USER_TIMEOUT, 3000);
    t.send(s, "hello");
    t.icmp(3, 0, 0, t.packet());
    t.lab.loop.runForMillis(10_000);
    assertThat(t.receive(s)).isEqualTo("ENETUNREACH");
    s.close();
  }

  @Test
  void userTimeoutWithoutAWordIsTimedOut() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_USER_TIMEOUT, 3000);
    t.send(s, "hello");
    t.lab.loop.runForMillis(2_900);
    assertThat(poll(s)).isEqualTo("OUT|WRNORM");
    t.lab.loop.runForMillis(1_500);
    assertThat(t.error(s)).isEqualTo("ETIMEDOUT");
    assertThat(t.send(s, "x")).isEqualTo("EPIPE");
    s.close();
  }

  @Test
  void recverrTellsAtOnceAndKeepsTheConnection() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    t.send(s, "hello");
    t.icmp(3, 1, 0, t.packet());
    assertThat(poll(s)).isEqualTo("OUT|ERR|WRNORM");
    assertThat(t.receive(s)).isEqualTo("EHOSTUNREACH");
    assertThat(t.send(s, "more")).isEqualTo("4");
    s.close();
  }

  @Test
  void whatCameBeforeAResetCanBeRead() {
    StreamSocket s = t.stream();
    s.connect(at(WORLD, 80));
    t.turn();
    byte[] syn = t.packet();
    t.answer(syn, SYN_ACK, 1000, "");
    t.answer(syn, ACK, 1001, "last words");
    t.answer(syn, RST_ACK, 1011, "");
    assertThat(poll(s)).isEqualTo("IN|OUT|ERR|HUP|RDNORM|WRNORM|RDHUP");
    assertThat(t.receive(s)).isEqualTo("last words");
    assertThat(t.receive(s)).isEqualTo("ECONNRESET");
    assertThat(t.receive(s)).isEmpty();
    s.close();
  }

  @Test
  void aResetAfterTheFinIsABrokenPipe() {
    StreamSocket s = t.stream();
    s.connect(at(WORLD, 80));
    t.turn();
    byte[] syn = t.packet();
    t.answer(syn, SYN_ACK, 1000, "");
    t.answer(syn, ACK | 1, 1001, "");
    assertThat(poll(s)).isEqualTo("IN|OUT|RDNORM|WRNORM|RDHUP");
    t.answer(syn, RST_ACK, 1002, "");
    assertThat(t.receive(s)).isEmpty();
    assertThat(t.error(s)).isEqualTo("EPIPE");
    s.close();
  }

  @Test
  void keepAliveGivesUpASilentPeer() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_KEEPIDLE, 10);
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_KEEPINTVL, 2);
    s.setsockopt(SocketTester.TCP, SocketOptions.TCP_KEEPCNT, 3);
    s.setsockopt(SocketTester.LEVEL, SocketOptions.SO_KEEPALIVE, 1);
    t.lab.loop.runForMillis(9_000);
    assertThat(t.lab.toWorld).isEmpty();
    t.lab.loop.runForMillis(8_000);
    assertThat(t.error(s)).isEqualTo("ETIMEDOUT");
    assertThat(t.lab.toWorld).as("three probes and a RST").hasSize(4);
    s.close();
  }

  @Test
  void aDeviceThatIsDownIsAnUnreachableNetwork() {
    t.lab.stack.setUp(t.lab.uplink, false);
    StreamSocket s = t.stream();
    assertThat(result(s.connect(at(WORLD, 80)))).isEqualTo("ENETUNREACH");
    s.close();
  }

  @Test
  void whatWasNotAcceptedIsResetInTheOrderInWhichItCame() {
    StreamSocket listener = t.stream();
    listener.setsockopt(SocketTester.TCP, SocketOptions.TCP_DEFER_ACCEPT, 3);
    listener.bind(at("10.0.2.2", 80));
    listener.listen(20);
    List<Integer> ports = new ArrayList<>();
    for (int port = 4000; port < 4012; port++) {
      byte[] ours = new byte[40];
      Bytes.put16(ours, 20, 80);
      Bytes.put16(ours, 22, port);
      Bytes.put8(ours, 32, 0x50);
      t.answer(ours, 0x02, 1000, "");
      t.answer(t.packet(), ACK, 1001, "");
      ports.add(port);
    }
    t.lab.toWorld.clear();
    listener.close();
    t.turn();
    assertThat(t.lab.toWorld).extracting(p -> Bytes.u16(p, 22)).isEqualTo(ports);
    assertThat(t.lab.toWorld).allMatch(p -> (p[33] & 4) != 0);
  }
}
