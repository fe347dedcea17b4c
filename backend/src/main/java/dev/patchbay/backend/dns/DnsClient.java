package dev.patchbay.backend.dns;

/** Who asked, and gets one answer at most. */
interface DnsClient {
  /** Which guest it is, for limits: its port's name or its address. */
  String guest();

  /** Whether it asked by TCP. */
  boolean isTcp();

  /** Sends the answer; once. */
  void answer(byte[] message);
}
