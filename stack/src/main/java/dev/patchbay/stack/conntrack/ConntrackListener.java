package dev.patchbay.stack.conntrack;

/** Who is told what becomes of connections ({@code conntrack -E}). On the loop's thread. */
public interface ConntrackListener {
  /** Bits of what is told, with Linux's values ({@code enum ip_conntrack_events}). */
  int NEW = 1;

  int RELATED = 1 << 1;
  int DESTROY = 1 << 2;
  int REPLY = 1 << 3;
  int ASSURED = 1 << 4;
  int PROTOINFO = 1 << 5;
  int HELPER = 1 << 6;
  int MARK = 1 << 7;
  int SEQADJ = 1 << 8;
  int LABEL = 1 << 10;

  /**
   * Something has changed.
   *
   * @param events bits of what; with NEW or RELATED it is new, with DESTROY it has gone
   */
  void changed(Connection connection, int events);

  /** An expectation came ({@code added}) or went. */
  default void expectation(Expectation expectation, boolean added) {}

  /** The namespace has gone: nothing more comes. */
  default void gone() {}
}
