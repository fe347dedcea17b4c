package dev.patchbay.bench;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.ftgmac100.Ftgmac100;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Config;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Registers;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.phy.Rtl8211e;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Frames a second through the FTGMAC100's rings: the driver fills a ring, the MAC empties it. With
 * {@code -prof gc} the bytes allocated for a frame, which are 0.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Ftgmac100Benchmark {
  private static final int RING = 128;
  private static final int RAM = 0x80000000;
  private static final int RECEIVE = RAM + 0x1000;
  private static final int BUFFERS = RAM + 0x2000;
  private static final int END = 1 << 30;

  @Param({"60", "1514"})
  int length;

  @Param({"DATASHEET", "QEMU_11"})
  Profile profile = Profile.DATASHEET;

  private final ArrayMemory memory =
      new ArrayMemory(Integer.toUnsignedLong(RAM), 0x2000 + RING * 0x800);
  private byte[] frame = {};
  private Ftgmac100 mac = made(Profile.DATASHEET, memory, new long[1]);
  private final long[] sent = new long[1];

  private static Ftgmac100 made(Profile profile, ArrayMemory memory, long[] sent) {
    VirtualClock clock = new VirtualClock();
    Ftgmac100 made =
        new Ftgmac100(
            Ftgmac100Config.DEFAULT.withProfile(profile).withMac(0x525400123456L),
            memory,
            raised -> {},
            clock,
            (bytes, offset, count, good) -> sent[0] += count,
            RegisterTrace.NONE);
    clock.step(Rtl8211e.NEGOTIATION);
    made.write(Ftgmac100Registers.APTC, 4, 0);
    made.write(Ftgmac100Registers.NPTXR_BADR, 4, RAM);
    made.write(Ftgmac100Registers.RXR_BADR, 4, RECEIVE);
    made.write(Ftgmac100Registers.MACCR, 4, 0xf | 1 << 10 | 1 << 17);
    return made;
  }

  /** Rings of one buffer each a descriptor. */
  @Setup
  public void rings() {
    frame = new byte[length];
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) (0x525400123456L >> 40 - 8 * i);
    }
    frame[12] = 8;
    for (int i = 0; i < RING; i++) {
      word(RAM + 16 * i + 12, BUFFERS + 0x800 * i);
      word(RECEIVE + 16 * i + 12, BUFFERS + 0x800 * i);
    }
    mac = made(profile, memory, sent);
  }

  private void word(int at, int value) {
    memory.writeWord(Integer.toUnsignedLong(at), value);
  }

  private static int end(int number) {
    return number == RING - 1 ? END : 0;
  }

  /** Out: the ring is given, and one write kicks it. */
  @Benchmark
  @OperationsPerInvocation(RING)
  public long transmit() {
    for (int i = 0; i < RING; i++) {
      word(RAM + 16 * i, 0xb0000000 | end(i) | length);
    }
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    mac.write(Ftgmac100Registers.ISR, 4, -1);
    return sent[0];
  }

  /** In: the ring is given, and as many frames come. */
  @Benchmark
  @OperationsPerInvocation(RING)
  public int receive() {
    for (int i = 0; i < RING; i++) {
      word(RECEIVE + 16 * i, end(i));
    }
    for (int i = 0; i < RING; i++) {
      mac.receive(frame, 0, length, true);
    }
    mac.write(Ftgmac100Registers.ISR, 4, -1);
    return (int) memory.readWord(Integer.toUnsignedLong(RECEIVE + 16 * (RING - 1)));
  }
}
