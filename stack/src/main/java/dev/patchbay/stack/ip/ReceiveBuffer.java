package dev.patchbay.stack.ip;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams that wait until a socket's user reads them (Linux: {@code sk_receive_queue} with
 * {@code sk_rcvbuf}). Memory is charged by buffer. Owned by the loop.
 */
public final class ReceiveBuffer {
  /** What became of a datagram. */
  public enum Result {
    TAKEN,
    /** The socket's limit: {@code RcvbufErrors}. */
    FULL,
    /** The namespace's limit: {@code MemErrors}. */
    NO_MEMORY
  }

  /** Linux: {@code net.core.rmem_default}. */
  public static final int DEFAULT_LIMIT = 212_992;

  private final DatagramMemory memory;
  private final EventLoop loop;
  private final Runnable readable;
  private final PacketQueue queue = new PacketQueue();
  private int limit = DEFAULT_LIMIT;
  private long drops;
  private boolean closed;

  /**
   * @param memory the account of the namespace
   * @param loop whose wall time goes to {@link Packet#time} of each datagram
   * @param readable is called after each datagram that was added; may read at once
   */
  public ReceiveBuffer(DatagramMemory memory, EventLoop loop, Runnable readable) {
    this.memory = memory;
    this.loop = loop;
    this.readable = readable;
  }

  /** Bytes of memory beyond which nothing more is taken ({@code SO_RCVBUF}). */
  public int limit() {
    return limit;
  }

  /** Sets the limit; what is queued stays. */
  public void limit(int bytes) {
    limit = bytes;
  }

  /**
   * Whether one more would be queued as far as the socket's own limit goes: to be asked before a
   * copy is made. One that is not counts as lost.
   */
  public boolean admits() {
    if (closed || queue.charge() > limit) {
      drops++;
      return false;
    }
    return true;
  }

  /**
   * Queues a datagram. As on Linux, one more is taken while the sum is not above the limit.
   *
   * @return where it is not TAKEN, the packet is still the caller's
   */
  public Result offer(Packet packet) {
    if (!admits()) {
      return Result.FULL;
    }
    if (!memory.take(packet.charge())) {
      drops++;
      return Result.NO_MEMORY;
    }
    packet.time = loop.wallTime();
    queue.add(packet);
    readable.run();
    return Result.TAKEN;
  }

  /** Gives the oldest datagram to the caller, or null. */
  public @Nullable Packet poll() {
    Packet packet = queue.poll();
    if (packet != null) {
      memory.give(packet.charge());
    }
    return packet;
  }

  /** The oldest datagram, which stays; its head and tail must not be moved. */
  public @Nullable Packet peek() {
    return queue.peek();
  }

  public boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Datagrams that wait. */
  public int count() {
    return queue.count();
  }

  /** Memory that they pin ({@code sk_rmem_alloc}). */
  public long charge() {
    return queue.charge();
  }

  /** Datagrams lost here ({@code sk_drops}). */
  public long drops() {
    return drops;
  }

  /** Throws all away and takes nothing more. */
  public void close() {
    closed = true;
    memory.give(queue.charge());
    queue.release();
  }
}
