package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/** What the parts of one uplink have in common: the loop's own buffers, policy, counters. */
final class Shared implements AutoCloseable {
  /** Bytes that one read or write of a stream moves at most. */
  static final int SCRATCH = 256 << 10;

  /** Datagrams that one system call takes from a socket. */
  static final int BURST = 16;

  final HostIo io;
  final Inside inside;
  final PacketPool pool;
  final UplinkOptions options;
  final UplinkCounters counters;
  final Policy policy;
  final Emitter emitter;
  final GuestLimits limits;
  final byte[] bytes;
  final DatagramReader reader;

  /** Apart from {@link #reader}: errors are read while a burst is being worked off. */
  final DatagramReader errors;

  /** Datagrams of guests on their way out. */
  final DatagramBurst burst;

  /** Port of the bridge by which the SYN came that TCP has in hand. */
  @Nullable NetDevice port;

  /** Result of {@link Policy#decide}. */
  final SockAddr host = new SockAddr();

  /** Whether another uplink's are used, which closes them. */
  private final boolean borrowed;

  Shared(HostIo io, Inside inside, PacketPool pool, UplinkOptions options) {
    this.io = io;
    this.inside = inside;
    this.pool = pool;
    this.options = options;
    borrowed = false;
    counters = new UplinkCounters();
    bytes = new byte[SCRATCH];
    reader = new DatagramReader(BURST, 1 << 16);
    errors = new DatagramReader(8, 2048);
    burst = new DatagramBurst(io.loop(), counters);
    policy = new Policy(options, inside);
    emitter = new Emitter(pool, inside, counters);
    limits = new GuestLimits(options);
  }

  /** Of one more uplink, which has all but the namespace in common with the first. */
  Shared(Shared first, Inside inside) {
    io = first.io;
    this.inside = inside;
    pool = first.pool;
    options = first.options;
    borrowed = true;
    counters = first.counters;
    bytes = first.bytes;
    reader = first.reader;
    errors = first.errors;
    burst = first.burst;
    policy = new Policy(options, inside);
    emitter = new Emitter(pool, inside, counters);
    limits = first.limits;
  }

  long now() {
    return io.loop().now();
  }

  @Override
  public void close() {
    if (!borrowed) {
      burst.close();
      reader.close();
      errors.close();
    }
  }
}
