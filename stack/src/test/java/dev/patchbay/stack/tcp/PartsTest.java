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

  @Test
  void flowTableIsAMap() {
    FlowTable<Integer> table = new FlowTable<>(random.hash("test"));
    Map<Long, Integer> model = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      long key = random.nextInt(3000);
      Integer value = model.get(key);
      assertThat(table.get(key, 1, 2, key * 7, 3)).isSameAs(value);
      if (random.nextInt(2) == 0) {
        Integer put = i;
        table.put(key, 1, 2, key * 7, 3, put);
        model.put(key, put);
      } else if (value != null) {
        table.remove(key, 1, 2, key * 7, 3, value);
        model.remove(key);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    int[] seen = {0};
    table.forEach(v -> seen[0]++);
    assertThat(seen[0]).isEqualTo(model.size());
  }

  @Test
  void flowTableRemovesOnlyTheValueThatIsMeant() {
    FlowTable<String> table = new FlowTable<>(random.hash("test"));
    table.put(1, 2, 3, 4, 5, "new");
    table.remove(1, 2, 3, 4, 5, "old");
    assertThat(table.get(1, 2, 3, 4, 5)).isEqualTo("new");
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

  @Test
  void scoreboardMarksAsAModelByTheByte() {
    for (int round = 0; round < 300; round++) {
      Scoreboard board = new Scoreboard();
      BitSet sacked = new BitSet();
      BitSet everLost = new BitSet();
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
              assertThat(board.sack(from, to)).isEqualTo(sacked.cardinality() - before);
            }
          }
          case 2 -> {
            una += random.nextInt((next - una) / 4 + 1);
            board.acknowledge(una);
            sacked.clear(0, una - base);
          }
          default -> lostAsRfc6675Says(board, sacked, everLost, base);
        }
        assertThat(board.sackedBytes()).isEqualTo(sacked.cardinality());
      }
    }
  }

  @Test
  void aPeerThatReportsSingleBytesIsBounded() {
    Scoreboard board = new Scoreboard();
    board.add(0, 1_000_000, 0);
    int news = 0;
    for (int i = 1; i < 1_000_000; i += 2) {
      news += board.sack(i, i + 1);
    }
    assertThat(board.count()).isBetween(Scoreboard.MAX_RECORDS, Scoreboard.MAX_RECORDS + 2);
    assertThat(board.sackedBytes()).isEqualTo(news);
    assertThat(board.acknowledge(1_000_000)).isZero();
    assertThat(board.count()).isZero();
    assertThat(board.sackedBytes()).isZero();
  }

  /** IsLost of section 4, byte by byte, for what is marked: no mark without reason. */
  private static void lostAsRfc6675Says(
      Scoreboard board, BitSet sacked, BitSet everLost, int base) {
    board.markLostBySack(1000);
    for (int i = 0; i < board.count(); i++) {
      int from = board.end(i) - base;
      int above = sacked.get(from, Math.max(from, sacked.length())).cardinality();
      int separate = 0;
      for (int at = sacked.nextSetBit(from); at >= 0; at = sacked.nextSetBit(at)) {
        separate++;
        at = sacked.nextClearBit(at);
      }
      boolean lost = above > 2000 || separate >= 3;
      if (lost) {
        everLost.set(board.start(i) - base, board.end(i) - base);
      }
      boolean held = (board.flags(i) & Scoreboard.SACKED) != 0;
      // a mark stays when separate blocks grow together
      assertThat((board.flags(i) & Scoreboard.LOST) != 0)
          .as("record %d", i)
          .isEqualTo(!held && everLost.get(board.start(i) - base));
    }
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
