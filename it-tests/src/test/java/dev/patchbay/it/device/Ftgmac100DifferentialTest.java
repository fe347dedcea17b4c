package dev.patchbay.it.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.patchbay.it.Images;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.process.QemuBinary;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same accesses, memory and frames, random from a seed, into QEMU's ftgmac100 and into our
 * model in QEMU's profile: registers, descriptors, memory, frames and interrupts are equal.
 */
@Timeout(600)
class Ftgmac100DifferentialTest {
  private static final Duration ORDINARY = Duration.ofSeconds(8);
  private static final Duration FULL = Duration.ofSeconds(120);

  @TempDir Path folder;

  private static QemuBinary qemu72() throws Exception {
    return QemuBinary.find("qemu-system-arm").orElseThrow();
  }

  private static QemuBinary qemu11() throws Exception {
    return QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm");
  }

  private void compare(QemuBinary binary, Profile profile, Duration time) throws Exception {
    try (Subject qemu = Subject.qemu(binary, folder);
        Subject.Model model = Subject.model(profile)) {
      Scenario scenario = new Scenario(qemu, model, profile);
      int steps = 0;
      long end = System.nanoTime() + time.toNanos();
      for (long seed = 1; System.nanoTime() - end < 0; seed++) {
        steps += scenario.run(seed);
      }
      System.out.println(profile + ": " + steps + " steps, " + scenario.summary());
      scenario.assertCovered();
      assertThat(steps).isGreaterThan(500);
    }
  }

  @Test
  @Requires("qemu-arm")
  void asQemu72() throws Exception {
    QemuBinary binary = qemu72();
    assumeFalse(binary.version().atLeast(8, 0), () -> "QEMU is " + binary.version());
    compare(binary, Profile.QEMU_7_2, ORDINARY);
  }

  @Test
  @Requires("qemu-11")
  void asQemu11() throws Exception {
    compare(qemu11(), Profile.QEMU_11, ORDINARY);
  }

  @Test
  @Tag("full")
  @Requires("qemu-arm")
  void asQemu72ForLong() throws Exception {
    compare(qemu72(), Profile.QEMU_7_2, FULL);
  }

  @Test
  @Tag("full")
  @Requires("qemu-11")
  void asQemu11ForLong() throws Exception {
    compare(qemu11(), Profile.QEMU_11, FULL);
  }
}
