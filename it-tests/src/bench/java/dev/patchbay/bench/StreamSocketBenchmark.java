package dev.patchbay.bench;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.backend.sys.SysException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A unix stream socket written and read by one thread: with arrays handed to the kernel as they
 * are, and with arrays copied through native memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamSocketBenchmark {
  @Param({"128", "65536"})
  int length;

  private final int[] pair = new int[2];
  private byte[] out = {};
  private byte[] in = {};
  private NativeBuffer nativeOut = new NativeBuffer(1);
  private NativeBuffer nativeIn = new NativeBuffer(1);

  @Setup
  public void open() throws SysException {
    SysException.check(Fd.socketpair(Linux.SOCK_STREAM, pair), "socketpair");
    out = new byte[length];
    in = new byte[length];
    nativeOut = new NativeBuffer(length);
    nativeIn = new NativeBuffer(length);
  }

  @TearDown
  public void close() {
    Fd.close(pair[0]);
    Fd.close(pair[1]);
    nativeOut.close();
    nativeIn.close();
  }

  @Benchmark
  public int arrays() {
    int sent = StreamFd.write(pair[0], out, 0, length);
    int got = 0;
    while (got < sent) {
      got += StreamFd.read(pair[1], in, got, length - got);
    }
    return got;
  }

  @Benchmark
  public int copies() {
    nativeOut.copyFrom(0, out, 0, length);
    int sent = StreamFd.write(pair[0], nativeOut, 0, length);
    int got = 0;
    while (got < sent) {
      int n = StreamFd.read(pair[1], nativeIn, 0, length - got);
      nativeIn.copyTo(0, in, got, n);
      got += n;
    }
    return got;
  }
}
