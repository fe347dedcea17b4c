package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.qemu.device.Register;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of registers against the device, and against its documentation. */
class RegistersTest {
  private static final Path README = Path.of("src/main/java/dev/patchbay/qemu/ftgmac100/README.md");

  /** Registers whose writes set things in motion that show elsewhere. */
  private static final Set<String> ACTIVE = Set.of("MACCR", "PHYCR", "NPTXPD", "RXPD", "HPTXPD");

  private static String readme() throws IOException {
    Path folder = Files.exists(README) ? Path.of("") : Path.of("qemu");
    return Files.readString(folder.resolve(README));
  }

  @Test
  void resetValues() {
    Rig rig = new Rig(Ftgmac100Config.DEFAULT);
    for (Register one : Ftgmac100Registers.DATASHEET.registers()) {
      assertThat(rig.read(one.offset())).as(one.name()).isEqualTo(one.reset() & one.readMask());
    }
  }

  /** As Faraday's model of 2012 has them (hw/arm/ftgmac100.c, ftgmac100_chip_reset). */
  @Test
  void resetValuesAreFaradays() {
    Rig rig = new Rig(Ftgmac100Config.DEFAULT);
    assertThat(rig.read(Ftgmac100Registers.APTC)).isEqualTo(1);
    assertThat(rig.read(Ftgmac100Registers.DBLAC)).isEqualTo(0x22f72);
    assertThat(rig.read(Ftgmac100Registers.DMAFIFOS)).isEqualTo(0x0c000000);
    assertThat(rig.read(Ftgmac100Registers.REVR)).isEqualTo(0x600);
    assertThat(rig.read(Ftgmac100Registers.FEAR)).isEqualTo(0x1b);
    assertThat(rig.read(Ftgmac100Registers.TPAFCR)).isEqualTo(0xf1);
    assertThat(rig.read(Ftgmac100Registers.RBSR)).isEqualTo(0x640);
    assertThat(rig.read(Ftgmac100Registers.FCR)).isZero();
  }

  @Test
  void resetValuesInQemusProfilesAreQemus() {
    Rig rig = new Rig(Ftgmac100Config.DEFAULT.withProfile(Profile.QEMU_11));
    assertThat(rig.read(Ftgmac100Registers.DBLAC)).isEqualTo(0x22f00);
    assertThat(rig.read(Ftgmac100Registers.FCR)).isEqualTo(0x400);
    assertThat(rig.read(Ftgmac100Registers.REVR)).isZero();
  }

  @Test
  void eachRegisterKeepsWhatItsMaskSays() {
    for (Register one : Ftgmac100Registers.DATASHEET.registers()) {
      if (!ACTIVE.contains(one.name())) {
        Rig rig = new Rig(Ftgmac100Config.DEFAULT);
        rig.write(one.offset(), -1);
        int set = (one.reset() | one.writeMask()) & ~one.writeOneToClear() & one.readMask();
        boolean pointer = one.offset() >= 0x90 && one.offset() <= 0x98;
        assertThat(rig.read(one.offset())).as(one.name()).isEqualTo(pointer ? 0 : set);
        rig.write(one.offset(), 0);
        assertThat(rig.read(one.offset()))
            .as(one.name())
            .isEqualTo(one.reset() & ~one.writeMask() & one.readMask());
      }
    }
  }

  @Test
  void eachBitOfIerLetsItsInterruptThrough() {
    Rig rig = new Rig().started(Ftgmac100Registers.MACCR_HPTXR_EN);
    rig.buffers(1);
    for (int i = 0; i < 16; i++) {
      rig.arrive(Rig.frame(Rig.OURS, 0x88b5, 1514));
    }
    rig.write(Ftgmac100Registers.HPTXR_BADR, (int) Rig.HP_RING);
    rig.queue(0, Rig.frame(Rig.OURS, 0x88b5, 60), Descriptor.TX_TX2FIC);
    rig.queue(1, new byte[13], Descriptor.TX_INS_VLANTAG);
    rig.kick();
    rig.write(Ftgmac100Registers.NPTXR_BADR, 0x1e660000);
    rig.kick();
    rig.mac.carrier(false);
    assertThat(rig.isr()).as("all there are").isEqualTo(0x7ff);
    for (int bit = 0; bit < 11; bit++) {
      rig.write(Ftgmac100Registers.IER, 1 << bit);
      assertThat(rig.interrupt).as("bit %d", bit).isTrue();
      rig.acknowledge(1 << bit);
      assertThat(rig.interrupt).as("bit %d acknowledged", bit).isFalse();
    }
  }

