package dev.patchbay.qemu.phy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The 32 addresses behind a MAC's MDC and MDIO pins. */
public final class MdioBus {
  /** What the pull-up resistor says where nobody answers. */
  public static final int NOBODY = 0xffff;

  private final @Nullable MdioDevice[] devices = new MdioDevice[32];

  /** Puts a device at an address, 0 to 31. */
  public MdioBus attach(int address, MdioDevice device) {
    devices[address] = device;
    return this;
  }

  /** Puts a device at all addresses. */
  public MdioBus attachEverywhere(MdioDevice device) {
    Arrays.fill(devices, device);
    return this;
  }

  /** Reads a register: 16 bits, all set where nobody answers. Takes the low five bits of both. */
  public int read(int address, int register) {
    MdioDevice device = devices[address & 31];
    return device == null ? NOBODY : device.read(register & 31) & 0xffff;
  }

  /** Writes a register; lost where nobody answers. Takes the low five bits of both numbers. */
  public void write(int address, int register, int value) {
    MdioDevice device = devices[address & 31];
    if (device != null) {
      device.write(register & 31, value & 0xffff);
    }
  }
}
