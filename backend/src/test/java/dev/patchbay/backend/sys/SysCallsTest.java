package dev.patchbay.backend.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.socket.Errno;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The calls against the running kernel, on loopback and socket pairs of this process. */
class SysCallsTest {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  private static int udp(SockAddr local) throws SysException {
    int fd = SysException.check(Fd.socket(local.family(), Linux.SOCK_DGRAM, 0), "socket");
    SysException.check(Fd.bind(fd, local), "bind");
    SysException.check(Fd.localAddress(fd, local), "getsockname");
    return fd;
  }

  private static void burst(SockAddr a, SockAddr b) throws SysException {
    int from = udp(a);
    int to = udp(b);
    try (DatagramReader reader = new DatagramReader(8, 2048);
        DatagramWriter writer = new DatagramWriter(8, 16384)) {
      SockOpt.receiveTtl(to, b.family(), true);
      SockOpt.receivePacketInfo(to, b.family(), true);
      writer.setTtl(b.family() == Linux.AF_UNIX ? 0 : 7);
      assertThat(writer.add(HELLO, 0, 5, b)).isTrue();
      assertThat(writer.addPadded(HELLO, 0, 5, 60, b)).isTrue();
      assertThat(writer.add(HELLO, 0, 0, b)).isTrue();
      assertThat(writer.sendAll(from)).isZero();
      assertThat(writer.emptyRefused()).isEqualTo(1);
      assertThat(reader.receive(to)).isEqualTo(2);
      reader.select(0);
      byte[] got = new byte[5];
      assertThat(reader.copyTo(got, 0)).isEqualTo(5);
      assertThat(got).isEqualTo(HELLO);
      assertThat(reader.source().same(a)).as("%s %s", reader.source(), a).isTrue();
      if (b.family() != Linux.AF_UNIX) {
        assertThat(reader.ttl()).isEqualTo(7);
        assertThat(reader.destination().lo()).isEqualTo(b.lo());
      }
      reader.select(1);
      assertThat(reader.length()).isEqualTo(60);
      assertThat(reader.receive(to)).isEqualTo(-Errno.EAGAIN);
    } finally {
      Fd.close(from);
      Fd.close(to);
    }
  }

  @Test
  void burstsOverUdpOfBothFamiliesAndUnix() throws SysException {
    burst(new SockAddr().setInet4(0x7f000001, 0), new SockAddr().setInet4(0x7f000001, 0));
    burst(new SockAddr().setInet6(0, 1, 0, 0), new SockAddr().setInet6(0, 1, 0, 0));
    String name = "patchbay-test-" + ProcessHandle.current().pid();
    burst(new SockAddr().setAbstract(name + "a"), new SockAddr().setAbstract(name + "b"));
  }

  @Test
  void aConnectThatHasEndedIsToldAsOftenAsItIsAsked() throws SysException {
    SockAddr address = new SockAddr().setInet4(0x7f000001, 0);
    int listener = StreamFd.listen(address, 1);
    SysException.check(Fd.localAddress(listener, address), "getsockname");
    int fd = StreamFd.connect(address, false);
    try {
      assertThat(StreamFd.connectState(fd, address)).isZero();
      assertThat(StreamFd.connectState(fd, address)).as("EISCONN of the kernel").isZero();
    } finally {
      Fd.close(fd);
      Fd.close(listener);
    }
  }

  @Test
  void joinedDatagramsArriveApart() throws SysException {
    joined(new SockAddr().setInet4(0x7f000001, 0), new SockAddr().setInet4(0x7f000001, 0));
    joined(new SockAddr().setInet6(0, 1, 0, 0), new SockAddr().setInet6(0, 1, 0, 0));
  }

  private static void joined(SockAddr a, SockAddr b) throws SysException {
    int from = udp(a);
    int to = udp(b);
    SockOpt.receiveTtl(to, b.family(), true);
    try (DatagramReader reader = new DatagramReader(16, 2048);
        DatagramWriter writer = new DatagramWriter(4, 100)) {
      assertThat(SockOpt.knowsUdpSegments(from)).isTrue();
      assertThat(writer.join(HELLO, 0, 5)).as("to nothing").isFalse();
      writer.setTtl(9);
      writer.setTos(16);
      writer.add(HELLO, 0, 4, b);
      assertThat(writer.join(HELLO, 0, 5)).as("a longer one").isFalse();
      assertThat(writer.join(HELLO, 1, 4)).isTrue();
      assertThat(writer.join(HELLO, 0, 0)).as("an empty one").isFalse();
      assertThat(writer.join(HELLO, 0, 3)).as("the shorter one that ends it").isTrue();
      assertThat(writer.join(HELLO, 0, 3)).as("behind the shorter one").isFalse();
      writer.add(HELLO, 0, 5, b);
      assertThat(writer.pending()).isEqualTo(2);
      assertThat(writer.send(from)).isEqualTo(2);
      assertThat(writer.join(HELLO, 0, 5)).as("to what was sent").isFalse();
      int[] lengths = new int[5];
      int count = 0;
      for (int n = reader.receive(to); n > 0; n = reader.receive(to)) {
        for (int i = 0; i < n; i++) {
          reader.select(i);
          assertThat(reader.ttl()).isEqualTo(9);
          lengths[count++] = reader.length();
        }
      }
      assertThat(lengths).containsExactly(4, 4, 3, 5, 0);
      // no more than the memory holds
      writer.add(new byte[30], 0, 30, b);
      assertThat(writer.join(new byte[30], 0, 30)).isTrue();
      assertThat(writer.join(new byte[30], 0, 30)).isTrue();
      assertThat(writer.join(new byte[30], 0, 30)).isFalse();
    } finally {
      Fd.close(from);
      Fd.close(to);
    }
  }

