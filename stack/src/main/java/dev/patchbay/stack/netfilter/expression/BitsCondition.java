package dev.patchbay.stack.netfilter.expression;

/** Some bits of a field have a value, or have not. */
public final class BitsCondition extends Condition {
  private final Field field;
  private final long mask;
  private final long value;
  private final boolean inverted;

  /**
   * A condition that {@code (field & mask) == value}.
   *
   * @param inverted holds where they differ; a packet without the field never fits
   */
  public BitsCondition(Field field, long mask, long value, boolean inverted) {
    this.field = field;
    this.mask = mask;
    this.value = value;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    long is = field.value(p);
    return is != Field.ABSENT && ((is & mask) == value) != inverted;
  }
}
