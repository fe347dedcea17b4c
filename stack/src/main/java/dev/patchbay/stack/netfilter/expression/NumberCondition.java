package dev.patchbay.stack.netfilter.expression;

/** A field lies between two numbers, or does not. */
public final class NumberCondition extends Condition {
  private final Field field;
  private final long low;
  private final long high;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param low the least value that fits
   * @param high the greatest
   * @param inverted holds where the field lies outside; a packet without it never fits
   */
  public NumberCondition(Field field, long low, long high, boolean inverted) {
    this.field = field;
    this.low = low;
    this.high = high;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    long value = field.value(p);
    return value != Field.ABSENT && (value >= low && value <= high) != inverted;
  }

  @Override
  public void constrain(IndexKey key) {
    if (!inverted) {
      key.bound(field, low, high);
    }
  }
}
