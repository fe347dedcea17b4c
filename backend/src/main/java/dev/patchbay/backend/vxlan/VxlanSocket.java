package dev.patchbay.backend.vxlan;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.DatagramWriter;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.vxlan.VxlanTransport;

/** A UDP socket of the host; what is sent in a turn leaves by one system call at its end. */
final class VxlanSocket implements VxlanTransport, FdHandle.Listener {
  /** Bursts that are read before others have their turn. */
  private static final int ROUNDS = 4;

  private static final int SLOTS = 64;
  private static final int BYTES = 256 << 10;

  private final VxlanSockets shared;
  private final Receiver receiver;
  private final FdHandle handle;
  private final DatagramWriter writer = new DatagramWriter(SLOTS, BYTES);
  private final SockAddr destination = new SockAddr();
  private final TurnTask endOfTurn = TurnTask.of(this::flush);
  private boolean closed;

  VxlanSocket(VxlanSockets shared, int fd, Receiver receiver) {
    this.shared = shared;
    this.receiver = receiver;
    handle = shared.loop.register(fd, this);
    handle.setReadable(true);
  }

  @Override
  public void send(
      byte[] data, int offset, int length, long hi, long lo, int port, int ttl, int tos) {
    if (closed) {
      shared.notSent++;
      return;
    }
    destination.setInet(hi, lo, 0, port);
    writer.setTtl(ttl);
    writer.setTos(tos == 0 ? -1 : tos);
    if (!writer.add(data, offset, length, destination)) {
      flush();
      if (!writer.add(data, offset, length, destination)) {
        shared.notSent++;
        return;
      }
    }
    shared.loop.atEndOfTurn(endOfTurn);
  }

  private void flush() {
    if (closed || writer.pending() == 0) {
      return;
    }
    int before = writer.pending();
    long failed = writer.failures();
    int left = writer.sendAll(handle.number());
    long lost = writer.failures() - failed;
    shared.notSent += lost;
    shared.sent += before - left - lost;
    handle.setWritable(left > 0);
  }

  @Override
  public void onReadable(FdHandle from) {
    DatagramReader reader = shared.reader();
    for (int round = 0; round < ROUNDS && !closed; round++) {
      int count = reader.receive(from.number());
      for (int i = 0; i < count && !closed; i++) {
        reader.select(i);
        take(reader);
      }
      if (count < VxlanSockets.BURST) {
        return;
      }
    }
  }

  private void take(DatagramReader reader) {
    shared.received++;
    int length = reader.length();
    Packet packet = shared.pool.acquire(length);
    if (packet == null) {
      shared.notReceived++;
      return;
    }
    reader.copyTo(packet.data, packet.append(length));
    SockAddr source = reader.source();
    receiver.received(packet, source.hi(), source.lo());
  }

  @Override
  public void onWritable(FdHandle from) {
    flush();
  }

  @Override
  public void onError(FdHandle from, int events) {
    Fd.socketError(from.number());
  }

  @Override
  public void close() {
    if (!closed) {
      flush();
      shared.notSent += writer.pending();
      closed = true;
      handle.close();
      writer.close();
    }
  }
}
