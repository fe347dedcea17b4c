package dev.patchbay.it.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.patchbay.it.Images;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.ftgmac100.Difference;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.ftgmac100.Variant;
import dev.patchbay.qemu.process.Board;
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
    compare(binary, profile, Board.AST2500_EVB, Variant.AST2500, seeds);
  }

  private void compare(QemuBinary binary, Profile profile, Board board, Variant variant, int seeds)
      throws Exception {
    try (Subject qemu = Subject.qemu(binary, board, folder);
        Subject.Model model = Subject.model(profile, variant)) {
      Scenario scenario = new Scenario(qemu, model, profile, variant);
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
  @Requires("qemu-arm")
  void asQemu72OnAnAst2600() throws Exception {
    compare(qemu72(), Profile.QEMU_7_2, Board.AST2600_EVB, Variant.AST2600, ORDINARY);
  }

  @Test
  @Requires("qemu-11")
  void asQemu11OnAnAst2600() throws Exception {
    compare(qemu11(), Profile.QEMU_11, Board.AST2600_EVB, Variant.AST2600, ORDINARY);
  }

  @Test
  @Requires("qemu-arm")
  void eachDifferenceIsInQemu72() throws Exception {
    differences(qemu72(), Profile.QEMU_7_2);
  }

  @Test
  @Requires("qemu-11")
  void eachDifferenceIsInQemu11() throws Exception {
    differences(qemu11(), Profile.QEMU_11);
  }

  /**
   * QEMU has what its profile says and nothing else, our model of it too, the data sheet's none.
   */
  private void differences(QemuBinary binary, Profile profile) throws Exception {
    try (Subject qemu = Subject.qemu(binary, Board.AST2500_EVB, folder);
        Subject.Model model = Subject.model(profile, Variant.AST2500);
        Subject.Model datasheet = Subject.model(Profile.DATASHEET, Variant.AST2500)) {
      for (Difference one : Difference.values()) {
        boolean expected = profile.differences().contains(one);
        assertThat(new DifferenceProbe(qemu).seen(one)).as("%s in QEMU", one).isEqualTo(expected);
        // bytes that nobody defines cannot be reproduced
        boolean ours = expected && one != Difference.FCS_READS_BEYOND;
        assertThat(new DifferenceProbe(model).seen(one)).as("%s in ours", one).isEqualTo(ours);
        assertThat(new DifferenceProbe(datasheet).seen(one)).as("%s in hardware", one).isFalse();
      }
    }
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
