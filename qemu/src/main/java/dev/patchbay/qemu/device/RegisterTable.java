package dev.patchbay.qemu.device;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The registers of a device by offset; immutable. */
public final class RegisterTable {
  private final int size;
  private final @Nullable Register[] byWord;
  private final List<Register> registers;

  /**
   * A table.
   *
   * @param size bytes of the region, a power of two
   * @param registers in any order
   * @throws IllegalArgumentException if two have one offset, or one lies outside
   */
  public RegisterTable(int size, Collection<Register> registers) {
    this.size = size;
    this.byWord = new Register[size >> 2];
    TreeMap<Integer, Register> sorted = new TreeMap<>();
    for (Register register : registers) {
      if (register.offset() < 0 || register.offset() >= size) {
        throw new IllegalArgumentException(register.name() + " lies outside of the region");
      }
      Register other = sorted.put(register.offset(), register);
      if (other != null) {
        throw new IllegalArgumentException(register.name() + " lies where " + other.name() + " is");
      }
      byWord[register.offset() >> 2] = register;
    }
    this.registers = List.copyOf(sorted.values());
  }

  /** Bytes of the region. */
  public int size() {
    return size;
  }

  /** All, by offset. */
  public List<Register> registers() {
    return registers;
  }

  /** The register that holds the byte at {@code offset}, if there is one. */
  public @Nullable Register at(int offset) {
    int word = offset >> 2;
    return word >= 0 && word < byWord.length ? byWord[word] : null;
  }

  /** The table as rows of a Markdown document, with the head. */
  public String markdown() {
    StringBuilder out =
        new StringBuilder("| offset | register | access | reset | bits | what |\n")
            .append("|---|---|---|---|---|---|\n");
    for (Register one : registers) {
      StringBuilder bits = new StringBuilder();
      for (Register.Bits field : one.bits()) {
        bits.append(bits.isEmpty() ? "" : ", ").append(field.name()).append(' ');
        bits.append(field.high());
        if (field.high() != field.low()) {
          bits.append(':').append(field.low());
        }
      }
      out.append(
          String.format(
              Locale.ROOT,
              "| %02x | %s | %s | %x | %s | %s |%n",
              one.offset(),
              one.name(),
              access(one),
              one.reset(),
              bits,
              one.text()));
    }
    return out.toString();
  }

  private static String access(Register one) {
    String words = one.readMask() != 0 ? "R" : "";
    words += one.writeMask() != 0 ? "W" : "";
    words += one.writeOneToClear() != 0 ? " W1C" : "";
    words += one.clearOnRead() != 0 ? " RC" : "";
    return words;
  }
}
