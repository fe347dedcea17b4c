package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.phy.Rtl8211e;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Once warm, a frame costs no allocation in either direction. */
class CostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int FRAMES = 20_000;

  private final ArrayMemory memory = new ArrayMemory(Rig.RAM, 0x10000);
  private final VirtualClock clock = new VirtualClock();
  private final byte[] descriptor = new byte[16];
  private final byte[] frame = Rig.frame(Rig.OURS, 0x0800, 1514);
  private long sent;
  private long interrupts;

  private Ftgmac100 mac(Profile profile) {
    Ftgmac100 mac =
        new Ftgmac100(
            Ftgmac100Config.DEFAULT.withProfile(profile).withMac(Rig.MAC),
            memory,
            raised -> interrupts++,
            clock,
            (bytes, offset, length, good) -> sent++,
            RegisterTrace.NONE);
    clock.step(Rtl8211e.NEGOTIATION);
    mac.write(Ftgmac100Registers.NPTXR_BADR, 4, (int) Rig.RAM);
    mac.write(Ftgmac100Registers.RXR_BADR, 4, (int) Rig.RAM + 16);
    mac.write(Ftgmac100Registers.ITC, 4, 2 << 4 | 1);
    mac.write(Ftgmac100Registers.IER, 4, 0x7ff);
    mac.write(Ftgmac100Registers.MACCR, 4, Rig.ON | Ftgmac100Registers.MACCR_RM_VLAN);
    return mac;
  }

  private void put(long at, int status, int flags, int buffer) {
    for (int i = 0; i < 4; i++) {
      descriptor[i] = (byte) (status >> 8 * i);
      descriptor[4 + i] = (byte) (flags >> 8 * i);
      descriptor[12 + i] = (byte) (buffer >> 8 * i);
    }
    memory.write(at, descriptor, 0, 16);
  }

  private void round(Ftgmac100 mac) {
    int flags = Descriptor.TX_TXIC | Descriptor.TX_IP_CHKSUM | Descriptor.TX_INS_VLANTAG | 300;
    put(Rig.RAM, 0xf0000000 | 1514, flags, (int) Rig.RAM + 0x1000);
    put(Rig.RAM + 16, 1 << 30, 0, (int) Rig.RAM + 0x2000);
    mac.write(Ftgmac100Registers.NPTXPD, 4, 1);
    mac.receive(frame, 0, frame.length, true);
    clock.step(10_000);
    mac.write(Ftgmac100Registers.ISR, 4, mac.read(Ftgmac100Registers.ISR, 4));
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void noAllocation(Profile profile) {
    Ftgmac100 mac = mac(profile);
    long before = 0;
    for (int i = 0; i < 2 * FRAMES; i++) {
      if (i == FRAMES) {
        before = THREADS.getCurrentThreadAllocatedBytes();
      }
      round(mac);
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(sent).isEqualTo(2 * FRAMES);
    assertThat(interrupts).isGreaterThan(FRAMES);
    // the measuring itself
    assertThat(bytes).as("bytes for %d frames", 2 * FRAMES).isLessThan(1024);
  }
}
