package dev.patchbay.it.device;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.patchbay.it.Images;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.process.QemuBinary;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same accesses, memory and frames, random from a seed, into QEMU's ftgmac100 and into our
 * model in QEMU's profile: registers, descriptors, memory, frames and interrupts are equal.
 */
@Timeout(1200)
class Ftgmac100DifferentialTest {
  private static final int ORDINARY = 20;
  private static final int FULL = 100;

  @TempDir Path folder;

  private static QemuBinary qemu72() throws Exception {
    QemuBinary binary = QemuBinary.find("qemu-system-arm").orElseThrow();
    assumeFalse(binary.version().atLeast(8, 0), () -> "QEMU is " + binary.version());
    return binary;
  }

  private static QemuBinary qemu11() throws Exception {
    return QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm");
  }

  private void compare(QemuBinary binary, Profile profile, int seeds) throws Exception {
    try (Subject qemu = Subject.qemu(binary, folder);
        Subject.Model model = Subject.model(profile)) {
      Scenario scenario = new Scenario(qemu, model, profile);
      scenario.handWritten();
      int steps = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        steps += scenario.run(seed);
      }
      System.out.println(profile.word() + ": " + steps + " steps, " + scenario.summary());
      scenario.assertCovered();
    }
  }

  @Test
  @Requires("qemu-arm")
  void asQemu72() throws Exception {
    compare(qemu72(), Profile.QEMU_7_2, ORDINARY);
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
