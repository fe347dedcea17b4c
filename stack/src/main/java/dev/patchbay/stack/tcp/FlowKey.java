package dev.patchbay.stack.tcp;

/** A 4-tuple seen from our side; for the cold paths. */
record FlowKey(
    long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
  /** The word of ports of a {@link FlowTable} of connections. */
  static long ports(int localPort, int remotePort) {
    return (long) localPort << 16 | remotePort;
  }

  long ports() {
    return ports(localPort, remotePort);
  }
}
