package dev.patchbay.qemu.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryTest {
  private static final long BASE = 0x80000000L;

  private static void holdsItsRange(GuestMemory memory) {
    byte[] bytes = {1, 2, 3, 4};
    byte[] back = new byte[6];
    assertThat(memory.write(BASE + 12, bytes, 0, 4)).isTrue();
    assertThat(memory.read(BASE + 12, back, 1, 4)).isTrue();
    assertThat(back).containsExactly(0, 1, 2, 3, 4, 0);
    assertThat(memory.write(BASE + 13, bytes, 0, 4)).as("one byte beyond").isFalse();
    assertThat(memory.read(BASE + 12, back, 0, 4)).isTrue();
    assertThat(back).as("nothing was written").startsWith(1, 2, 3, 4);
    assertThat(memory.read(BASE - 1, back, 0, 2)).isFalse();
    assertThat(memory.read(0, back, 0, 1)).isFalse();
    assertThat(memory.read(-1, back, 0, 1)).isFalse();
    assertThat(memory.read(Long.MIN_VALUE, back, 0, 1)).isFalse();
    assertThat(memory.read(BASE + 16, back, 0, 0)).isTrue();
    assertThat(memory.read(BASE + 17, back, 0, 0)).isFalse();
    for (int at : new int[] {4, 9, 12}) {
      assertThat(memory.writeWord(BASE + at, 0xfedcba98)).isTrue();
      assertThat(memory.readWord(BASE + at)).isEqualTo(0xfedcba98L);
      assertThat(memory.read(BASE + at, back, 0, 4)).isTrue();
      assertThat(back).startsWith((byte) 0x98, (byte) 0xba, (byte) 0xdc, (byte) 0xfe);
    }
    assertThat(memory.readWord(BASE + 13)).isEqualTo(GuestMemory.NOTHING);
    assertThat(memory.writeWord(BASE + 13, 1)).isFalse();
    assertThat(memory.readWord(BASE - 1)).isEqualTo(GuestMemory.NOTHING);
  }

  @Test
  void array() {
    holdsItsRange(new ArrayMemory(BASE, 16));
  }

  @Test
  void paged() {
    PagedMemory memory = new PagedMemory(BASE, 0x20000);
    byte[] bytes = {1, 2, 3, 4};
    byte[] back = new byte[4];
    assertThat(memory.write(BASE + 0xfffe, bytes, 0, 4)).as("over two pages").isTrue();
    assertThat(memory.read(BASE + 0xfffe, back, 0, 4)).isTrue();
    assertThat(back).containsExactly(1, 2, 3, 4);
    assertThat(memory.readWord(BASE + 0xfffd)).isEqualTo(0x03020100L);
    assertThat(memory.writeWord(BASE + 0xffff, 0xfedcba98)).isTrue();
    assertThat(memory.readWord(BASE + 0xffff)).isEqualTo(0xfedcba98L);
    assertThat(memory.readWord(BASE + 0x1fffd)).isEqualTo(GuestMemory.NOTHING);
    assertThat(memory.write(BASE + 0x1fffd, bytes, 0, 4)).isFalse();
    assertThat(memory.read(BASE - 1, back, 0, 1)).isFalse();
    assertThat(memory.read(BASE + 0x20000, back, 0, 0)).isTrue();
    assertThat(new PagedMemory(0, 1L << 32).readWord((1L << 32) - 4)).isZero();
    assertThatThrownBy(() -> new PagedMemory(0, 1)).hasMessageContaining("no multiple of 65536");
  }

  @Test
  void mapped() {
    try (Arena arena = Arena.ofConfined()) {
      holdsItsRange(new MappedMemory(BASE, arena.allocate(16)));
    }
  }

  @Test
  void hooked() {
    List<String> seen = new ArrayList<>();
    GuestMemory memory =
        new HookedMemory(
            new ArrayMemory(BASE, 16),
            (write, address, length) -> {
              seen.add((write ? "write " : "read ") + (address - BASE) + " " + length);
              return address != BASE + 8;
            });
    byte[] bytes = {7};
    assertThat(memory.write(BASE, bytes, 0, 1)).isTrue();
    assertThat(memory.read(BASE, bytes, 0, 1)).isTrue();
    assertThat(memory.write(BASE + 8, bytes, 0, 1)).isFalse();
    assertThat(memory.read(BASE + 8, bytes, 0, 1)).isFalse();
    assertThat(seen).containsExactly("write 0 1", "read 0 1", "write 8 1", "read 8 1");
  }

  /**
   * A driver on another thread: it fills a descriptor and gives it by its first word; the device
   * takes it by {@link GuestMemory#readWord} and answers in the same way. Neither ever sees the
   * other's words older than the first.
   */
  @Test
  @Timeout(60)
  void whoSeesTheFirstWordSeesWhatBelongsToIt() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MappedMemory memory = new MappedMemory(BASE, arena.allocate(64, 16));
      int rounds = 50_000;
      CompletableFuture<Integer> device =
          CompletableFuture.supplyAsync(() -> {
            int wrong = 0;
            byte[] bytes = new byte[4];
            for (int i = 1; i <= rounds; i++) {
              while (memory.readWord(BASE) != i) {
                Thread.yield();
              }
              memory.read(BASE + 32, bytes, 0, 4);
              wrong += bytes[0] == (byte) i && bytes[1] == (byte) (i >> 8) ? 0 : 1;
              bytes[0] = (byte) ~i;
              memory.write(BASE + 48, bytes, 0, 4);
              memory.writeWord(BASE, -i);
            }
            return wrong;
          });
      int wrong = 0;
      byte[] bytes = new byte[4];
      for (int i = 1; i <= rounds; i++) {
        bytes[0] = (byte) i;
        bytes[1] = (byte) (i >> 8);
        memory.write(BASE + 32, bytes, 0, 4);
        memory.writeWord(BASE, i);
        while (memory.readWord(BASE) != (-i & 0xffffffffL)) {
          Thread.yield();
        }
        memory.read(BASE + 48, bytes, 0, 4);
        wrong += bytes[0] == (byte) ~i ? 0 : 1;
      }
      assertThat(wrong + device.get(30, TimeUnit.SECONDS)).isZero();
    }
  }
}
