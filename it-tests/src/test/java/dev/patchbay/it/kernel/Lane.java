package dev.patchbay.it.kernel;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Three hosts in namespaces of their own, and one transfer after the other between two of them. */
final class Lane implements AutoCloseable {
  /** A handshake may lose its segments several times. */
  private static final long HANDSHAKE = 60_000_000_000L;

  private final KernelHost first;
  private final KernelHost second;
  private final OurHost ours;
  private int port = 1024;

  /** Makes the hosts; {@code seed} is that of our stack. */
  Lane(long seed) throws Exception {
    first = new KernelHost(1);
    second = new KernelHost(2);
    ours = new OurHost(3, seed);
  }

  /** Measures one transfer; {@code seed} is the link's. Client and server change with the seed. */
  Run measure(Cell cell, Way way, long seed) throws Exception {
    Host sender = way == Way.SENDING ? ours : first;
    Host receiver = way == Way.RECEIVING ? ours : second;
    boolean senderDials = seed % 2 == 0;
    port = port == 30_000 ? 1024 : port + 1;
    LossyCable cable = new LossyCable(cell, seed, sender.cable(), receiver.cable());
    double goodput;
    try (cable) {
      BulkEnd sending;
      BulkEnd receiving;
      if (senderDials) {
        receiving = receiver.listen(port, false);
        sending = sender.dial(receiver, port, true);
      } else {
        sending = sender.listen(port, true);
        receiving = receiver.dial(sender, port, false);
      }
      try {
        goodput = goodput(cell, sending, receiving);
      } finally {
        sending.abort();
        receiving.abort();
      }
    }
    LossyCable.Direction data = cable.forth();
    return new Run(
        cell,
        seed,
        way,
        senderDials,
        goodput,
        data.packets,
        data.lost,
        data.overflowed,
        data.late + cable.back().late);
  }

  private static double goodput(Cell cell, BulkEnd sending, BulkEnd receiving) throws Exception {
    long began = System.nanoTime();
    while (sending.connectedAt() == 0 && System.nanoTime() - began < HANDSHAKE) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    long from = sending.connectedAt();
    if (from == 0) {
      throw new IllegalStateException("no connection after 60 s: " + sending.failure());
    }
    long end = from + cell.seconds() * 1_000_000_000L;
    while (System.nanoTime() < end) {
      TimeUnit.NANOSECONDS.sleep(Math.max(1, end - System.nanoTime()));
    }
    long bytes = receiving.received();
    long took = System.nanoTime() - from;
    String failure = sending.failure() + receiving.failure();
    if (!failure.isEmpty()) {
      throw new IllegalStateException("the connection ended early: " + failure);
    }
    return bytes * 8e9 / took;
  }

  @Override
  public void close() throws IOException {
    try (ours) {
      first.close();
      second.close();
    }
  }
}
