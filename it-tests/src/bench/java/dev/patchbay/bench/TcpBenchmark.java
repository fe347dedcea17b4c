package dev.patchbay.bench;

import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * 64 KiB through two whole stacks: TCP, IP, Ethernet, segmentation, checksums written and verified.
 * Both ends and the copies of the cable are in the figure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TcpBenchmark {
  private static final int PORT = 5201;
  private static final int BLOCK = 64 << 10;

  @Param({"1500", "9000", "65520"})
  int mtu;

  private final byte[] block = new byte[BLOCK];
  private final Sink sink = new Sink();
  private @Nullable TwoStacks stacks;
  private @Nullable TcpSocket client;

  /** Reads and forgets. */
  private static final class Sink implements TcpHandler {
    private final byte[] bytes = new byte[BLOCK];
    private long got;

    @Override
    public void onReadable(TcpSocket socket) {
      for (int n = socket.read(bytes, 0, BLOCK); n > 0; n = socket.read(bytes, 0, BLOCK)) {
        got += n;
      }
    }

    @Override
    public void onWritable(TcpSocket socket) {}

    @Override
    public void onClosed(TcpSocket socket, TcpError error) {
      throw new IllegalStateException("closed: " + error);
    }
  }

  @Setup
  public void connect() {
    TwoStacks made = new TwoStacks(mtu);
    stacks = made;
    made.b.tcp().listen(0, 0, PORT, syn -> syn.accept(sink));
    client =
        made.a
            .tcp()
            .connect(
                TwoStacks.A.hi(),
                TwoStacks.A.lo(),
                0,
                TwoStacks.B.hi(),
                TwoStacks.B.lo(),
                PORT,
                new Sink());
    made.loop.runForMillis(100);
    for (int i = 0; i < 1000; i++) {
      transfer();
    }
  }

  @Benchmark
  public long transfer() {
    TwoStacks s = stacks;
    TcpSocket c = client;
    if (s == null || c == null) {
      throw new IllegalStateException("not connected");
    }
    long goal = sink.got + BLOCK;
    int done = 0;
    while (sink.got < goal) {
      done += Math.max(0, c.write(block, done, BLOCK - done));
      s.loop.runFor(100_000);
    }
    return sink.got;
  }
}
