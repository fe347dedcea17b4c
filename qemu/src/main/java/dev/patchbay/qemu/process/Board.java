package dev.patchbay.qemu.process;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The machines that we boot, with what their command lines differ in. */
public enum Board {
  /** AST2500 whose MAC is wired to a host's NIC by NC-SI. */
  ROMULUS_BMC("romulus-bmc", "qemu-system-arm", "romulus-bmc", "ast2500", 0),
  /** AST2500 evaluation board with a PHY on MDIO. */
  AST2500_EVB("ast2500-evb", "qemu-system-arm", "ast2500-evb", "ast2500", 0),
  /** AST2600 evaluation board, PHY on the separate MDIO controller. */
  AST2600_EVB("ast2600-evb", "qemu-system-arm", "ast2600-evb", "ast2600", 0),
  /** PC with an Intel 82540EM. */
  E1000("e1000", "qemu-system-x86_64", "pc", "e1000", 256);

  private final String id;
  private final String program;
  private final String machine;
  private final String image;
  private final int memoryMib;

  Board(String id, String program, String machine, String image, int memoryMib) {
    this.id = id;
    this.program = program;
    this.machine = machine;
    this.image = image;
    this.memoryMib = memoryMib;
  }

  /**
   * The board of this name, as {@code demo --board} has it.
   *
   * @throws IllegalArgumentException naming the boards there are
   */
  public static Board of(String id) {
    for (Board board : values()) {
      if (board.id.equals(id)) {
        return board;
      }
    }
    String known = Arrays.stream(values()).map(Board::id).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("unknown board '" + id + "': expected one of " + known);
  }

  /** Name for people and options, e.g. {@code romulus-bmc}. */
  public String id() {
    return id;
  }

  /** QEMU's program for this board. */
  public String program() {
    return program;
  }

  /** Value of {@code -M}. */
  public String machine() {
    return machine;
  }

  /** Name of the guest image that boots on it. */
  public String image() {
    return image;
  }

  /** Memory to ask for in MiB, or 0 for the board's own size. */
  public int memoryMib() {
    return memoryMib;
  }

  /** Whether this is a PC: NICs are devices of their own there. */
  public boolean isPc() {
    return this == E1000;
  }

  @Override
  public String toString() {
    return id;
  }
}
