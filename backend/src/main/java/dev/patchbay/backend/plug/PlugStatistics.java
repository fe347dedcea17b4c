package dev.patchbay.backend.plug;

/** Counters of one plug beside those of its port. Plain longs, owned by the loop. */
public final class PlugStatistics {
  /** Connections that were taken. */
  public long attachments;

  /**
   * Connections that were closed at once: one machine is there already, or {@code allow=} does not
   * name the address.
   */
  public long refused;

  /** Connections closed by us since a frame's length made no sense. */
  public long badLengths;

  /** Frames or datagrams of length 0 from the machine, skipped. */
  public long emptyFrames;

  /** Frames from the machine that came to the port merged with others. */
  public long merged;

  /** Frames from the machine of less than 14 bytes, dropped. */
  public long shortFrames;

  /** Frames of NC-SI from the machine. */
  public long ncsiReceived;

  /** Frames of NC-SI to the machine. */
  public long ncsiSent;

  /** Datagrams from another sender than the configured one, dropped. */
  public long foreign;

  /** How often the machine stopped to read. */
  public long stalls;

  /** System calls that sent. */
  public long writes;

  /** System calls that received. */
  public long reads;

  /** Frames whose processing threw, which is a defect. */
  public long failures;
}
