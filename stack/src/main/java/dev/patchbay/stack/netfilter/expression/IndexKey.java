package dev.patchbay.stack.netfilter.expression;

import org.jspecify.annotations.Nullable;

/**
 * The packets that a rule can be met by, as far as a table can be searched for them: each part is
 * fixed, fixed in its leading bits, or open. It may let through packets that the rule's conditions
 * then refuse, never the other way round.
 */
public final class IndexKey {
  /** Address prefixes; masks of leading ones, 0 for open. */
  public long srcHi;

  public long srcLo;
  public long srcMaskHi;
  public long srcMaskLo;
  public long dstHi;
  public long dstLo;
  public long dstMaskHi;
  public long dstMaskLo;

  /** The protocol, or -1 for open. */
  public int protocol = -1;

  /** Ports, both ends included. */
  public int sourcePortLow;

  public int sourcePortHigh = 0xffff;
  public int destinationPortLow;
  public int destinationPortHigh = 0xffff;

  /** Whole names of the devices, null for open. */
  public @Nullable String in;

  public @Nullable String out;

  /** Whether no packet at all can meet the rule. */
  public boolean never;

  /** Takes a bound of a number's field; two of the same field are both meant. */
  void bound(Field field, long low, long high) {
    switch (field) {
      case PROTOCOL -> {
        if (low == high) {
          never |= protocol >= 0 && protocol != low;
          protocol = (int) low;
        }
      }
      case SOURCE_PORT -> {
        sourcePortLow = (int) Math.max(low, sourcePortLow);
        sourcePortHigh = (int) Math.min(high, sourcePortHigh);
        never |= sourcePortLow > sourcePortHigh;
      }
      case DESTINATION_PORT -> {
        destinationPortLow = (int) Math.max(low, destinationPortLow);
        destinationPortHigh = (int) Math.min(high, destinationPortHigh);
        never |= destinationPortLow > destinationPortHigh;
      }
      default -> {
        // asked of each packet
      }
    }
  }
}
