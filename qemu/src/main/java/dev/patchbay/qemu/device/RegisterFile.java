package dev.patchbay.qemu.device;

/**
 * The registers of one device: decodes accesses by a {@link RegisterTable} and keeps the values.
 */
public final class RegisterFile {
  private final RegisterTable table;
  private final RegisterActions actions;
  private final RegisterTrace trace;
  private final int[] values;

  /** Registers with their reset values. */
  public RegisterFile(RegisterTable table, RegisterActions actions, RegisterTrace trace) {
    this.table = table;
    this.actions = actions;
    this.trace = trace;
    this.values = new int[table.size() >> 2];
    reset();
  }

  /** What describes them. */
  public RegisterTable table() {
    return table;
  }

  /** Gives all their reset values; sets nothing in motion. */
  public void reset() {
    for (Register register : table.registers()) {
      values[register.offset() >> 2] = register.reset();
    }
  }

  /** What the device sees in a register, whatever the guest may read. */
  public int get(int offset) {
    return values[offset >> 2];
  }

  /** Sets what the device sees in a register; sets nothing in motion. */
  public void set(int offset, int value) {
    values[offset >> 2] = value;
  }

  private static boolean aligned(int offset, int width) {
    return (width == 1 || width == 2 || width == 4) && (offset & width - 1) == 0;
  }

  private static int mask(int width) {
    return width == 4 ? -1 : (1 << 8 * width) - 1;
  }

  /** As {@link DeviceBus#read}. */
  public int read(int offset, int width) {
    Register register = table.at(offset);
    if (register == null || width < register.narrowest() || !aligned(offset, width)) {
      trace.access(false, register, offset, width, 0);
      return 0;
    }
    int word = register.offset() >> 2;
    int shift = 8 * (offset & 3);
    int value = actions.reading(register.offset(), values[word]);
    values[word] = value & ~(register.clearOnRead() & mask(width) << shift);
    int seen = (value & register.readMask()) >>> shift & mask(width);
    trace.access(false, register, offset, width, seen);
    return seen;
  }

  /** As {@link DeviceBus#write}. */
  public void write(int offset, int width, int value) {
    Register register = table.at(offset);
    trace.access(true, register, offset, width, value);
    if (register == null || width < register.narrowest() || !aligned(offset, width)) {
      return;
    }
    int word = register.offset() >> 2;
    int shift = 8 * (offset & 3);
    int lane = mask(width) << shift;
    int placed = value << shift & lane;
    int before = values[word];
    int whole = before & ~lane | placed;
    if (!actions.accepts(register.offset(), whole)) {
      return;
    }
    int written = register.writeMask() & lane;
    values[word] = (before & ~written | placed & written) & ~(placed & register.writeOneToClear());
    actions.written(register.offset(), whole);
  }
}
