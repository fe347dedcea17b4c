package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketOptions;
import dev.patchbay.stack.socket.SocketType;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linux's system calls, blocking. */
@Timeout(120)
class BlockingSocketTest extends SystemCalls {
  // ---- streams

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReadWaitsForData(boolean virtual) throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.of(virtual, () -> recv(c[1], 10, 0));
    awaitWaiting(1);
    assertThat(reader.isDone()).isFalse();
    send(c[0], "hello");
    assertThat(reader.get()).isEqualTo("hello");
    c[0].shutdown(Socket.SHUT_WR);
    assertThat(recv(c[1], 10, 0)).as("the end of the stream").isEmpty();
  }

  @Test
  void acceptWaitsForAConnectionAndNamesThePeer() throws Exception {
    BlockingSocket listener = net.listener(80, 5);
    SocketAddress peer = new SocketAddress();
    Background<BlockingSocket> server = Background.virtual(() -> listener.accept(peer));
    awaitWaiting(1);
    BlockingSocket client = TwoHosts.stream(net.here);
    client.bind(TwoHosts.at(TwoHosts.HERE, 4000));
    client.connect(TwoHosts.at(TwoHosts.THERE, 80));
    BlockingSocket accepted = server.get();
    assertThat(peer).hasToString("10.1.0.1:4000");
    SocketAddress own = new SocketAddress();
    accepted.getsockname(own);
    assertThat(own).hasToString("10.1.0.2:80");
    client.getpeername(own);
    assertThat(own).hasToString("10.1.0.2:80");
  }

  @Test
  void thoseWhoWaitAreServedInTheOrderInWhichTheyCame() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> first = Background.virtual(() -> recv(c[1], 1, 0));
    awaitQueued(c[1], 1);
    Background<String> second = Background.virtual(() -> recv(c[1], 1, 0));
    awaitQueued(c[1], 2);
    Background<String> third = Background.virtual(() -> recv(c[1], 1, 0));
    awaitQueued(c[1], 3);
    send(c[0], "abc");
    assertThat(first.get() + second.get() + third.get()).isEqualTo("abc");
  }

  @Test
  void aSendReturnsWhenAllIsTaken() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] much = new byte[3 << 20];
    much[much.length - 1] = 7;
    Background<Integer> writer = Background.virtual(() -> c[0].send(much, 0, much.length, 0));
    awaitWaiting(1);
    assertThat(writer.isDone()).isFalse();
    byte[] got = new byte[much.length];
    assertThat(c[1].recv(got, 0, got.length, MessageFlags.MSG_WAITALL)).isEqualTo(much.length);
    assertThat(writer.get()).isEqualTo(much.length);
    assertThat(got).isEqualTo(much);
  }

  @Test
  void waitAllWaitsForAll() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.virtual(() -> recv(c[1], 6, MessageFlags.MSG_WAITALL));
    send(c[0], "abc");
    awaitWaiting(1);
    assertThat(reader.isDone()).isFalse();
    send(c[0], "defgh");
    assertThat(reader.get()).isEqualTo("abcdef");
    assertThat(recv(c[1], 6, 0)).isEqualTo("gh");
  }

  @Test
  void urgentDataIsNotWaitedForAndEndsAWaitForAll() throws Exception {
    BlockingSocket[] c = net.connection();
    assertThatThrownBy(() -> recv(c[1], 1, MessageFlags.MSG_OOB)).hasMessageContaining("EINVAL");
    send(c[0], "ab");
    assertThat(c[0].send(bytes("c!"), 0, 2, MessageFlags.MSG_OOB)).isEqualTo(2);
    send(c[0], "def");
    assertThat(recv(c[1], 10, MessageFlags.MSG_WAITALL)).isEqualTo("abc");
    assertThat(recv(c[1], 1, MessageFlags.MSG_OOB)).isEqualTo("!");
    assertThatThrownBy(() -> recv(c[1], 1, MessageFlags.MSG_OOB)).hasMessageContaining("EINVAL");
    assertThat(recv(c[1], 3, MessageFlags.MSG_WAITALL)).isEqualTo("def");
  }

  @Test
  void waitAllEndsWithTheStream() throws Exception {
    BlockingSocket[] c = net.connection();
    send(c[0], "abc");
    c[0].close();
    assertThat(recv(c[1], 6, MessageFlags.MSG_WAITALL)).isEqualTo("abc");
    assertThat(recv(c[1], 6, MessageFlags.MSG_WAITALL)).isEmpty();
  }

  @Test
  void waitAllThatMeetsAnErrorHasItsPartAndTheErrorIsTheNextCalls() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.virtual(() -> recv(c[1], 6, MessageFlags.MSG_WAITALL));
    send(c[0], "abc");
    awaitWaiting(1);
    linger(c[0], 0);
    c[0].close();
    assertThat(reader.get()).isEqualTo("abc");
    assertThatThrownBy(() -> recv(c[1], 6, 0))
        .hasMessage("recv: ECONNRESET (Connection reset by peer)");
    assertThat(recv(c[1], 6, 0)).as("once").isEmpty();
  }

  @Test
  void theErrorThatIsLeftIsWhatSoErrorTells() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.virtual(() -> recv(c[1], 6, MessageFlags.MSG_WAITALL));
    send(c[0], "abc");
    awaitWaiting(1);
    linger(c[0], 0);
    c[0].close();
    assertThat(reader.get()).isEqualTo("abc");
    assertThat(c[1].getsockopt(SOL, SocketOptions.SO_ERROR)).isEqualTo(Errno.ECONNRESET);
    assertThat(c[1].getsockopt(SOL, SocketOptions.SO_ERROR)).isZero();
  }

  @Test
  void theLowWaterMarkIsWaitedFor() throws Exception {
    BlockingSocket[] c = net.connection();
    c[1].setsockopt(SOL, SocketOptions.SO_RCVLOWAT, 4);
    Background<String> reader = Background.virtual(() -> recv(c[1], 10, 0));
    send(c[0], "abc");
    awaitWaiting(1);
    assertThat(reader.isDone()).isFalse();
    send(c[0], "de");
    assertThat(reader.get()).isEqualTo("abcde");
    send(c[0], "x");
    assertThat(recv(c[1], 1, 0)).as("no more than fits is waited for").isEqualTo("x");
  }

  @Test
  void aLookTakesNothing() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> looker = Background.virtual(() -> recv(c[1], 10, MessageFlags.MSG_PEEK));
    awaitWaiting(1);
    send(c[0], "abc");
    assertThat(looker.get()).isEqualTo("abc");
    assertThat(recv(c[1], 10, 0)).isEqualTo("abc");
  }

  @Test
  void whoLooksForMoreDoesNotKeepDataFromWhoReads() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> looker =
        Background.virtual(() -> recv(c[1], 6, MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL));
    awaitQueued(c[1], 1);
    Background<String> reader = Background.virtual(() -> recv(c[1], 3, 0));
    awaitQueued(c[1], 2);
    send(c[0], "abc");
    assertThat(reader.get()).isEqualTo("abc");
    send(c[0], "defghi");
    assertThat(looker.get()).isEqualTo("defghi");
  }

  @Test
  void messagesOfSeveralBuffers() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] big = new byte[2 << 20];
    java.util.Arrays.fill(big, (byte) 'b');
    Message out = new Message().buffer(bytes("head"), 0, 4);
    out.addBuffer(big, 0, big.length).addBuffer(bytes("tail"), 0, 4);
    Background<Integer> writer = Background.virtual(() -> c[0].sendmsg(out, 0));
    byte[] first = new byte[6];
    byte[] second = new byte[big.length + 2];
    Message in = new Message().buffer(first, 0, 6).addBuffer(second, 0, second.length);
    assertThat(c[1].recvmsg(in, MessageFlags.MSG_WAITALL)).isEqualTo(big.length + 8);
    assertThat(writer.get()).isEqualTo(big.length + 8);
    assertThat(new String(first, StandardCharsets.US_ASCII)).isEqualTo("headbb");
    assertThat(new String(second, big.length - 2, 4, StandardCharsets.US_ASCII)).isEqualTo("tail");
  }

  // ---- O_NONBLOCK

  @Test
  void nonBlockingCallsDoNotWait() throws Exception {
    BlockingSocket listener = net.listener(80, 5);
    listener.nonBlocking(true);
    assertThatThrownBy(listener::accept)
        .hasMessage("accept: EAGAIN (Resource temporarily unavailable)");
    BlockingSocket client =
        net.here.socket(
            AddressFamily.AF_INET, SocketType.SOCK_STREAM | BlockingSocket.SOCK_NONBLOCK, 0);
    assertThat(client.isNonBlocking()).isTrue();
    assertThatThrownBy(() -> client.connect(TwoHosts.at(TwoHosts.THERE, 80)))
        .hasMessage("connect: EINPROGRESS (Operation now in progress)");
    assertThat(client.poll(PollEvents.POLLOUT, -1)).isEqualTo(PollEvents.POLLOUT);
    assertThat(client.getsockopt(SOL, SocketOptions.SO_ERROR)).isZero();
    assertThat(listener.poll(PollEvents.POLLIN, -1)).isEqualTo(PollEvents.POLLIN);
    BlockingSocket accepted = listener.accept();
    assertThat(accepted.isNonBlocking()).as("not inherited").isFalse();
    assertThatThrownBy(() -> recv(client, 1, 0)).hasMessageContaining("EAGAIN");
    assertThatThrownBy(() -> recv(accepted, 1, MessageFlags.MSG_DONTWAIT))
        .hasMessageContaining("EAGAIN");
    byte[] much = new byte[8 << 20];
    int taken = client.send(much, 0, much.length, 0);
    assertThat(taken).isPositive().isLessThan(much.length);
  }

  @Test
  void aBlockingConnectJoinsTheOneThatGoesOn() throws Exception {
    net.listener(80, 5);
    net.cut();
    BlockingSocket client = TwoHosts.stream(net.here);
    client.nonBlocking(true);
    assertThatThrownBy(() -> client.connect(TwoHosts.at(TwoHosts.THERE, 80)))
        .hasMessageContaining("EINPROGRESS");
    assertThatThrownBy(() -> client.connect(TwoHosts.at(TwoHosts.THERE, 80)))
        .hasMessageContaining("EALREADY");
    client.nonBlocking(false);
    Background<Object> second =
        Background.virtual(() -> {
          client.connect(TwoHosts.at(TwoHosts.THERE, 80));
          return "connected";
        });
    awaitWaiting(1);
    net.mend();
    assertThat(second.get()).isEqualTo("connected");
    assertThatThrownBy(() -> client.connect(TwoHosts.at(TwoHosts.THERE, 80)))
        .hasMessageContaining("EISCONN");
  }

  // ---- errors

  @Test
  void errorsAreLinuxs() throws Exception {
    assertThatThrownBy(() -> TwoHosts.stream(net.here).connect(TwoHosts.at(TwoHosts.THERE, 9)))
        .hasMessage("connect: ECONNREFUSED (Connection refused)");
    assertThatThrownBy(() -> TwoHosts.stream(net.here).connect(TwoHosts.at("192.0.2.1", 9)))
        .hasMessage("connect: ENETUNREACH (Network is unreachable)");
    assertThatThrownBy(() -> TwoHosts.stream(net.here).connect(TwoHosts.at("10.9.0.1", 9)))
        .hasMessage("connect: EHOSTUNREACH (No route to host)");
    net.listener(80, 5);
    assertThatThrownBy(() -> net.listener(80, 5))
        .hasMessage("bind: EADDRINUSE (Address already in use)");
    assertThatThrownBy(() -> TwoHosts.stream(net.here).bind(TwoHosts.at("10.1.0.99", 0)))
        .hasMessage("bind: EADDRNOTAVAIL (Cannot assign requested address)");
    assertThatThrownBy(() -> recv(TwoHosts.stream(net.here), 1, 0))
        .satisfies(e -> assertThat(errno(e)).isEqualTo(Errno.ENOTCONN));
    assertThatThrownBy(() -> send(TwoHosts.stream(net.here), "x")).hasMessageContaining("EPIPE");
    assertThatThrownBy(() -> net.here.socket(77, SocketType.SOCK_STREAM, 0))
        .hasMessageContaining("socket: EAFNOSUPPORT");
    assertThatThrownBy(() -> TwoHosts.stream(net.here).setsockopt(SOL, 9999, 1))
        .satisfies(e -> assertThat(((ErrnoException) e).errnoName()).isEqualTo("ENOPROTOOPT"));
    BlockingSocket[] c = net.connection();
    assertThatThrownBy(() -> c[0].send(bytes("x"), 0, 1, 1 << 30)).hasMessageContaining("EINVAL");
  }

  @Test
  void aNeighbourThatDoesNotAnswerIsNoRoute() throws Exception {
    // three requests, a second apart
    assertThatThrownBy(() -> TwoHosts.stream(net.here).connect(TwoHosts.at("10.1.0.77", 80)))
        .hasMessage("connect: EHOSTUNREACH (No route to host)");
  }

  @Test
  void aResetEndsReadersAndWriters() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] much = new byte[8 << 20];
    Background<Integer> writer = Background.virtual(() -> c[0].send(much, 0, much.length, 0));
    awaitWaiting(1);
    linger(c[1], 0);
    c[1].close();
    int taken = writer.get();
    assertThat(taken).isPositive().isLessThan(much.length);
    assertThatThrownBy(() -> c[0].send(much, 0, 1, 0))
        .hasMessage("send: ECONNRESET (Connection reset by peer)");
    assertThatThrownBy(() -> c[0].send(much, 0, 1, 0)).hasMessage("send: EPIPE (Broken pipe)");
  }

  // ---- datagrams

  @Test
  void datagramsKeepTheirBounds() throws Exception {
    BlockingSocket server = TwoHosts.datagrams(net.there);
    server.bind(TwoHosts.at("0.0.0.0", 53));
    SocketAddress from = new SocketAddress();
    byte[] room = new byte[100];
    Background<Integer> receiver = Background.virtual(() -> server.recvfrom(room, 0, 100, 0, from));
    awaitWaiting(1);
    BlockingSocket client = TwoHosts.datagrams(net.here);
    client.bind(TwoHosts.at(TwoHosts.HERE, 5000));
    client.sendto(bytes("question"), 0, 8, 0, TwoHosts.at(TwoHosts.THERE, 53));
    client.sendto(bytes(""), 0, 0, 0, TwoHosts.at(TwoHosts.THERE, 53));
    assertThat(receiver.get()).isEqualTo(8);
    assertThat(from).hasToString("10.1.0.1:5000");
    assertThat(server.recv(room, 0, 100, 0)).as("an empty one").isZero();
    server.sendto(bytes("answer"), 0, 6, 0, from);
    assertThat(recv(client, 3, 0)).as("the rest is cut off").isEqualTo("ans");
  }

  @Test
  void aConnectedDatagramSocketHearsThatNobodyIsThere() throws Exception {
    BlockingSocket client = TwoHosts.datagrams(net.here);
    client.connect(TwoHosts.at(TwoHosts.THERE, 9));
    Background<String> receiver = Background.virtual(() -> recv(client, 10, 0));
    awaitWaiting(1);
    send(client, "anybody?");
    assertThat(receiver.failure()).hasMessage("recv: ECONNREFUSED (Connection refused)");
  }

  @Test
  void manyMessagesAtATime() throws Exception {
    BlockingSocket server = TwoHosts.datagrams(net.there);
    server.bind(TwoHosts.at("0.0.0.0", 53));
    Message[] in = new Message[3];
    for (int i = 0; i < 3; i++) {
      in[i] = new Message().buffer(new byte[10], 0, 10);
    }
    Background<Integer> receiver = Background.virtual(() -> server.recvmmsg(in, 3, 0));
    awaitWaiting(1);
    BlockingSocket client = TwoHosts.datagrams(net.here);
    Message[] out = new Message[3];
    for (int i = 0; i < 3; i++) {
      out[i] = new Message().buffer(new byte[10], 0, i + 1);
      out[i].name(TwoHosts.at(TwoHosts.THERE, 53));
    }
    assertThat(client.sendmmsg(out, 2, 0)).isEqualTo(2);
    assertThat(receiver.isDone()).as("all three are waited for").isFalse();
    assertThat(client.sendmmsg(new Message[] {out[2]}, 1, 0)).isEqualTo(1);
    assertThat(receiver.get()).isEqualTo(3);
    assertThat(in[0].length).isEqualTo(1);
    assertThat(in[2].length).isEqualTo(3);
    assertThat(client.sendmmsg(out, 1, 0)).isEqualTo(1);
    assertThat(server.recvmmsg(in, 3, MessageFlags.MSG_WAITFORONE)).isEqualTo(1);
  }

  @Test
  void aStreamTakesManyMessagesWhole() throws Exception {
    BlockingSocket[] c = net.connection();
    Message[] out = new Message[3];
    for (int i = 0; i < 3; i++) {
      out[i] = new Message().buffer(new byte[1 << 20], 0, 1 << 20);
    }
    Background<Integer> writer = Background.virtual(() -> c[0].sendmmsg(out, 3, 0));
    byte[] got = new byte[3 << 20];
    assertThat(c[1].recv(got, 0, got.length, MessageFlags.MSG_WAITALL)).isEqualTo(got.length);
    assertThat(writer.get()).isEqualTo(3);
    assertThat(out[2].length).isEqualTo(1 << 20);
  }

  @Test
  void anErrorAfterAPartOfManyMessagesComesWithTheNextCall() throws Exception {
    BlockingSocket[] c = net.connection();
    Message[] out = new Message[3];
    for (int i = 0; i < 3; i++) {
      int length = i == 0 ? 10 : 8 << 20;
      out[i] = new Message().buffer(new byte[length], 0, length);
    }
    Background<Integer> writer = Background.virtual(() -> c[0].sendmmsg(out, 3, 0));
    awaitWaiting(1);
    // much is unread there, so this resets
    c[1].close();
    assertThat(writer.get()).as("the second one counts, with its part").isEqualTo(2);
    assertThat(out[0].length).isEqualTo(10);
    assertThat(out[1].length).isPositive().isLessThan(8 << 20);
    assertThatThrownBy(() -> c[0].sendmmsg(out, 3, 0)).hasMessageContaining("ECONNRESET");
    assertThatThrownBy(() -> c[0].sendmmsg(out, 3, 0)).hasMessageContaining("EPIPE");
  }

  @Test
  void aDatagramThatCannotBeSentEndsThoseBeforeIt() throws Exception {
    BlockingSocket server = TwoHosts.datagrams(net.there);
    server.bind(TwoHosts.at("0.0.0.0", 53));
    BlockingSocket client = TwoHosts.datagrams(net.here);
    Message[] out = new Message[2];
    for (int i = 0; i < 2; i++) {
      out[i] = new Message().buffer(new byte[10], 0, i + 1);
      out[i].name(TwoHosts.at(i == 0 ? TwoHosts.THERE : "10.9.0.1", 53));
    }
    assertThat(client.sendmmsg(out, 2, 0)).isEqualTo(1);
    assertThat(client.getsockopt(SOL, SocketOptions.SO_ERROR)).isZero();
    assertThatThrownBy(() -> client.sendmmsg(new Message[] {out[1]}, 1, 0))
        .hasMessageContaining("EHOSTUNREACH");
    assertThat(recv(server, 10, 0)).hasSize(1);
  }

  @Test
  void aPairIsConnected() throws Exception {
    BlockingSocket[] pair =
        net.here.socketpair(AddressFamily.AF_UNIX, SocketType.SOCK_SEQPACKET, 0);
    Background<String> reader = Background.virtual(() -> recv(pair[1], 10, 0));
    awaitWaiting(1);
    send(pair[0], "a record");
    assertThat(reader.get()).isEqualTo("a record");
    pair[0].close();
    assertThat(recv(pair[1], 10, 0)).isEmpty();
  }

  // ---- poll

  @Test
  void pollWaitsForAnyOfItsSockets() throws Exception {
    BlockingSocket[] c = net.connection();
    BlockingSocket listener = net.listener(80, 5);
    PollFd data = new PollFd(c[1], PollEvents.POLLIN);
    PollFd connections = new PollFd(listener, PollEvents.POLLIN);
    PollFd again = new PollFd(c[1], PollEvents.POLLIN | PollEvents.POLLOUT);
    assertThat(net.there.poll(List.of(data, connections), 0)).isZero();
    assertThat(net.there.poll(List.of(data, connections), 20)).isZero();
    assertThat(net.there.poll(List.of(data, again), -1)).isEqualTo(1);
    Background<Integer> poller =
        Background.virtual(() -> net.there.poll(List.of(data, connections), -1));
    awaitWaiting(2);
    send(c[0], "x");
    assertThat(poller.get()).isEqualTo(1);
    assertThat(data.revents).isEqualTo(PollEvents.POLLIN);
    assertThat(connections.revents).isZero();
    c[0].close();
    assertThat(c[1].poll(PollEvents.POLLRDHUP, -1)).isEqualTo(PollEvents.POLLRDHUP);
    Background<Integer> interrupted = Background.virtual(() -> listener.poll(1, -1));
    awaitWaiting(1);
    interrupted.thread().interrupt();
    assertThat(interrupted.failure()).isInstanceOf(InterruptedIOException.class);
    assertThatThrownBy(() -> net.here.poll(List.of(data), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ipv6() throws Exception {
    BlockingSocket listener = net.there.socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM, 0);
    listener.bind(SocketAddress.of("::", 80));
    listener.listen(5);
    BlockingSocket client = net.here.socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM, 0);
    client.connect(SocketAddress.of(IpAddress.parse("fd01::2"), 80));
    BlockingSocket server = listener.accept();
    send(client, "six");
    assertThat(recv(server, 3, MessageFlags.MSG_WAITALL)).isEqualTo("six");
  }
}
