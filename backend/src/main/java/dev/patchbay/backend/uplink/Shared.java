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
  final UplinkCounters counters = new UplinkCounters();
  final Policy policy;
  final Emitter emitter;
  final GuestLimits limits;
  final byte[] bytes = new byte[SCRATCH];
  final DatagramReader reader = new DatagramReader(BURST, 1 << 16);

  /** Apart from {@link #reader}: errors are read while a burst is being worked off. */
  final DatagramReader errors = new DatagramReader(8, 2048);

  /** Datagrams of guests on their way out. */
  final DatagramBurst burst;

  /** Port of the bridge by which the SYN came that TCP has in hand. */
  @Nullable NetDevice port;

  /** Result of {@link Policy#decide}. */
  final SockAddr host = new SockAddr();

  Shared(HostIo io, Inside inside, PacketPool pool, UplinkOptions options) {
    this.io = io;
    this.inside = inside;
    this.pool = pool;
    this.options = options;
    burst = new DatagramBurst(io.loop(), counters);
    policy = new Policy(options, inside);
    emitter = new Emitter(pool, inside, counters);
    limits = new GuestLimits(options);
  }

  long now() {
    return io.loop().now();
  }

  @Override
  public void close() {
    burst.close();
    reader.close();
    errors.close();
  }
}
