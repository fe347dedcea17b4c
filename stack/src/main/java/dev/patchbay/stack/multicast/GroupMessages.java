package dev.patchbay.stack.multicast;

import dev.patchbay.stack.device.NetDevice;

/** The messages of one protocol: IGMP or MLD. */
interface GroupMessages {
  /** Types of records (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12). */
  int MODE_IS_INCLUDE = 1;

  int MODE_IS_EXCLUDE = 2;
  int CHANGE_TO_INCLUDE = 3;
  int CHANGE_TO_EXCLUDE = 4;
  int ALLOW_NEW_SOURCES = 5;
  int BLOCK_OLD_SOURCES = 6;

  /** Adds a record to the report that is being written; what does not fit goes into another one. */
  void record(NetDevice device, int type, long hi, long lo, SourceFilter sources);

  /** Sends the report that was written, if any. */
  void flush(NetDevice device);

  /**
   * Sends a report of an older version.
   *
   * @param version 1 or 2 of IGMP; MLD has but one
   */
  void report(NetDevice device, int version, long hi, long lo);

  /** Sends a leave (RFC 2236) or done (RFC 2710). */
  void leave(NetDevice device, long hi, long lo);

  /** Whether a group is reported at all. */
  boolean isReported(long hi, long lo);

  /** Between repeated unsolicited reports of the newest version, ns. */
  long changeInterval();

  /** Between repeated unsolicited reports of an older version, ns. */
  long oldInterval();
}
