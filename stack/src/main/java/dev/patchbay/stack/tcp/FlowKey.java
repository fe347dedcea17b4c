package dev.patchbay.stack.tcp;

/** A 4-tuple seen from our side; for the cold paths. */
record FlowKey(
    long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
  /** Both ports in one word, for keyed functions of a 4-tuple. */
  static long ports(int localPort, int remotePort) {
    return (long) localPort << 16 | remotePort;
  }
}
