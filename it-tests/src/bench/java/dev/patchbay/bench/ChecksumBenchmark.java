package dev.patchbay.bench;

import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The Internet checksum over a header, a frame and a segment before it is cut. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
  @Param({"20", "1480", "65000"})
  int length;

  private byte[] data = {};

  @Setup
  public void fill() {
    data = new byte[length + 14];
    new Random(1).nextBytes(data);
  }

  @Benchmark
  public long sum() {
    return InternetChecksum.sum(data, 14, length);
  }
}
