package dev.patchbay.it.kernel;

/**
 * One transfer.
 *
 * @param senderDials whether the sender was the client
 * @param goodput bits a second that the receiver's application has read, from when the sender was
 *     connected
 * @param packets of the sender's direction, before any was lost
 * @param lost of these, by chance
 * @param overflowed of these, since the queue was full
 * @param late frames of both directions that came more than 0.2 ms too late
 */
record Run(
    Cell cell,
    long seed,
    Way way,
    boolean senderDials,
    double goodput,
    long packets,
    long lost,
    long overflowed,
    long late) {
  /** Names of the columns of {@link #row}. */
  static final String HEAD =
      "cell\tseed\tway\tclient\tMbit/s\tpackets\tlost\toverflowed\tlate frames";

  /** One line for a file, by tabulators. */
  String row() {
    return String.join(
        "\t",
        cell.toString(),
        Long.toString(seed),
        way.toString(),
        senderDials ? "sender" : "receiver",
        String.format(java.util.Locale.ROOT, "%.3f", goodput / 1e6),
        Long.toString(packets),
        Long.toString(lost),
        Long.toString(overflowed),
        Long.toString(late));
  }
}
