package dev.patchbay.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Send and receive allocate nothing once warm. */
class SocketCostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20_000;

  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final SocketAddress server = SocketAddress.of("127.0.0.1", 53);
  private final byte[] data = new byte[1000];
  private final byte[] room = new byte[2000];

  private Socket socket(int type) {
    Socket made = stack.sockets().socket(AddressFamily.AF_INET, type, 0);
    if (made == null) {
      throw new AssertionError(Errno.name(stack.sockets().errno()));
    }
    return made;
  }

  /** One round: what is measured. */
  private interface Round {
    /** Bytes received. */
    int run();
  }

  /** Bytes allocated in the last half of the rounds. */
  private long allocated(Round round) {
    long before = 0;
    long got = 0;
    for (int i = 0; i < ROUNDS; i++) {
      if (i == ROUNDS / 2) {
        before = THREADS.getCurrentThreadAllocatedBytes();
        got = 0;
      }
      got += round.run();
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(got).isEqualTo(1000L * ROUNDS / 2);
    return bytes;
  }

  @Test
  void aStreamSocketAllocatesNothing() {
    Socket listener = socket(SocketType.SOCK_STREAM);
    listener.bind(server);
    listener.listen(1);
    Socket client = socket(SocketType.SOCK_STREAM);
    client.connect(server);
    loop.runForMillis(1);
    Socket child = Objects.requireNonNull(listener.accept(null));
    Epoll epoll = new Epoll(loop, () -> {});
    Epoll.Registration[] out = new Epoll.Registration[4];
    epoll.add(child, PollEvents.POLLIN, 0);
    long bytes =
        allocated(() -> {
          client.send(data, 0, data.length, 0);
          loop.runFor(1_000_000);
          return epoll.take(out) == 1 ? child.recv(room, 0, room.length, 0) : 0;
        });
    assertThat(bytes).isLessThan(20_000);
  }

  @Test
  void aDatagramSocketAllocatesNothing() {
    Socket a = socket(SocketType.SOCK_DGRAM);
    Socket b = socket(SocketType.SOCK_DGRAM);
    SocketAddress from = new SocketAddress();
    assertThat(b.bind(server)).isZero();
    long bytes =
        allocated(() -> {
          a.sendto(data, 0, data.length, 0, server);
          loop.runFor(0);
          return b.recvfrom(room, 0, room.length, 0, from);
        });
    assertThat(bytes).isLessThan(20_000);
  }
}
