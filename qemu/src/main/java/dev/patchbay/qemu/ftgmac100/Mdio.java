package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.RegisterFile;
import dev.patchbay.qemu.phy.MdioBus;

/**
 * The MAC's own MDIO, PHYCR and PHYDATA: the interface of Faraday's MAC, and ASPEED's newer one
 * that REVR bit 31 chooses. An access is over when the register write returns.
 */
final class Mdio {
  private static final int OLD_READ = 1 << 26;
  private static final int OLD_WRITE = 1 << 27;
  private static final int NEW_FIRE = 1 << 15;
  private static final int NEW_CLAUSE_22 = 1 << 12;
  private static final int OP_WRITE = 1;
  private static final int OP_READ = 2;

  private final RegisterFile registers;
  private final MdioBus bus;
  private final int kept;

  Mdio(Profile profile, RegisterFile registers, MdioBus bus) {
    this.registers = registers;
    this.bus = bus;
    this.kept = profile.has(Difference.PHYDATA_CLEARED) ? 0 : 0xffff;
  }

  /** The guest has written PHYCR. */
  void written(int control) {
    boolean isNew =
        (registers.get(Ftgmac100Registers.REVR) & Ftgmac100Registers.REVR_NEW_MDIO) != 0;
    if (isNew) {
      newInterface(control);
    } else {
      oldInterface(control);
    }
  }

  private void oldInterface(int control) {
    int phy = control >>> 16 & 31;
    int register = control >>> 21 & 31;
    if ((control & OLD_WRITE) != 0) {
      bus.write(phy, register, registers.get(Ftgmac100Registers.PHYDATA) & 0xffff);
      registers.set(Ftgmac100Registers.PHYCR, control & ~OLD_WRITE);
    } else if ((control & OLD_READ) != 0) {
      int written = registers.get(Ftgmac100Registers.PHYDATA) & kept;
      registers.set(Ftgmac100Registers.PHYDATA, bus.read(phy, register) << 16 | written);
      registers.set(Ftgmac100Registers.PHYCR, control & ~OLD_READ);
    }
  }

  private void newInterface(int control) {
    if ((control & NEW_CLAUSE_22) == 0 || (control & NEW_FIRE) == 0) {
      return;
    }
    int phy = control >>> 5 & 31;
    int register = control & 31;
    int operation = control >>> 10 & 3;
    if (operation == OP_WRITE) {
      bus.write(phy, register, control >>> 16);
    } else if (operation == OP_READ) {
      registers.set(Ftgmac100Registers.PHYDATA, bus.read(phy, register));
    }
    registers.set(Ftgmac100Registers.PHYCR, control & ~NEW_FIRE);
  }
}
