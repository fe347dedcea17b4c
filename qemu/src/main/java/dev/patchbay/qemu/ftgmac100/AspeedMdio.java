package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.DeviceBus;
import dev.patchbay.qemu.device.Register;
import dev.patchbay.qemu.device.RegisterActions;
import dev.patchbay.qemu.device.RegisterFile;
import dev.patchbay.qemu.device.RegisterTable;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.phy.MdioBus;
import java.util.List;

/**
 * The AST2600's MDIO controller: two registers beside the MACs (Linux: {@code mdio-aspeed}). An
 * access is over when the register write returns. Clause 22 only; an access of clause 45 does
 * nothing but end.
 */
public final class AspeedMdio implements DeviceBus {
  /** Command and data to write. */
  public static final int CTRL = 0;

  /** Data read, and whether the controller rests. */
  public static final int DATA = 4;

  private static final int FIRE = 1 << 31;
  private static final int CLAUSE_22 = 1 << 28;
  private static final int OP = 3 << 26;
  private static final int OP_WRITE = 1 << 26;
  private static final int OP_READ = 2 << 26;
  private static final int IDLE = 1 << 16;

  /** The registers. */
  public static final RegisterTable TABLE =
      new RegisterTable(
          8,
          List.of(
              Register.readWrite("MDIO_CTRL", CTRL, -1, "command")
                  .withNarrowest(4)
                  .bit("FIRE", 31)
                  .bit("CLAUSE_22", 28)
                  .field("OP", 27, 26)
                  .field("PHYAD", 25, 21)
                  .field("REGAD", 20, 16)
                  .field("WDATA", 15, 0),
              Register.readWrite("MDIO_DATA", DATA, ~0x1ffff, "data read")
                  .withMasks(-1, ~0x1ffff)
                  .withNarrowest(4)
                  .withReset(IDLE)
                  .bit("IDLE", 16)
                  .field("RDATA", 15, 0)));

  private final MdioBus bus;
  private final RegisterFile registers;

  /** A controller of this bus. */
  public AspeedMdio(MdioBus bus, RegisterTrace trace) {
    this.bus = bus;
    this.registers = new RegisterFile(TABLE, new Actions(), trace);
  }

  private final class Actions implements RegisterActions {
    @Override
    public void written(int offset, int value) {
      if (offset == CTRL) {
        command(value);
      } else {
        // a write clears the data that was read
        registers.set(DATA, value & ~0x1ffff | IDLE);
      }
    }
  }

  private void command(int value) {
    registers.set(CTRL, value & ~FIRE);
    if ((value & FIRE) == 0 || (value & CLAUSE_22) == 0) {
      return;
    }
    int phy = value >>> 21 & 31;
    int register = value >>> 16 & 31;
    if ((value & OP) == OP_WRITE) {
      bus.write(phy, register, value & 0xffff);
    } else if ((value & OP) == OP_READ) {
      registers.set(DATA, registers.get(DATA) & 0xffff0000 | bus.read(phy, register));
    }
  }

  @Override
  public int size() {
    return TABLE.size();
  }

  @Override
  public int read(int offset, int width) {
    return registers.read(offset, width);
  }

  @Override
  public void write(int offset, int width, int value) {
    registers.write(offset, width, value);
  }
}
