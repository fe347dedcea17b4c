package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import java.util.List;

/**
 * Words of 32 bits of a packet, computed with, lie in some ranges, or do not ({@code xt_u32}).
 * Offsets count from the IP header on; where one leads out of the packet the test fails.
 */
public final class WordCondition extends Condition {
  /** What is done with the value so far and a number. */
  public enum Operation {
    /** Bits in common. */
    AND,
    LEFT,
    RIGHT,
    /** The value moves where offsets begin, and the word at the number's offset is taken. */
    AT
  }

  /**
   * A step.
   *
   * @param operation of the first step it does not count: the word at the number's offset is taken
   * @param number 32 bits without sign; 0 to 31 for shifts
   */
  public record Step(Operation operation, long number) {}

  /**
   * A range, both ends included.
   *
   * @param low 32 bits without sign
   * @param high 32 bits without sign
   */
  public record Range(long low, long high) {}

  /**
   * A test: it holds where what the steps give lies in one of the ranges.
   *
   * @param steps at least one
   * @param ranges at least one
   */
  public record Test(List<Step> steps, List<Range> ranges) {}

  private static final long WORD = 0xffff_ffffL;
  private static final long OUTSIDE = -1;

  private final Test[] tests;
  private final boolean inverted;

  /** A condition that all tests hold, or that one fails. */
  public WordCondition(List<Test> tests, boolean inverted) {
    this.tests = tests.toArray(Test[]::new);
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    boolean all = true;
    for (int i = 0; i < tests.length && all; i++) {
      all = holds(tests[i], p.packet());
    }
    return all != inverted;
  }

  private static boolean holds(Test test, Packet packet) {
    long value = value(test.steps, packet);
    for (int i = 0; i < test.ranges.size() && value != OUTSIDE; i++) {
      Range range = test.ranges.get(i);
      if (value >= range.low && value <= range.high) {
        return true;
      }
    }
    return false;
  }

  private static long value(List<Step> steps, Packet packet) {
    long start = 0;
    long value = word(packet, steps.get(0).number);
    for (int i = 1; i < steps.size() && value != OUTSIDE; i++) {
      long number = steps.get(i).number;
      switch (steps.get(i).operation) {
        case AND -> value &= number;
        case LEFT -> value = value << number & WORD;
        case RIGHT -> value >>>= number;
        case AT -> {
          start += value; // no more than ten times 32 bits
          value = start > WORD ? OUTSIDE : word(packet, start + number);
        }
      }
    }
    return value;
  }

  private static long word(Packet packet, long offset) {
    boolean inside = offset + 4 <= packet.tail - packet.l3;
    return inside ? Bytes.u32(packet.data, packet.l3 + (int) offset) : OUTSIDE;
  }
}
