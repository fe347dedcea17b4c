package dev.patchbay.qemu.ftgmac100;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Whose behaviour a model has. */
public enum Profile {
  /** The hardware's, as far as public sources tell. */
  DATASHEET(EnumSet.noneOf(Difference.class)),
  /** QEMU 7.2's, Debian 12's. */
  QEMU_7_2(EnumSet.allOf(Difference.class)),
  /** QEMU 11's. */
  QEMU_11(
      EnumSet.complementOf(
          EnumSet.of(
              Difference.VLAN_TAG_CUT,
              Difference.FCS_READS_BEYOND,
              Difference.TINY_DROPPED,
              Difference.REGISTERS_REPEAT)));

  private final Set<Difference> differences;

  Profile(Set<Difference> differences) {
    this.differences = Set.copyOf(differences);
  }

  /** As options name it: {@code datasheet}, {@code qemu-7.2}, {@code qemu-11}. */
  public String word() {
    return this == QEMU_7_2 ? "qemu-7.2" : name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where it differs from the data sheet. */
  public Set<Difference> differences() {
    return differences;
  }

  /** Whether it has this difference. */
  boolean has(Difference difference) {
    return differences.contains(difference);
  }

  boolean isQemu() {
    return this != DATASHEET;
  }
}
