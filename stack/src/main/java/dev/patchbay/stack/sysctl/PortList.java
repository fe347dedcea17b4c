package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.socket.Errno;
import java.util.BitSet;

/** Sets of small numbers as {@code 8080,9000-9010} ({@code proc_do_large_bitmap}). */
final class PortList {
  private PortList() {}

  static String text(BitSet set) {
    StringBuilder out = new StringBuilder();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int end = set.nextClearBit(from) - 1;
      out.append(out.isEmpty() ? "" : ",").append(from);
      if (end > from) {
        out.append('-').append(end);
      }
      from = set.nextSetBit(end + 1);
    }
    return out.toString();
  }

  /**
   * Puts what a text says in the place of what is there; an empty one clears it.
   *
   * @param size the numbers are below it
   */
  static void set(BitSet to, String text, int size) throws SysctlException {
    BitSet wanted = new BitSet();
    String list = text.strip();
    if (!list.isEmpty()) {
      for (String part : list.split(",", -1)) {
        String[] ends = part.split("-", -1);
        int from = SysctlKey.numbers(ends[0], 1, 0, size - 1)[0];
        int end = ends.length == 1 ? from : SysctlKey.numbers(ends[1], 1, from, size - 1)[0];
        if (ends.length > 2) {
          throw new SysctlException(Errno.EINVAL);
        }
        wanted.set(from, end + 1);
      }
    }
    to.clear();
    to.or(wanted);
  }
}