  /** The link's level, duplex and what half duplex has: all links are full duplex. */
  @Test
  void maccrKeepsWhatHasNoEffect() {
    Rig rig = new Rig(Ftgmac100Config.DEFAULT);
    for (int bit : new int[] {7, 8, 11}) {
      rig.write(Ftgmac100Registers.MACCR, 1 << bit);
      assertThat(rig.read(Ftgmac100Registers.MACCR)).isEqualTo(1 << bit);
    }
  }

  @Test
  void theRestOfTheRegionIsEmpty() {
    Rig rig = new Rig();
    assertThat(rig.mac.size()).isEqualTo(0x1000);
    for (int offset : new int[] {0x5c, 0x7c, 0x9c, 0xcc, 0x100, 0xffc, 0x1000, -4}) {
      rig.write(offset, -1);
      assertThat(rig.read(offset)).isZero();
    }
  }

  @Test
  void tracesByName() {
    Rig rig = new Rig();
    rig.write(Ftgmac100Registers.MACCR, 0x8200 | 3);
    rig.write(Ftgmac100Registers.DBLAC, 0x22f00);
    rig.mac.read(Ftgmac100Registers.APTC, 1);
    rig.read(0x5c);
    assertThat(rig.trace)
        .containsExactly(
            "W 50 MACCR=0x8203 HT_MULTI_EN|GIGA_MODE|RXDMA_EN|TXDMA_EN",
            "W 38 DBLAC=0x22f00 TXDES_SIZE:2|RXDES_SIZE:2|TXBURST_SIZE:3|RXBURST_SIZE:3",
            "R 34 APTC.1=0x1",
            "R 5c ?=0x0");
  }

  @Test
  void theReadmeHasTheTable() throws IOException {
    assertThat(readme()).contains(Ftgmac100Registers.DATASHEET.markdown());
  }

  @Test
  void theReadmeHasTheDifferences() throws IOException {
    assertThat(readme()).contains(differences());
  }

  /** The list of differences as the README has it. */
  static String differences() {
    StringBuilder out =
        new StringBuilder("| QEMU | 7.2 | 11 | against |\n").append("|---|---|---|---|\n");
    for (Difference one : Difference.values()) {
      out.append("| ").append(one.text()).append(" | ");
      out.append(Profile.QEMU_7_2.has(one) ? "yes" : "").append(" | ");
      out.append(Profile.QEMU_11.has(one) ? "yes" : "").append(" | ");
      out.append(one.source()).append(" |\n");
    }
    return out.toString();
  }

  @Test
  void profilesByTheirWords() {
    assertThat(Profile.values())
        .extracting(Profile::word)
        .containsExactly("datasheet", "qemu-7.2", "qemu-11");
    assertThat(Profile.DATASHEET.differences()).isEmpty();
  }

  @Test
  void refusesWhatItCannotBe() {
    assertThatThrownBy(() -> Ftgmac100Config.DEFAULT.withMac(1L << 48))
        .hasMessage("mac: 0x1000000000000 has more than 48 bits");
    assertThatThrownBy(() -> Ftgmac100Config.DEFAULT.withPhyAddress(32))
        .hasMessageContaining("32 is out of range, expected 0 to 31");
  }

  @Test
  void theEndOfARingIsWhereTheVariantHasIt() {
    for (Variant variant : Variant.values()) {
      Rig rig = new Rig(Ftgmac100Config.DEFAULT.withVariant(variant).withMac(Rig.MAC)).started(0);
      rig.queue(0, Rig.frame(Rig.OURS, 0x0800, 60), 0);
      int status = rig.word(Rig.TX_RING);
      rig.word(Rig.TX_RING, status | (variant == Variant.FARADAY ? 1 << 15 : 1 << 30));
      rig.kick();
      assertThat(rig.read(Ftgmac100Registers.NPTXR_PTR))
          .as(variant.name())
          .isEqualTo((int) Rig.TX_RING);
    }
  }
}
