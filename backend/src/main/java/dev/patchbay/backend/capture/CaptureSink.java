package dev.patchbay.backend.capture;

import dev.patchbay.stack.packet.DropReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * One section of pcapng on its way to one reader: finished blocks in chunks, of which there are at
 * most {@value #CHUNKS}. The loop writes and never waits; one reader, on any thread, takes chunks
 * and gives them back.
 */
final class CaptureSink {
  /** Bytes of a chunk: room for the longest packet. */
  static final int CHUNK = 128 * 1024;

  /** Chunks that may wait for the reader: 8 MiB. */
  static final int CHUNKS = 64;

  /** Bytes of one interface's statistics at most. */
  private static final int STATISTICS = 100;

  private static final byte[][] COMMENTS = new byte[DropReason.values().length][];

  static {
    for (DropReason reason : DropReason.values()) {
      COMMENTS[reason.ordinal()] =
          ("dropped: " + reason.name() + " (" + reason.text() + ")")
              .getBytes(StandardCharsets.UTF_8);
    }
  }

  /** A piece of the section; blocks do not cross chunks. */
  static final class Chunk {
    final byte[] data = new byte[CHUNK];
    int length;

    /** Whether the section ends with it. */
    boolean last;
  }

  /** One interface of the section. */
  private static final class Device {
    private final int number;
    private long seen;
    private long lost;
    private long lostSince;

    Device(int number) {
      this.number = number;
    }
  }

  private final @Nullable String port;
  private final long began;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS + 1);
  private final BlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS + 1);
  private final List<@Nullable Device> devices = new ArrayList<>();
  private int made;
  private int interfaces;
  private @Nullable Chunk current;
  private boolean ended;
  private long packets;
  private long lost;
  private Runnable ready = () -> {};

  /** Whether something waits here for the reader to have nothing to do. */
  private volatile boolean held;

  private volatile boolean abandoned;

  /**
   * Begins a section with the interfaces that are there.
   *
   * @param application name and version of this program
   * @param port only packets of the device of this name; null: all
   * @param began the time, ns since 1970
   */
  CaptureSink(
      String application, @Nullable String port, List<@Nullable Origin> origins, long began) {
    this.port = port;
    this.began = began;
    Chunk first = new Chunk();
    made = 1;
    current = first;
    first.length = Pcapng.section(first.data, 0, application);
    for (Origin origin : origins) {
      if (origin != null) {
        device(origin);
      }
    }
  }

  /** Whether packets of this origin belong here; what rules show has to be asked for. */
  boolean wants(Origin origin) {
    return port == null ? origin.linkType() != Pcapng.NFLOG : port.equals(origin.attachment());
  }

  /** Makes a device known; one that does not belong here is not described. */
  void device(Origin origin) {
    while (devices.size() <= origin.number()) {
      devices.add(null);
    }
    if (!wants(origin) || devices.get(origin.number()) != null) {
      return;
    }
    Chunk to = room(512 + 4 * (origin.name().length() + origin.description().length()));
    if (to != null) {
      to.length =
          Pcapng.device(
              to.data,
              to.length,
              origin.linkType(),
              origin.name(),
              origin.description(),
              origin.mac());
      devices.set(origin.number(), new Device(interfaces++));
    }
  }

  /**
   * An origin is no more: ends it with its statistics, so that another one may have its number.
   *
   * @param now ns since 1970
   */
  void gone(Origin origin, long now) {
    Device device = origin.number() < devices.size() ? devices.get(origin.number()) : null;
    if (device == null) {
      return;
    }
    devices.set(origin.number(), null);
    Chunk to = ended || abandoned ? null : room(STATISTICS);
    if (to != null) {
      to.length =
          Pcapng.statistics(
              to.data, to.length, device.number, began, now, device.seen, device.lost);
    }
  }

  /** Takes a packet, or counts it as lost; as {@link Stage.Reader#frame}. */
  void packet(
      Origin origin,
      long time,
      byte[] data,
      int offset,
      int length,
      int direction,
      @Nullable DropReason reason) {
    if (ended || abandoned || !wants(origin)) {
      return;
    }
    device(origin);
    Device device = devices.get(origin.number());
    if (device == null) {
      lost++; // not even its description found room
      return;
    }
    device.seen++;
    packets++;
    byte[] comment = reason == null ? null : COMMENTS[reason.ordinal()];
    int need = Pcapng.PACKET_OVERHEAD + length + (comment == null ? 0 : comment.length);
    Chunk to = room(need);
    if (to == null) {
      device.lost++;
      device.lostSince++;
      lost++;
      return;
    }
    int options = Pcapng.beginPacket(to.data, to.length, device.number, time, data, offset, length);
    to.length = Pcapng.endPacket(to.data, to.length, options, direction, device.lostSince, comment);
    device.lostSince = 0;
  }

  /** The chunk to write {@code need} bytes to, or null where the reader is too slow. */
  private @Nullable Chunk room(int need) {
    Chunk to = current;
    if (to != null && to.length + need <= CHUNK) {
      return to;
    }
    if (to != null) {
      current = null;
      full.add(to); // there is room for all chunks that are ever made
    }
    Chunk fresh = free.poll();
    if (fresh == null && made < CHUNKS) {
      made++;
      fresh = new Chunk();
    }
    if (fresh != null) {
      fresh.length = 0;
      current = fresh;
    }
    return fresh;
  }

  /** At the end of a turn: gives what there is to a reader that has nothing to do. */
  void publish() {
    Chunk to = current;
    if (to != null && to.length > 0) {
      held = true; // before the look at the queue, so that one of the two sees the other
      if (full.isEmpty()) {
        held = false;
        current = null;
        full.add(to);
      }
    }
    if (!full.isEmpty()) {
      ready.run();
    }
  }

  /** For the reader, which has taken all: whether {@link #publish} would give it more. */
  boolean hasMore() {
    return held && full.isEmpty();
  }

  /**
   * Ends the section with its statistics.
   *
   * @param now ns since 1970
   */
  void end(long now) {
    if (ended) {
      return;
    }
    ended = true;
    Chunk to = current;
    if (to != null && to.length + devices.size() * STATISTICS > CHUNK) {
      full.add(to);
      to = null;
    }
    if (to == null) {
      to = new Chunk(); // one beyond the limit, so that the losses can be told
    }
    for (Device device : devices) {
      if (device != null && to.length + STATISTICS <= CHUNK) {
        to.length =
            Pcapng.statistics(
                to.data, to.length, device.number, began, now, device.seen, device.lost);
      }
    }
    to.last = true;
    current = null;
    full.add(to);
    ready.run();
  }

  /** The reader has gone: nothing more is kept. From any thread. */
  void abandon() {
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  boolean isEnded() {
    return ended;
  }

  /** Told, on the loop, when there is something to take. */
  void onReady(Runnable listener) {
    ready = listener;
  }

  /** Packets that belonged here, the lost ones included. */
  long packets() {
    return packets;
  }

  /** Packets that were lost since the reader was too slow. */
  long lost() {
    return lost;
  }

  /** For the reader: a chunk, or null where there is none now. */
  @Nullable Chunk poll() {
    return full.poll();
  }

  /** For a reader's thread: waits for a chunk. */
  Chunk take() throws InterruptedException {
    return full.take();
  }

  /** The reader has read it. */
  void giveBack(Chunk chunk) {
    free.offer(chunk);
  }
}
