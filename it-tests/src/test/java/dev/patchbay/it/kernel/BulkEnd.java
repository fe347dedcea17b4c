package dev.patchbay.it.kernel;

/**
 * One end of a connection over which one side sends without end and the other reads all. From any
 * thread.
 */
interface BulkEnd {
  /** When the handshake had ended for this end, {@link System#nanoTime}; 0 until then. */
  long connectedAt();

  /** Bytes that the application has read so far. */
  long received();

  /** Why the connection is over before {@link #abort}; empty while it is not. */
  String failure();

  /** Ends it with a reset. */
  void abort() throws Exception;
}
