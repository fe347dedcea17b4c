package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The data structures against simple models. */
class PartsTest {
  private final RandomSource random = new RandomSource(99);

  /** An entry of a table, with five words of key in any combination. */
  private static final class Entry extends FourTuple {
    Entry(long key) {
      super(key, 1, (int) key & 7, 2, key * 7, 3);
    }
  }

  @Test
  void flowTableIsAMap() {
    FlowTable<Entry> table = new FlowTable<>(random.hash("test"));
    Map<Long, Entry> model = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      long key = random.nextInt(3000);
      Entry entry = model.get(key);
      assertThat(table.get(key, 1, (int) key & 7, 2, key * 7, 3)).isSameAs(entry);
      assertThat(table.get(key, 1, (int) key & 7, 2, key * 7, 4)).isNull();
      if (random.nextInt(2) == 0) {
        Entry put = new Entry(key);
        table.put(put);
        model.put(key, put);
      } else if (entry != null) {
        table.remove(entry);
        model.remove(key);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    int[] seen = {0};
    table.forEach(v -> seen[0]++);
    assertThat(seen[0]).isEqualTo(model.size());
  }

  @Test
  void flowTableRemovesOnlyTheEntryThatIsMeant() {
    FlowTable<Entry> table = new FlowTable<>(random.hash("test"));
    Entry entry = new Entry(5);
    table.put(entry);
    table.remove(new Entry(5));
    assertThat(table.get(5, 1, 5, 2, 35, 3)).isSameAs(entry);
    assertThat(table.size()).isOne();
  }

  @Test
  void sendBufferIsAQueueOfBytes() {
    PacketPool pool = new PacketPool(8 << 20, true);
    SendBuffer buffer = new SendBuffer(pool);
    Deque<Byte> model = new ArrayDeque<>();
    byte[] bytes = new byte[60_000];
    for (int i = 0; i < 3000; i++) {
      int n = random.nextInt(random.nextInt(10) == 0 ? 60_000 : 3000);
      if (random.nextInt(2) == 0 && buffer.length() < 300_000) {
        for (int k = 0; k < n; k++) {
          bytes[k] = (byte) random.nextInt();
          model.add(bytes[k]);
        }
        int taken =
            i % 2 == 0 ? buffer.append(bytes, 0, n) : buffer.append(ByteBuffer.wrap(bytes), n);
        assertThat(taken).isEqualTo(n);
      } else {
        int drop = Math.min(n, buffer.length());
        buffer.copyTo(0, bytes, 0, drop);
        for (int k = 0; k < drop; k++) {
          assertThat(bytes[k]).isEqualTo(model.poll());
        }
        buffer.drop(drop);
      }
      assertThat(buffer.length()).isEqualTo(model.size());
    }
    buffer.clear();
    pool.checkNoLeaks();
  }

  @Test
  void sendBufferTakesLessWhereMemoryEnds() {
    PacketPool pool = new PacketPool(2 * PacketPool.CHUNK, true);
    SendBuffer buffer = new SendBuffer(pool);
    assertThat(buffer.append(new byte[100_000], 0, 100_000)).isEqualTo(2 * PacketPool.CHUNK);
    buffer.clear();
    pool.checkNoLeaks();
  }

  private final TcpSocket socket = new TcpTester().established(Segment.tcp().sackOk());
  private final Delivery delivery = new Delivery();

  @Test
  void scoreboardKeepsWhatAModelKeepsByTheByte() {
    for (int round = 0; round < 300; round++) {
      Scoreboard board = new Scoreboard();
      BitSet sacked = new BitSet();
      int base = random.nextInt();
      int next = base;
      int una = base;
      for (int i = 0; i < 200; i++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            int len = 1 + random.nextInt(5000);
            board.add(next, next + len, i);
            next += len;
          }
          case 1 -> {
            if (next != una) {
              int from = una + random.nextInt(next - una);
              int to = from + 1 + random.nextInt(next - from);
              to = to - next > 0 ? next : to;
              int before = sacked.cardinality();
              sacked.set(from - base, to - base);
              delivery.begin(socket, 0, false, 0);
              board.sack(from, to, delivery);
              assertThat(delivery.bytes).isEqualTo(sacked.cardinality() - before);
            }
          }
          case 2 -> {
            int to = una + random.nextInt((next - una) / 4 + 1);
            int held = sacked.get(una - base, Math.max(una, to) - base).cardinality();
            delivery.begin(socket, 0, false, 0);
            board.acknowledge(to, delivery);
            assertThat(delivery.bytes).isEqualTo(to - una - held);
            una = to;
            sacked.clear(0, una - base);
          }
          default -> {
            int at = una + (next == una ? 0 : random.nextInt(next - una));
            if (board.find(at) < board.count()) {
              board.markLost(board.find(at));
            }
          }
        }
        checkRecords(board, sacked, una, next, base);
        assertThat(board.sackedBytes()).isEqualTo(sacked.cardinality());
      }
    }
  }

  @Test
  void aPeerThatReportsSingleBytesIsBounded() {
    Scoreboard board = new Scoreboard();
    board.add(0, 1_000_000, 0);
    delivery.begin(socket, 0, false, 0);
    for (int i = 1; i < 1_000_000; i += 2) {
      board.sack(i, i + 1, delivery);
    }
    int news = delivery.bytes;
    assertThat(board.count()).isBetween(Scoreboard.MAX_RECORDS, Scoreboard.MAX_RECORDS + 2);
    assertThat(board.sackedBytes()).isEqualTo(news);
    board.acknowledge(1_000_000, delivery);
    assertThat(delivery.bytes).isEqualTo(1_000_000);
    assertThat(board.count()).isZero();
    assertThat(board.sackedBytes()).isZero();
  }

  @Test
  void aPeerThatWantsTinySegmentsCostsNoMoreRecordsThanOthers() {
    Scoreboard board = new Scoreboard();
    int total = 4_000_000;
    for (int at = 0; at < total; at += 40) {
      board.add(at, at + 40, at);
    }
    assertThat(board.count()).isEqualTo(Scoreboard.MAX_RECORDS);
    delivery.begin(socket, 0, false, 0);
    board.sack(40, total, delivery);
    assertThat(delivery.bytes).isEqualTo(total - 40);
    assertThat(board.count()).isEqualTo(2);
  }

  /** Records lie side by side, say what the model says, and are as few as can be. */
  private static void checkRecords(Scoreboard board, BitSet sacked, int una, int next, int base) {
    int at = una;
    boolean before = false;
    int lost = 0;
    for (int i = 0; i < board.count(); i++) {
      assertThat(board.start(i)).isEqualTo(at);
      at = board.end(i);
      boolean held = (board.flags(i) & Scoreboard.SACKED) != 0;
      int from = board.start(i) - base;
      assertThat(sacked.get(from, at - base).cardinality()).isEqualTo(held ? at - base - from : 0);
      assertThat(held && before).as("two held records side by side").isFalse();
      before = held;
      lost += (board.flags(i) & Scoreboard.LOST) != 0 ? at - base - from : 0;
    }
    assertThat(at).isEqualTo(next);
    assertThat(board.lostBytes()).isEqualTo(lost);
  }

  @Test
  void reassemblyOfRandomOverlappingPieces() {
    PacketPool pool = new PacketPool(64 << 20, true);
    for (int round = 0; round < 300; round++) {
      ReceiveQueue queue = new ReceiveQueue();
      int base = random.nextInt();
      int next = base;
      int total = 20_000;
      while (next - base < total) {
        int from = base + random.nextInt(total);
        int len = Math.min(1 + random.nextInt(900), total - (from - base));
        if (from - next < 0 || random.nextInt(5) == 0) {
          from = next;
          len = Math.min(len, base + total - from);
        }
        Packet p = piece(pool, base, from, len);
        if (from == next) {
          if (queue.hasEarly() && p.endSequence - queue.earlySequence() > 0) {
            ReceiveQueue.trimBack(p, queue.earlySequence());
          }
          next = p.endSequence;
          queue.append(p, random.nextInt(2) == 0);
          next = queue.promote(next, random.nextInt(2) == 0);
        } else {
          queue.insertEarly(p, random.nextInt(2) == 0);
        }
        for (int i = 0; i < queue.blocks(); i++) {
          assertThat(queue.blockEnd(i) - queue.blockStart(i)).isPositive();
          assertThat(queue.blockStart(i) - next).isPositive();
        }
      }
      assertThat(queue.bytes()).isEqualTo(total);
      assertThat(queue.earlyBytes()).isZero();
      byte[] all = new byte[total];
      assertThat(queue.read(all, 0, total)).isEqualTo(total);
      for (int i = 0; i < total; i++) {
        assertThat(all[i]).isEqualTo((byte) (i * 31));
      }
      assertThat(queue.charge()).isZero();
      pool.checkNoLeaks();
    }
  }

  private static Packet piece(PacketPool pool, int base, int from, int len) {
    Packet p = pool.acquire(len);
    if (p == null) {
      throw new AssertionError();
    }
    for (int i = 0; i < len; i++) {
      p.data[p.tail + i] = (byte) ((from - base + i) * 31);
    }
    p.tail += len;
    p.sequence = from;
    p.endSequence = from + len;
    return p;
  }

  @Test
  void retransmissionTimeoutAsRfc6298Says() {
    TcpConfig config = new TcpConfig();
    RttEstimator rtt = new RttEstimator(config);
    assertThat(rtt.rto(0)).isEqualTo(1_000_000_000L);
    rtt.sample(100_000_000L);
    assertThat(rtt.srtt()).isEqualTo(100_000_000L);
    assertThat(rtt.rto(0)).isEqualTo(300_000_000L);
    for (int i = 0; i < 100; i++) {
      rtt.sample(100_000_000L);
    }
    assertThat(rtt.rto(0)).isBetween(300_000_000L, 301_000_000L);
    assertThat(rtt.rto(3)).isEqualTo(8 * rtt.rto(0));
    assertThat(rtt.rto(30)).isEqualTo(config.maxRto);
  }
}
