package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.GuestMemory;
import dev.patchbay.qemu.device.HookedMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A guest that writes anything anywhere: rings that point to themselves, addresses out of memory,
 * sizes of 0 and 16383, buffers over the rings. No exception, and a bounded number of DMA accesses
 * for each access.
 */
class FuzzTest {
  private static final long RAM = 0x80000000L;
  private static final int SIZE = 0x8000;

  /** Five accesses a descriptor, whichever rings they are of, loopback or not. */
  private static final int MOST = 5 * Turn.DESCRIPTORS;

  /** As much as a turn may move, and what its last frames exceed it by. */
  private static final long MOST_BYTES = Turn.BYTES + 3 * 16_384 + 32L * Turn.DESCRIPTORS;

  private final Random random = new Random(20_261_121);
  private final ArrayMemory memory = new ArrayMemory(RAM, SIZE);
  private VirtualClock clock = new VirtualClock();
  private long accesses;
  private long bytes;
  private long most;
  private long sent;
  private long delivered;
  private long errors;
  private long linked;

  private Ftgmac100 mac(Profile profile, Variant variant) {
    clock = new VirtualClock();
    GuestMemory counted =
        new HookedMemory(
            memory,
            (write, address, length) -> {
              accesses++;
              bytes += length;
              return true;
            });
    return new Ftgmac100(
        new Ftgmac100Config(
            variant, profile, 0x525400123456L, random.nextBoolean() ? -1 : random.nextInt(32)),
        counted,
        raised -> {},
        clock,
        (frame, offset, length, good) -> {
          if (length < 1 || length > Frames.LONGEST + Frames.TAG) {
            throw new AssertionError("a frame of " + length + " bytes");
          }
          sent++;
        },
        RegisterTrace.NONE);
  }

  @Test
  @Timeout(120)
  void aMillionOperations() {
    operations(1_000_000);
    System.out.printf(
        "fuzz: %d frames sent, %d delivered, %d bus errors, %d DMA accesses at most%n",
        sent, delivered, errors, most);
    assertThat(sent).isGreaterThan(50_000);
    assertThat(delivered).isGreaterThan(1_000);
    assertThat(errors).isGreaterThan(1_000);
    assertThat(linked).isGreaterThan(50);
  }

  @Test
  @Tag("full")
  @Timeout(1200)
  void tenMillionOperations() {
    operations(10_000_000);
    assertThat(sent).isGreaterThan(100_000);
  }

  private void operations(int count) {
    Profile[] profiles = Profile.values();
    Variant[] variants = Variant.values();
    Ftgmac100 mac = mac(Profile.DATASHEET, Variant.AST2500);
    byte[] frame = new byte[20_000];
    for (int i = 0; i < count; i++) {
      if (i % 10_000 == 0) {
        mac = mac(profiles[i / 10_000 % 3], variants[random.nextInt(variants.length)]);
        random.nextBytes(frame);
        clock.step(2_000_000_000);
      }
      turn();
      operation(mac, frame);
      turn();
    }
  }

  /** Between two turns of the device: the one before was bounded. */
  private void turn() {
    most = Math.max(most, accesses);
    if (accesses > MOST || bytes > MOST_BYTES) {
      throw new AssertionError(accesses + " DMA accesses of " + bytes + " bytes in a turn");
    }
    accesses = 0;
    bytes = 0;
  }

  private void operation(Ftgmac100 mac, byte[] frame) {
    switch (random.nextInt(16)) {
      case 0 -> mac.write(random.nextInt(), 1 << random.nextInt(3), random.nextInt());
      case 1 -> mac.read(random.nextInt(), random.nextInt(6));
      case 2 -> mac.write(4 * random.nextInt(64), 4, random.nextInt());
      case 3 -> mac.write(random.nextInt(256), 1 + random.nextInt(2), random.nextInt());
      case 4 -> check(mac);
      case 5 -> base(mac);
      case 6 -> mac.write(Ftgmac100Registers.MACCR, 4, 0xf | random.nextInt() & 0x7fffffff);
      case 7 -> mac.write(Ftgmac100Registers.RBSR, 4, random.nextInt(3) * random.nextInt(2000));
      case 8, 9 -> descriptor();
      case 10 -> mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
      case 11 -> send(mac);
      case 12 -> mac.write(Ftgmac100Registers.HPTXPD, 4, 1);
      case 13 -> mac.write(Ftgmac100Registers.RXPD, 4, 1);
      case 14 -> arrive(mac, frame);
      default -> time(mac);
    }
  }

