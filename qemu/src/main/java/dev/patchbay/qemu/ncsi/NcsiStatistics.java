package dev.patchbay.qemu.ncsi;

import java.util.Map;
import java.util.TreeMap;

/** Counters of one port; see {@link NcsiSnapshot.Statistics} for their meaning. */
final class NcsiStatistics {
  private static final long[] NONE = {};

  long frames;
  long answered;
  long refused;
  long unanswered;
  long malformed;
  long checksumErrors;
  long repeated;
  long aens;
  private long[] byType = NONE;

  void command(int type) {
    if (byType.length == 0) {
      byType = new long[256];
    }
    byType[type]++;
  }

  NcsiSnapshot.Statistics snapshot() {
    Map<String, Long> commands = new TreeMap<>();
    for (int type = 0; type < byType.length; type++) {
      if (byType[type] != 0) {
        commands.put(NcsiPacket.title(type), byType[type]);
      }
    }
    return new NcsiSnapshot.Statistics(
        frames,
        answered,
        refused,
        unanswered,
        malformed,
        checksumErrors,
        repeated,
        aens,
        Map.copyOf(commands));
  }
}
