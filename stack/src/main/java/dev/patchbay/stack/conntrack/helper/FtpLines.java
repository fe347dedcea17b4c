package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Extras;

/**
 * Where lines begin in an FTP control connection: the sequence numbers behind the last two ends of
 * line of each direction, so that a segment that comes again is known too ({@code seq_aft_nl}).
 */
final class FtpLines {
  private final int[] last = new int[2];
  private final int[] before = new int[2];
  private final int[] known = new int[2];

  /** Those of a connection. */
  static FtpLines of(Connection c) {
    Extras extras = c.needExtras();
    if (extras.helperState instanceof FtpLines there) {
      return there;
    }
    FtpLines made = new FtpLines();
    extras.helperState = made;
    return made;
  }

  /** Whether a line begins there. */
  boolean begins(int way, int sequence) {
    return known[way] > 0 && last[way] == sequence || known[way] > 1 && before[way] == sequence;
  }

  /** A line has ended before that sequence number. */
  void ended(int way, int sequence) {
    boolean later = known[way] == 0 || sequence - last[way] > 0;
    if (!later) {
      return;
    }
    before[way] = last[way];
    last[way] = sequence;
    known[way] = Math.min(known[way] + 1, 2);
  }
}
