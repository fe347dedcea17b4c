package dev.patchbay.stack.conntrack;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What few connections have ({@code nf_ct_ext}). */
public final class Extras {
  /** {@code connlabel}: 128 bits. */
  public long labelsHi;

  public long labelsLo;

  /** The helper that reads along, or null. */
  public @Nullable Helper helper;

  /** What the helper remembers. */
  public @Nullable Object helperState;

  /** The connection that has announced this one, or null. */
  public @Nullable Connection master;

  /** Expectations that it has announced and that have not come, oldest first. */
  final List<Expectation> expected = new ArrayList<>(0);

  /** Whether packets and bytes are counted ({@code nf_conntrack_acct}). */
  public boolean counts;

  /** Packets and bytes of each direction. */
  public final long[] packets = new long[2];

  public final long[] bytes = new long[2];

  /** Index of the device whose address stands in for the source, 0 for none. */
  public int masqueraded;

  /** Events that are told: bits of {@link ConntrackListener}; all where no rule says otherwise. */
  public int events = -1;

  /** The same of its expectations: bit 0 when they come, bit 1 when they go. */
  public int expectationEvents = -1;

  /** ns of wall time when it was confirmed, 0 where {@code nf_conntrack_timestamp} is off. */
  public long started;

  /** The sequence numbers that are moved, or null. */
  public @Nullable SequenceAdjustment adjustment;

  Extras() {}

  /** Begins to count anew. */
  public void clearCounters() {
    packets[0] = 0;
    packets[1] = 0;
    bytes[0] = 0;
    bytes[1] = 0;
  }
}
