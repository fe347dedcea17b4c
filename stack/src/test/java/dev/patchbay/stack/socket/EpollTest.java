package dev.patchbay.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.tcp.TcpState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Readiness, level and edge. */
class EpollTest {
  private final SocketTester t = new SocketTester();
  private int calls;
  private final Epoll epoll = new Epoll(t.lab.loop, () -> calls++);
  private final Epoll.Registration[] out = new Epoll.Registration[8];

  private List<String> take() {
    int n = epoll.take(out);
    return Arrays.stream(out, 0, n)
        .map(r -> r.data() + ":" + PollEvents.toString(r.ready()))
        .toList();
  }

  @Test
  void levelTriggeredComesAgainUntilItIsRead() {
    StreamSocket[] c = t.connection();
    assertThat(epoll.add(c[1], PollEvents.POLLIN, 7)).isZero();
    t.turn();
    assertThat(take()).isEmpty();
    t.send(c[0], "hello");
    assertThat(calls).isEqualTo(1);
    assertThat(take()).containsExactly("7:IN");
    assertThat(take()).as("still readable").containsExactly("7:IN");
    assertThat(t.receive(c[1])).isEqualTo("hello");
    assertThat(take()).isEmpty();
  }

  @Test
  void edgeTriggeredComesOncePerArrival() {
    StreamSocket[] c = t.connection();
    epoll.add(c[1], PollEvents.POLLIN | PollEvents.EPOLLET, 7);
    t.send(c[0], "one");
    assertThat(take()).containsExactly("7:IN");
    assertThat(take()).as("unread, but told").isEmpty();
    t.send(c[0], "two");
    assertThat(take()).containsExactly("7:IN");
    assertThat(t.receive(c[1])).isEqualTo("onetwo");
  }

  @Test
  void oneShotIsSilentUntilModified() {
    Socket[] pair = t.pair(SocketType.SOCK_STREAM);
    epoll.add(pair[1], PollEvents.POLLIN | PollEvents.EPOLLONESHOT, 1);
    t.send(pair[0], "one");
    assertThat(take()).containsExactly("1:IN");
    t.send(pair[0], "two");
    assertThat(take()).isEmpty();
    assertThat(epoll.modify(pair[1], PollEvents.POLLIN | PollEvents.EPOLLONESHOT, 2)).isZero();
    t.turn();
    assertThat(take()).containsExactly("2:IN");
  }

  @Test
  void anAddedSocketThatIsReadyIsToldAtOnce() {
    Socket udp = t.datagrams();
    epoll.add(udp, PollEvents.POLLIN | PollEvents.POLLOUT | PollEvents.EPOLLET, 3);
    t.turn();
    assertThat(calls).isEqualTo(1);
    assertThat(take()).containsExactly("3:OUT");
  }

  @Test
  void listenerConnectAndHangUpAreEvents() {
    StreamSocket listener = t.listener(80, 5);
    StreamSocket client = t.stream();
    epoll.add(listener, PollEvents.POLLIN, 1);
    client.connect(SocketTester.at("127.0.0.1", 80));
    epoll.add(client, PollEvents.POLLOUT | PollEvents.EPOLLET, 2);
    t.turn();
    assertThat(take()).containsExactlyInAnyOrder("1:IN", "2:OUT");
    StreamSocket child = t.accept(listener);
    child.setsockopt(
        SocketTester.LEVEL, SocketOptions.SO_LINGER, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
    child.close();
    t.turn();
    assertThat(take()).containsExactly("2:OUT|ERR|HUP");
  }

  @Test
  void roomInTheSendBufferIsAnEdge() {
    StreamSocket[] c = t.connection();
    epoll.add(c[0], PollEvents.POLLOUT | PollEvents.EPOLLET, 1);
    t.turn();
    assertThat(take()).containsExactly("1:OUT");
    byte[] much = new byte[60_000];
    while (c[0].send(much, 0, much.length, 0) > 0) {
      t.turn();
    }
    assertThat(take()).isEmpty();
    while (c[1].recv(t.room, 0, t.room.length, 0) > 0) {
      t.turn();
    }
    t.lab.loop.runForMillis(500);
    assertThat(take()).containsExactly("1:OUT");
  }

  @Test
  void controlCallsHaveLinuxErrors() {
    Socket udp = t.datagrams();
    assertThat(SocketTester.result(epoll.modify(udp, 1, 0))).isEqualTo("ENOENT");
    assertThat(SocketTester.result(epoll.delete(udp))).isEqualTo("ENOENT");
    assertThat(epoll.add(udp, PollEvents.POLLIN, 0)).isZero();
    assertThat(SocketTester.result(epoll.add(udp, PollEvents.POLLIN, 0))).isEqualTo("EEXIST");
    assertThat(epoll.size()).isEqualTo(1);
    udp.close();
    assertThat(epoll.size()).as("a closed socket leaves").isZero();
    assertThat(SocketTester.result(epoll.add(udp, 1, 0))).isEqualTo("EBADF");
    t.turn();
    assertThat(take()).isEmpty();
  }

  @Test
  void theAckOfTheFinWakesWhoWaitsForTheEnd() {
    StreamSocket[] c = t.connection();
    List<TcpState> seen = new ArrayList<>();
    c[0].shutdown(Socket.SHUT_WR);
    Waiter waiter =
        new Waiter() {
          @Override
          protected void wake(Socket woken, int events) {
            seen.add(c[0].tcpState());
          }
        };
    c[0].addWaiter(waiter);
    t.turn();
    assertThat(seen).as("once, by the peer's ACK").containsExactly(TcpState.FIN_WAIT_2);
    c[0].removeWaiter(waiter);
  }
}
