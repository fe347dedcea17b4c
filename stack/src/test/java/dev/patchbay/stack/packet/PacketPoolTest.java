package dev.patchbay.stack.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory is charged by array, limited, and shared fairly between ports. */
class PacketPoolTest {
  private static final int SMALL = 2048;

  /** Room for 64 of the smallest packets. */
  private final PacketPool pool = new PacketPool(64 * SMALL, true);

  private List<Packet> hoard(MemoryShare share) {
    List<Packet> packets = new ArrayList<>();
    for (Packet p = pool.acquire(1, share); p != null; p = pool.acquire(1, share)) {
      packets.add(p);
    }
    return packets;
  }

  @Test
  void oneByteIsChargedAsItsWholeBuffer() {
    Packet packet = pool.acquire(1);
    assertThat(pool.used()).isEqualTo(SMALL);
    assertThat(packet.charge()).isEqualTo(SMALL);
    packet.release();
    assertThat(pool.used()).isZero();
    pool.checkNoLeaks();
  }

  @Test
  void releasingTwiceAndLeakingAreNoticed() {
    Packet packet = pool.acquire(1);
    assertThatThrownBy(pool::checkNoLeaks).hasMessageContaining("1 packets");
    packet.release();
    assertThatThrownBy(packet::release).hasMessageContaining("released twice");
  }

  @Test
  void onePortAloneMayHaveHalf() {
    MemoryShare only = pool.newShare();
    assertThat(hoard(only)).hasSize(32);
    assertThat(only.refused()).isEqualTo(1);
    assertThat(pool.acquire(1)).as("the appliance's own half").isNotNull();
  }

  @Test
  void aHoarderLeavesEveryOtherPortItsShare() {
    MemoryShare hoarder = pool.newShare();
    MemoryShare second = pool.newShare();
    MemoryShare third = pool.newShare();
    MemoryShare fourth = pool.newShare();
    List<Packet> first = hoard(hoarder);
    assertThat(first).as("half of all").hasSize(32);
    for (MemoryShare other : List.of(second, third, fourth)) {
      assertThat(hoard(other)).as("limit / 2n").hasSize(8);
      assertThat(other.used()).isEqualTo(8 * SMALL);
      assertThat(other.refused()).isEqualTo(1);
    }
    assertThat(pool.acquire(1, hoarder)).isNull();
    assertThat(pool.failures()).isEqualTo(5);
    // what the hoarder gives back, a port that has its share gets once half is free again
    first.forEach(Packet::release);
    assertThat(pool.acquire(1, second)).isNotNull();
  }

  @Test
  void chunksCountOnTheSameAccount() {
    PacketPool chunky = new PacketPool(8 * PacketPool.CHUNK, false);
    MemoryShare one = chunky.newShare();
    MemoryShare two = chunky.newShare();
    List<byte[]> chunks = new ArrayList<>();
    for (byte[] c = chunky.acquireChunk(one); c != null; c = chunky.acquireChunk(one)) {
      chunks.add(c);
    }
    assertThat(chunks).hasSize(4);
    assertThat(chunky.acquireChunk(two)).isNotNull();
    chunks.forEach(c -> chunky.releaseChunk(c, one));
    assertThat(one.used()).isZero();
  }

  @Test
  void aCopyBurdensTheSameAccount() {
    MemoryShare share = pool.newShare();
    Packet packet = pool.acquire(100, share);
    Packet copy = packet.copy();
    assertThat(share.used()).isEqualTo(2 * SMALL);
    packet.release();
    copy.release();
    assertThat(share.used()).isZero();
  }

  @Test
  void aClosedAccountGivesItsPartToTheOthers() {
    MemoryShare gone = pool.newShare();
    pool.newShare();
    assertThat(pool.shareLimit()).isEqualTo(16 * SMALL);
    gone.close();
    gone.close();
    assertThat(pool.shareLimit()).isEqualTo(32 * SMALL);
  }
}
