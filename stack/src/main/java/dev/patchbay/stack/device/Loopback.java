package dev.patchbay.stack.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;

/**
 * The device {@code lo}: what is sent comes in again, in the next turn of the loop, so that the
 * sender is never re-entered (Linux queues to the backlog for the same reason).
 */
public final class Loopback extends NetDevice {
  private final PacketQueue queue = new PacketQueue();
  private final EventLoop loop;
  private final Runnable drain = this::drain;
  private boolean draining;

  public Loopback(int index, EventLoop loop) {
    super(index, "lo", Kind.LOOPBACK, 0, 65536);
    attributes().tsoMaxSize = 524280;
    this.loop = loop;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  @Override
  protected void send(Packet packet) {
    queue.add(packet);
    if (!draining) {
      draining = true;
      loop.execute(drain);
    }
  }

  private void drain() {
    draining = false;
    // only what is there now: a conversation with ourselves must not hold the loop
    for (int left = queue.count(); left > 0; left--) {
      Packet packet = queue.poll();
      if (packet == null) {
        return;
      }
      receive(packet);
    }
  }
}
