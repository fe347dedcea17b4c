package dev.patchbay.stack.socket;

import static dev.patchbay.stack.socket.SocketTester.LEVEL;
import static dev.patchbay.stack.socket.SocketTester.TCP;
import static dev.patchbay.stack.socket.SocketTester.WORLD;
import static dev.patchbay.stack.socket.SocketTester.at;
import static dev.patchbay.stack.socket.SocketTester.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What options of TCP sockets do on the wire and to time. */
class StreamOptionsTest {
  private static final int SYN_ACK = 0x12;
  private static final int FIN_ACK = 0x11;
  private static final int ACK = 0x10;

  private final SocketTester t = new SocketTester();

  @AfterEach
  void nothingLeaks() {
    t.lab.stack.tcp().forEach(s -> s.abort());
    t.lab.close();
  }

  private static int payload(byte[] segment) {
    return segment.length - 20 - (segment[32] >>> 4 & 15) * 4;
  }

  /** Until the timer that probes a zero window elsewhere, as on Linux: a time-out, 200 ms here. */
  @Test
  void corkHoldsShortSegmentsFor200Milliseconds() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(TCP, SocketOptions.TCP_CORK, 1);
    final long rto = Objects.requireNonNull(s.tcpInfo()).rto();
    assertThat(rto).isBetween(200_000_000L, 202_000_000L);
    final long start = t.lab.loop.now();
    t.send(s, "a");
    t.send(s, "b");
    t.lab.loop.runFor(start + rto - 1_000_000 - t.lab.loop.now());
    assertThat(t.lab.toWorld).isEmpty();
    t.lab.loop.runFor(2_000_000);
    assertThat(payload(t.packet())).isEqualTo(2);
    s.close();
  }

  @Test
  void corkLetsFullSegmentsPassAndItsEndTheRest() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(TCP, SocketOptions.TCP_CORK, 1);
    int mss = Objects.requireNonNull(s.tcpInfo()).sendMss();
    t.send(s, "x".repeat(mss + 10));
    assertThat(payload(t.packet())).isEqualTo(mss);
    assertThat(t.lab.toWorld).isEmpty();
    s.setsockopt(TCP, SocketOptions.TCP_CORK, 0);
    t.turn();
    assertThat(payload(t.packet())).isEqualTo(10);
    s.close();
  }

  @Test
  void theMaxPacingRateSpreadsWhatIsSent() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, 10_000);
    int mss = Objects.requireNonNull(s.tcpInfo()).sendMss();
    t.send(s, "x".repeat(8 * mss));
    assertThat(t.lab.toWorld).hasSizeLessThanOrEqualTo(2);
    byte[] rate = new byte[8];
    assertThat(s.getsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, rate, 8)).isEqualTo(8);
    assertThat(Long.reverseBytes(Bytes.i64(rate, 0))).isEqualTo(10_000);
    assertThat(t.option(s, LEVEL, SocketOptions.SO_MAX_PACING_RATE)).isEqualTo("10000");
    s.setsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, -1);
    t.turn();
    int bytes = 0;
    for (byte[] p = t.toWorld(); p != null; p = t.toWorld()) {
      bytes += payload(p);
    }
    assertThat(bytes).as("all of it").isEqualTo(8 * mss);
    assertThat(t.option(s, LEVEL, SocketOptions.SO_MAX_PACING_RATE)).isEqualTo("-1");
    s.close();
  }

  @Test
  void aPacingRateOf64BitsIsKeptAndOneThatCannotBeHeldRefused() {
    StreamSocket s = t.stream();
    byte[] rate = new byte[8];
    Bytes.put64(rate, 0, Long.reverseBytes(5_000_000_000L));
    assertThat(s.setsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, rate, 8)).isZero();
    t.finishHandshake(s);
    assertThat(Objects.requireNonNull(s.tcpInfo()).maxPacingRate()).isEqualTo(5_000_000_000L);
    assertThat(t.option(s, LEVEL, SocketOptions.SO_MAX_PACING_RATE)).isEqualTo("-1");
    int slow = s.setsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, 99);
    assertThat(slow).isEqualTo(-Errno.EINVAL);
    int ofUdp = t.datagrams().setsockopt(LEVEL, SocketOptions.SO_MAX_PACING_RATE, 1000);
    assertThat(ofUdp).isEqualTo(-Errno.ENOPROTOOPT);
    s.close();
  }

  @Test
  void moreIsACorkUntilTheNextSend() {
    StreamSocket s = t.toWorldConnected();
    t.send(s, "head", MessageFlags.MSG_MORE);
    assertThat(t.lab.toWorld).isEmpty();
    t.send(s, "body");
    assertThat(payload(t.packet())).isEqualTo(8);
    s.close();
  }

  @Test
  void maxsegBoundsWhatIsOfferedAndSent() {
    StreamSocket s = t.stream();
    s.setsockopt(TCP, SocketOptions.TCP_MAXSEG, 500);
    s.connect(at(WORLD, 80));
    t.turn();
    byte[] syn = t.packet();
    assertThat(Bytes.i32(syn, 40)).as("kind 2, length 4, MSS").isEqualTo(0x0204_0000 | 500);
    t.answer(syn, SYN_ACK, 1000, "");
    assertThat(Objects.requireNonNull(s.tcpInfo()).sendMss()).isLessThanOrEqualTo(500);
    s.close();
  }

  @Test
  void ttlAndTosAreInTheSynAndMayChangeLater() {
    StreamSocket s = t.stream();
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_TTL, 7);
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_TOS, 0x48);
    t.finishHandshake(s);
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_TTL, 9);
    t.send(s, "x");
    byte[] data = t.packet();
    assertThat(Bytes.u8(data, 8)).isEqualTo(9);
    assertThat(Bytes.u8(data, 1)).isEqualTo(0x48);
    s.close();
  }

  @Test
  void markIsOnWhatLeaves() {
    StreamSocket s = t.stream();
    s.setsockopt(LEVEL, SocketOptions.SO_MARK, 42);
    int[] mark = {0};
    t.lab.uplink.far(packet -> {
      mark[0] = packet.mark;
      packet.release();
    });
    s.connect(at(WORLD, 80));
    t.turn();
    assertThat(mark[0]).isEqualTo(42);
    s.close();
  }

  @Test
  void aBoundDeviceIsTheWayOutWhateverTheRoutesSay() {
    StreamSocket s = t.stream();
    byte[] name = "br0".getBytes(StandardCharsets.US_ASCII);
    assertThat(s.setsockopt(LEVEL, SocketOptions.SO_BINDTODEVICE, name, 3)).isZero();
    t.lab.toA.clear();
    s.connect(at(WORLD, 80));
    t.turn();
    assertThat(t.lab.toWorld).isEmpty();
    assertThat(t.lab.toA).as("asks for it on the link").isNotEmpty();
    s.close();
  }

  @Test
  void deferAcceptWaitsForDataButNotForEver() {
    StreamSocket listener = t.stream();
    listener.setsockopt(TCP, SocketOptions.TCP_DEFER_ACCEPT, 3);
    listener.bind(at("127.0.0.1", 80));
    listener.listen(5);
    StreamSocket talks = t.stream();
    StreamSocket silent = t.stream();
    talks.connect(at("127.0.0.1", 80));
    silent.connect(at("127.0.0.1", 80));
    t.turn();
    assertThat(poll(listener)).isEqualTo("0");
    t.send(talks, "hello");
    assertThat(poll(listener)).isEqualTo("IN|RDNORM");
    assertThat(t.receive(t.accept(listener))).isEqualTo("hello");
    assertThat(listener.accept(null)).isNull();
    t.lab.loop.runForMillis(3_100);
    assertThat(t.receive(t.accept(listener))).isEqualTo("EAGAIN");
    listener.close();
  }

  @Test
  void linger2EndsFinWait2() {
    StreamSocket s = t.stream();
    s.setsockopt(TCP, SocketOptions.TCP_LINGER2, 2);
    s.connect(at(WORLD, 80));
    t.turn();
    t.answer(t.packet(), SYN_ACK, 1000, "");
    t.lab.toWorld.clear();
    s.close();
    t.turn();
    t.answer(t.packet(), ACK, 1001, "");
    assertThat(connections()).isZero();
    t.lab.loop.runForMillis(1_500);
    assertThat(flows()).isEqualTo(1);
    t.lab.loop.runForMillis(1_000);
    assertThat(flows()).isZero();
  }

  private int flows() {
    int[] count = {0};
    t.lab.stack.tcp().forEach(s -> count[0]++);
    return count[0];
  }

  private int connections() {
    int[] count = {0};
    t.lab.stack.tcp().forEach(s -> count[0] += s.state() == TcpState.ESTABLISHED ? 1 : 0);
    return count[0];
  }

  @Test
  void aNegativeLinger2ResetsInFinWait2() {
    StreamSocket s = t.stream();
    s.setsockopt(TCP, SocketOptions.TCP_LINGER2, -1);
    t.finishHandshake(s);
    s.shutdown(Socket.SHUT_WR);
    t.turn();
    t.answer(t.packet(), ACK, 1001, "");
    t.lab.toWorld.clear();
    s.close();
    t.turn();
    assertThat(Bytes.u8(t.packet(), 33) & 4).as("RST").isEqualTo(4);
    assertThat(flows()).isZero();
  }

  @Test
  void lingerOfZeroResetsInsteadOfEnding() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(LEVEL, SocketOptions.SO_LINGER, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
    s.close();
    t.turn();
    assertThat(Bytes.u8(t.packet(), 33)).isEqualTo(0x14);
    assertThat(flows()).isZero();
  }

  @Test
  void notsentLowatMakesTheSocketWritableLate() {
    StreamSocket s = t.toWorldConnected();
    s.setsockopt(TCP, SocketOptions.TCP_NOTSENT_LOWAT, 300);
    s.setsockopt(TCP, SocketOptions.TCP_CORK, 1);
    t.send(s, "x".repeat(200));
    assertThat(poll(s)).isEqualTo("OUT|WRNORM");
    t.send(s, "x".repeat(200));
    assertThat(poll(s)).isEqualTo("0");
    s.close();
  }

  @Test
  void windowClampBoundsTheOffer() {
    StreamSocket s = t.stream();
    s.setsockopt(TCP, SocketOptions.TCP_WINDOW_CLAMP, 2000);
    s.connect(at(WORLD, 80));
    t.turn();
    assertThat(Bytes.u16(t.packet(), 34)).isEqualTo(2000);
    s.close();
  }

  @Test
  void reusePortSpreadsConnectionsByTheirFlow() {
    StreamSocket[] listeners = new StreamSocket[4];
    for (int i = 0; i < 4; i++) {
      listeners[i] = t.stream();
      listeners[i].setsockopt(LEVEL, SocketOptions.SO_REUSEPORT, 1);
      SocketTester.check(listeners[i].bind(at("127.0.0.1", 80)));
      SocketTester.check(listeners[i].listen(100));
    }
    for (int i = 0; i < 80; i++) {
      t.stream().connect(at("127.0.0.1", 80));
    }
    t.turn();
    for (StreamSocket listener : listeners) {
      int count = 0;
      while (listener.accept(null) != null) {
        count++;
      }
      assertThat(count).isBetween(5, 40);
      listener.close();
    }
  }

  @Test
  void aFullBacklogIsACounterAndNoConnection() {
    StreamSocket listener = t.listener(80, 0);
    StreamSocket first = t.stream();
    StreamSocket second = t.stream();
    first.connect(at("127.0.0.1", 80));
    t.turn();
    second.connect(at("127.0.0.1", 80));
    t.turn();
    assertThat(poll(first)).isEqualTo("OUT|WRNORM");
    assertThat(poll(second)).isEqualTo("0");
    assertThat(t.lab.stack.tcp().counters().listenOverflows).isEqualTo(1);
    t.accept(listener);
    t.lab.loop.runForMillis(1_100);
    assertThat(poll(second)).as("the SYN came again").isEqualTo("OUT|WRNORM");
    listener.close();
  }

  @Test
  void infoIsTheConnectionsOwn() {
    StreamSocket s = t.stream();
    assertThat(s.tcpInfo()).isNull();
    t.finishHandshake(s);
    s.setsockopt(TCP, SocketOptions.TCP_CONGESTION, "reno".getBytes(StandardCharsets.US_ASCII), 4);
    TcpInfo info = Objects.requireNonNull(s.tcpInfo());
    assertThat(info.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(info.congestionControl()).isEqualTo("reno");
    assertThat(s.tcpState()).isEqualTo(TcpState.ESTABLISHED);
    s.close();
  }

  @Test
  void theEndInOrderHangsUpWithoutAnError() {
    StreamSocket s = t.stream();
    s.connect(at(WORLD, 80));
    t.turn();
    byte[] syn = t.packet();
    t.answer(syn, SYN_ACK, 1000, "");
    s.shutdown(Socket.SHUT_WR);
    t.turn();
    t.lab.toWorld.poll();
    t.answer(t.packet(), FIN_ACK, 1001, "");
    assertThat(t.receive(s)).isEmpty();
    assertThat(s.tcpState()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(poll(s)).isEqualTo("IN|OUT|HUP|RDNORM|WRNORM|RDHUP");
    assertThat(t.error(s)).isEqualTo("0");
    s.close();
  }

  /** {@code struct tcp_info} of Linux 6.1: where its numbers stand. */
  @Test
  void tcpInfoAsBytes() {
    StreamSocket s = t.toWorldConnected();
    t.send(s, "hello");
    t.answer(t.packet(), 0x18, 1001, "a reply");
    t.lab.loop.runForMillis(30);
    byte[] info = new byte[400];
    assertThat(s.getsockopt(SocketTester.TCP, SocketOptions.TCP_INFO, info, 400)).isEqualTo(232);
    TcpInfo record = Objects.requireNonNull(s.tcpInfo());
    assertThat(info[0]).as("ESTABLISHED").isEqualTo((byte) 1);
    assertThat(int32(info, 8)).as("rto").isEqualTo((int) (record.rto() / 1000));
    assertThat(int32(info, 16)).as("snd_mss").isEqualTo(record.sendMss()).isPositive();
    assertThat(int32(info, 24)).as("unacked").isZero();
    assertThat(int32(info, 52)).as("last_data_recv").isEqualTo(31);
    assertThat(int32(info, 60)).as("pmtu").isEqualTo(record.pathMtu());
    assertThat(int32(info, 76)).as("snd_ssthresh").isEqualTo(0x7fff_ffff);
    assertThat(int32(info, 80)).as("snd_cwnd").isEqualTo(10);
    assertThat(int32(info, 100)).as("total_retrans").isZero();
    assertThat(int32(info, 120)).as("bytes_acked").isEqualTo(5);
    assertThat(int32(info, 128)).as("bytes_received").isEqualTo(7);
    assertThat(int32(info, 136)).as("segs_out").isEqualTo((int) record.segmentsOut());
    assertThat(info[7]).as("delivery_rate_app_limited").isEqualTo((byte) 1);
    assertThat(int32(info, 160)).as("delivery_rate").isEqualTo((int) record.deliveryRate());
    assertThat(record.deliveryRate()).isPositive();
    assertThat(int32(info, 200)).as("bytes_sent").isEqualTo(5);
    assertThat(int32(info, 228)).as("snd_wnd").isEqualTo(60_000);
    assertThat(s.getsockopt(SocketTester.TCP, SocketOptions.TCP_INFO, info, 12)).isEqualTo(12);
  }

  private static int int32(byte[] value, int at) {
    return OptionValue.int32(value, at);
  }

  @Test
  void whoWaitsForUrgentDataIsWoken() {
    StreamSocket[] c = t.connection();
    List<String> woken = new ArrayList<>();
    Waiter waiter =
        new Waiter() {
          @Override
          protected void wake(Socket socket, int events) {
            woken.add(PollEvents.toString(events) + " " + PollEvents.toString(socket.poll()));
          }
        };
    c[1].addWaiter(waiter);
    t.send(c[0], "ab", MessageFlags.MSG_OOB);
    assertThat(woken).containsExactly("IN|PRI|RDNORM IN|PRI|OUT|RDNORM|WRNORM");
    assertThat(t.receive(c[1])).isEqualTo("a");
    assertThat(c[1].isAtMark()).isTrue();
    assertThat(SocketTester.poll(c[1])).isEqualTo("PRI|OUT|WRNORM");
    c[1].removeWaiter(waiter);
  }
}
