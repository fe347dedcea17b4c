package dev.patchbay.bench;

import dev.patchbay.stack.wire.Tcp;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Packets for connections that are chosen by chance, in bursts of 32 as a plug reads them, through
 * the whole stack: Ethernet, IP, checksum verified, TCP, the user's read or answer, and the
 * answer's way out with its checksum. The figures are per packet that comes in, those of {@code
 * transmit} per packet that goes out.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SocketsBenchmark {
  private static final int BURST = 32;
  private static final int SMALL = 64;

  /** Virtual time for each packet: a million a second. */
  private static final long PACKET_TIME = 1000;

  @Param({"10", "10000", "1000000"})
  int sockets;

  private @Nullable ManyConnections connections;
  private long random = 88172645463325252L;

  @Setup
  public void connect(BenchmarkParams params) {
    String name = params.getBenchmark();
    boolean answers = name.endsWith("exchange") || name.endsWith("transmit");
    connections = new ManyConnections(sockets, answers ? SMALL : 0);
  }

  private ManyConnections connections() {
    ManyConnections made = connections;
    if (made == null) {
      throw new IllegalStateException("not connected");
    }
    return made;
  }

  private int any() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return (int) ((random >>> 32) * sockets >>> 32);
  }

  /** An ACK that says nothing new: found, checked, forgotten. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public long acknowledgment() {
    ManyConnections c = connections();
    for (int i = 0; i < BURST; i++) {
      c.send(any(), Tcp.ACK, 0);
    }
    c.turn(BURST * PACKET_TIME);
    return c.sent;
  }

  /** A full segment: read, and acknowledged. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public long segment() {
    ManyConnections c = connections();
    for (int i = 0; i < BURST; i++) {
      c.send(any(), Tcp.ACK | Tcp.PSH, ManyConnections.MSS);
    }
    c.turn(BURST * PACKET_TIME);
    return c.read;
  }

  /** A full segment that a user writes, and its ACK: one packet out, one in. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public long transmit() {
    ManyConnections c = connections();
    for (int i = 0; i < BURST; i++) {
      c.write(any(), ManyConnections.MSS);
    }
    c.turn(BURST * PACKET_TIME);
    c.acknowledge();
    c.turn(BURST * PACKET_TIME);
    return c.sent;
  }

  /** A short request, its answer, and the answer's ACK: two packets in, one out. */
  @Benchmark
  @OperationsPerInvocation(2 * BURST)
  public long exchange() {
    ManyConnections c = connections();
    for (int i = 0; i < BURST; i++) {
      c.send(any(), Tcp.ACK | Tcp.PSH, SMALL);
    }
    c.turn(BURST * PACKET_TIME);
    c.acknowledge();
    c.turn(BURST * PACKET_TIME);
    return c.read;
  }
}