  @Test
  void closedUdpPortComesBackByTheErrorQueue() throws SysException {
    SockAddr closed = new SockAddr().setInet4(0x7f000001, 0);
    Fd.close(udp(closed));
    int fd = udp(new SockAddr().setInet4(0x7f000001, 0));
    SockOpt.receiveErrors(fd, Linux.AF_INET, true);
    try (DatagramReader reader = new DatagramReader(4, 2048);
        DatagramWriter writer = new DatagramWriter(4, 4096)) {
      writer.add(HELLO, 0, 5, closed);
      assertThat(writer.sendAll(fd)).isZero();
      assertThat(reader.receiveErrors(fd)).isEqualTo(1);
      reader.select(0);
      assertThat(reader.errorNumber()).isEqualTo(Errno.ECONNREFUSED);
      assertThat(reader.errorOrigin()).isEqualTo(Linux.SO_EE_ORIGIN_ICMP);
      assertThat(reader.errorType()).isEqualTo(3);
      assertThat(reader.errorCode()).isEqualTo(3);
      assertThat(reader.source().same(closed)).isTrue();
      assertThat(reader.offender().inet4()).isEqualTo(0x7f000001);
      assertThat(reader.length()).isEqualTo(5);
    } finally {
      Fd.close(fd);
    }
  }

  @Test
  void tcpListensConnectsAndHalfCloses() throws Exception {
    SockAddr at = new SockAddr().setInet4(0x7f000001, 0);
    int listener = StreamFd.listen(at, 8);
    Fd.localAddress(listener, at);
    int client = SysException.check(StreamFd.connect(at, true), "connect");
    SockAddr peer = new SockAddr();
    int server = SysException.check(Fd.accept(listener, peer), "accept");
    try {
      assertThat(Fd.socketError(client)).isZero();
      assertThat(peer.inet4()).isEqualTo(0x7f000001);
      assertThat(StreamFd.write(client, HELLO, 0, 5)).isEqualTo(5);
      assertThat(StreamFd.shutdownWrite(client)).isZero();
      assertThat(Fd.unread(server)).isEqualTo(5);
      byte[] got = new byte[9];
      assertThat(StreamFd.read(server, got, 2, 7)).isEqualTo(5);
      assertThat(Arrays.copyOfRange(got, 2, 7)).isEqualTo(HELLO);
      assertThat(got[7]).isZero();
      assertThat(StreamFd.read(server, got, 0, 9)).isZero();
      // an open connection that has nothing: the array forms never wait, whatever the descriptor is
      assertThat(StreamFd.read(client, got, 0, 9)).isEqualTo(-Errno.EAGAIN);
      assertThatThrownBy(() -> StreamFd.read(client, got, 4, 6))
          .isInstanceOf(IndexOutOfBoundsException.class);
    } finally {
      Fd.close(client);
      Fd.close(server);
      Fd.close(listener);
    }
  }

  @Test
  void handleTellsOfDataInNettysLoop() throws Exception {
    int[] pair = new int[2];
    SysException.check(Fd.socketpair(Linux.SOCK_STREAM, pair), "socketpair");
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    CountDownLatch read = new CountDownLatch(1);
    try (NativeBuffer buffer = new NativeBuffer(64)) {
      FdHandle handle =
          new FdHandle(
              pair[0],
              new FdHandle.Listener() {
                @Override
                public void onReadable(FdHandle h) {
                  if (Fd.read(h.number(), buffer, 0, 64) == 5) {
                    read.countDown();
                  }
                }

                @Override
                public void onError(FdHandle h, int events) {
                  h.close();
                }
              });
      handle.setReadable(true);
      handle.register(group.next()).sync();
      try (NativeBuffer out = new NativeBuffer(64)) {
        out.copyFrom(0, HELLO, 0, 5);
        assertThat(Fd.send(pair[1], out, 0, 5, 0)).isEqualTo(5);
      }
      assertThat(read.await(5, TimeUnit.SECONDS)).isTrue();
      handle.close();
      group.next().submit(() -> {}).sync();
      assertThat(handle.isClosed()).isTrue();
      assertThat(Fd.duplicate(pair[0])).isEqualTo(-Errno.EBADF);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      Fd.close(pair[1]);
    }
  }

  @Test
  void warmCallsAllocateNothing() throws SysException {
    int[] pair = new int[2];
    SysException.check(Fd.socketpair(Linux.SOCK_DGRAM, pair), "socketpair");
    SockAddr connected = new SockAddr();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (DatagramReader reader = new DatagramReader(8, 2048);
        DatagramWriter writer = new DatagramWriter(8, 16384);
        NativeBuffer buffer = new NativeBuffer(2048)) {
      byte[] frame = new byte[1500];
      long allocated = Long.MAX_VALUE;
      // until the compiler has come round to it, which a busy machine takes seconds for
      long patience = System.nanoTime() + 30_000_000_000L;
      while (allocated != 0 && System.nanoTime() < patience) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 5000; i++) {
          writer.add(frame, 0, 1500, connected);
          writer.sendAll(pair[0]);
          reader.receive(pair[1]);
          reader.select(0);
          reader.copyTo(frame, 0);
          Fd.write(pair[0], buffer, 0, 100);
          Fd.read(pair[1], buffer, 0, 2048);
          Fd.unsent(pair[0]);
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(allocated).as("bytes in 5000 turns").isZero();
    } finally {
      Fd.close(pair[0]);
      Fd.close(pair[1]);
    }
  }
}
