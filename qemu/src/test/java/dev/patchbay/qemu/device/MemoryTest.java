package dev.patchbay.qemu.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
  }

  @Test
  void array() {
    holdsItsRange(new ArrayMemory(BASE, 16));
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
}