  /** A frame that may pass, so that what follows the checks is reached. */
  private void send(Ftgmac100 mac) {
    long at = RAM + random.nextInt(64) * 16;
    byte[] bytes = new byte[16];
    bytes[0] = (byte) random.nextInt(256);
    bytes[3] = (byte) 0xb0;
    bytes[6] = (byte) random.nextInt(16);
    bytes[13] = (byte) random.nextInt(SIZE >> 8);
    bytes[15] = (byte) 0x80;
    assertThat(memory.write(at, bytes, 0, 16)).isTrue();
    mac.write(Ftgmac100Registers.NPTXR_BADR, 4, (int) at);
    mac.write(Ftgmac100Registers.RXR_BADR, 4, (int) at);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
  }

  private void check(Ftgmac100 mac) {
    int isr = mac.read(Ftgmac100Registers.ISR, 4);
    delivered += isr & Ftgmac100Registers.INT_RPKT_BUF;
    errors += isr >>> 8 & 1;
    mac.write(Ftgmac100Registers.ISR, 4, isr);
  }

  private void base(Ftgmac100 mac) {
    int[] registers = {
      Ftgmac100Registers.NPTXR_BADR, Ftgmac100Registers.RXR_BADR, Ftgmac100Registers.HPTXR_BADR
    };
    long address = random.nextInt(32) == 0 ? random.nextInt() : RAM + random.nextInt(64) * 16;
    mac.write(registers[random.nextInt(3)], 4, (int) address);
  }

  /** Garbage, but garbage that often looks like a descriptor. */
  private void descriptor() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    if (random.nextInt(4) != 0) {
      bytes[3] = (byte) (random.nextBoolean() ? 0xb0 : random.nextInt(256));
      int[] sizes = {0, 1, 60, 60, 300, 1514, 0x3fff};
      int size = sizes[random.nextInt(sizes.length)];
      bytes[0] = (byte) size;
      bytes[1] = (byte) (size >> 8);
    }
    if (random.nextInt(16) != 0) {
      int buffer = random.nextInt(SIZE);
      bytes[12] = (byte) buffer;
      bytes[13] = (byte) (buffer >> 8);
      bytes[14] = 0;
      bytes[15] = (byte) 0x80;
    }
    assertThat(memory.write(RAM + random.nextInt(64) * 16, bytes, 0, 16)).isTrue();
  }

  private void arrive(Ftgmac100 mac, byte[] frame) {
    int length = random.nextInt(random.nextInt(4) == 0 ? 16_000 : 200);
    int offset = random.nextInt(1000);
    frame[offset] = -1;
    mac.receive(frame, offset, length, random.nextInt(8) != 0);
  }

  private void time(Ftgmac100 mac) {
    mac.write(Ftgmac100Registers.APTC, 4, random.nextInt());
    if (random.nextInt(128) == 0) {
      cable(mac);
    }
    long end = clock.now() + random.nextInt(60_000);
    while (clock.nextDeadline() <= end) {
      turn();
      clock.stepTo(clock.nextDeadline());
    }
    clock.stepTo(end);
  }

  /** The cable is pulled and plugged again; the link comes back while the MAC is off. */
  private void cable(Ftgmac100 mac) {
    mac.carrier(false);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    mac.write(Ftgmac100Registers.MACCR, 4, 0);
    mac.write(Ftgmac100Registers.APTC, 4, 0);
    mac.carrier(true);
    turn();
    while (clock.nextDeadline() <= clock.now() + 2_000_000_000) {
      turn();
      clock.stepTo(clock.nextDeadline());
    }
    linked += mac.phy() != null && mac.phy().up() ? 1 : 0;
  }
}
