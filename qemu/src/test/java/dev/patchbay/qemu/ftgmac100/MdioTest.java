package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYDATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.phy.Mii;
import org.junit.jupiter.api.Test;

/** The three ways to a PHY's registers. */
class MdioTest {
  private static final int PHY = 3;

  private final Rig rig = new Rig(Ftgmac100Config.DEFAULT.withPhyAddress(PHY));

  private int oldRead(int phy, int register) {
    rig.write(PHYCR, 1 << 26 | register << 21 | phy << 16 | 0x34);
    assertThat(rig.read(PHYCR)).isEqualTo(register << 21 | phy << 16 | 0x34);
    return rig.read(PHYDATA) >>> 16;
  }

  private int newRead(int phy, int register) {
    rig.write(PHYCR, 1 << 15 | 1 << 12 | 2 << 10 | phy << 5 | register);
    assertThat(rig.read(PHYCR) >>> 15 & 1).isZero();
    return rig.read(PHYDATA) & 0xffff;
  }

  @Test
  void oldInterface() {
    assertThat(oldRead(PHY, Mii.PHYSID1)).isEqualTo(0x001c);
    assertThat(oldRead(PHY, Mii.PHYSID2)).isEqualTo(0xc915);
    rig.write(PHYDATA, 0x0181);
    rig.write(PHYCR, 1 << 27 | Mii.ADVERTISE << 21 | PHY << 16);
    assertThat(oldRead(PHY, Mii.ADVERTISE)).isEqualTo(0x0181);
  }

  @Test
  void aReadKeepsWhatIsToBeWritten() {
    rig.write(PHYDATA, 0x0181);
    assertThat(oldRead(PHY, Mii.PHYSID1)).isEqualTo(0x001c);
    assertThat(rig.read(PHYDATA)).isEqualTo(0x001c_0181);
    rig.write(PHYCR, 1 << 27 | Mii.ADVERTISE << 21 | PHY << 16);
    assertThat(oldRead(PHY, Mii.ADVERTISE)).isEqualTo(0x0181);
  }

  @Test
  void nobodyAnswersElsewhere() {
    for (int phy = 0; phy < 32; phy++) {
      assertThat(oldRead(phy, Mii.PHYSID1)).isEqualTo(phy == PHY ? 0x001c : 0xffff);
    }
    rig.write(PHYCR, 1 << 27 | 5 << 16);
    assertThat(oldRead(PHY, Mii.BMCR)).isEqualTo(0x1140);
  }

  @Test
  void newInterface() {
    rig.write(Ftgmac100Registers.REVR, 1 << 31);
    assertThat(newRead(PHY, Mii.PHYSID2)).isEqualTo(0xc915);
    rig.write(PHYCR, 0x0181 << 16 | 1 << 15 | 1 << 12 | 1 << 10 | PHY << 5 | Mii.ADVERTISE);
    assertThat(newRead(PHY, Mii.ADVERTISE)).isEqualTo(0x0181);
    assertThat(newRead(PHY + 1, Mii.PHYSID2)).isEqualTo(0xffff);
    rig.write(PHYCR, 1 << 15 | 2 << 10 | PHY << 5 | Mii.PHYSID1);
    assertThat(rig.read(PHYDATA) & 0xffff).as("not clause 22").isEqualTo(0xffff);
  }

  @Test
  void controllerOfTheAst2600() {
    AspeedMdio mdio = new AspeedMdio(rig.mac.mdioBus(), RegisterTrace.NONE);
    assertThat(mdio.read(AspeedMdio.DATA, 4)).isEqualTo(1 << 16);
    int read = 1 << 31 | 1 << 28 | 2 << 26 | PHY << 21;
    mdio.write(AspeedMdio.CTRL, 4, read | Mii.PHYSID2 << 16);
    assertThat(mdio.read(AspeedMdio.CTRL, 4)).isPositive();
    assertThat(mdio.read(AspeedMdio.DATA, 4)).isEqualTo(1 << 16 | 0xc915);
    mdio.write(AspeedMdio.CTRL, 4, 1 << 31 | 1 << 28 | 1 << 26 | PHY << 21 | 4 << 16 | 0x0181);
    mdio.write(AspeedMdio.CTRL, 4, read | Mii.ADVERTISE << 16);
    assertThat(mdio.read(AspeedMdio.DATA, 4)).isEqualTo(1 << 16 | 0x0181);
    mdio.write(AspeedMdio.DATA, 4, -1);
    assertThat(mdio.read(AspeedMdio.DATA, 4) & 0x1ffff).isEqualTo(1 << 16);
    assertThat(mdio.read(8, 4)).isZero();
    assertThat(mdio.size()).isEqualTo(8);
  }
}
