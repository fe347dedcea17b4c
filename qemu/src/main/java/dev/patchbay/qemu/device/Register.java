package dev.patchbay.qemu.device;

import java.util.ArrayList;
import java.util.List;

/**
 * One register of a device, as its data sheet describes it.
 *
 * @param name as the data sheet or Linux's driver writes it
 * @param offset in bytes, a multiple of 4
 * @param narrowest fewest bytes of an access that reaches it: 1, 2 or 4
 * @param reset value after a reset
 * @param readMask bits that a read shows; the others read as 0
 * @param writeMask bits that take what is written
 * @param writeOneToClear bits cleared by writing 1 to them
 * @param clearOnRead bits cleared by reading them
 * @param text what it is, in a few words
 * @param bits the named bits and fields, from the top
 */
public record Register(
    String name,
    int offset,
    int narrowest,
    int reset,
    int readMask,
    int writeMask,
    int writeOneToClear,
    int clearOnRead,
    String text,
    List<Bits> bits) {

  /**
   * A named bit or field.
   *
   * @param high number of its highest bit, 31 to 0
   * @param low number of its lowest bit
   */
  public record Bits(String name, int high, int low) {
    /** Its mask. */
    public int mask() {
      return (int) ((2L << high) - (1L << low));
    }

    /** Its value, shifted down. */
    public int of(int value) {
      return (value & mask()) >>> low;
    }
  }

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a bit is both written and cleared by writing, or the offset
   *     is no multiple of 4
   */
  public Register {
    bits = List.copyOf(bits);
    if ((writeMask & writeOneToClear) != 0 || (offset & 3) != 0) {
      throw new IllegalArgumentException(name + ": contradicts itself");
    }
  }

  /** A register that is read and written, reset to 0. */
  public static Register readWrite(String name, int offset, int mask, String text) {
    return new Register(name, offset, 1, 0, mask, mask, 0, 0, text, List.of());
  }

  /** A register that is only read, reset to 0. */
  public static Register readOnly(String name, int offset, int mask, String text) {
    return new Register(name, offset, 1, 0, mask, 0, 0, 0, text, List.of());
  }

  /** A register that is only written and reads as 0. */
  public static Register writeOnly(String name, int offset, String text) {
    return new Register(name, offset, 1, 0, 0, -1, 0, 0, text, List.of());
  }

  /** A register whose bits are cleared by writing 1 to them. */
  public static Register status(String name, int offset, int mask, String text) {
    return new Register(name, offset, 1, 0, mask, 0, mask, 0, text, List.of());
  }

  /** The same with another reset value. */
  public Register withReset(int value) {
    return new Register(
        name,
        offset,
        narrowest,
        value,
        readMask,
        writeMask,
        writeOneToClear,
        clearOnRead,
        text,
        bits);
  }

  /** The same with other masks of what is read and written. */
  public Register withMasks(int read, int write) {
    return new Register(
        name,
        offset,
        narrowest,
        reset,
        read,
        write,
        writeOneToClear & ~write,
        clearOnRead,
        text,
        bits);
  }

  /** The same with bits that reading clears. */
  public Register withClearOnRead(int mask) {
    return new Register(
        name, offset, narrowest, reset, readMask, writeMask, writeOneToClear, mask, text, bits);
  }

  /** The same, reached only by accesses of at least this many bytes. */
  public Register withNarrowest(int bytes) {
    return new Register(
        name, offset, bytes, reset, readMask, writeMask, writeOneToClear, clearOnRead, text, bits);
  }

  /** The same with one more named bit. */
  public Register bit(String bitName, int number) {
    return field(bitName, number, number);
  }

  /** The same with one more named field. */
  public Register field(String fieldName, int high, int low) {
    List<Bits> more = new ArrayList<>(bits);
    more.add(new Bits(fieldName, high, low));
    return new Register(
        name,
        offset,
        narrowest,
        reset,
        readMask,
        writeMask,
        writeOneToClear,
        clearOnRead,
        text,
        more);
  }

  /** A value for people: names of the bits that are set, fields with their values. */
  public String describe(int value) {
    StringBuilder out = new StringBuilder(name).append("=0x").append(Integer.toHexString(value));
    int unnamed = value;
    String separator = " ";
    for (Bits one : bits) {
      int part = one.of(value);
      unnamed &= ~one.mask();
      if (part != 0) {
        out.append(separator).append(one.name);
        if (one.high != one.low) {
          out.append(':').append(part);
        }
        separator = "|";
      }
    }
    if (unnamed != 0 && !bits.isEmpty()) {
      out.append(separator).append("0x").append(Integer.toHexString(unnamed));
    }
    return out.toString();
  }
}
