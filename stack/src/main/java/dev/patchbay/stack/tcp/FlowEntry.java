package dev.patchbay.stack.tcp;

/**
 * What the 4-tuple of a segment leads to: a connection, a SYN about which is not decided, or a
 * record of TIME-WAIT.
 */
abstract sealed class FlowEntry extends FourTuple permits ControlBlock, IncomingSyn, TimeWait {
  FlowEntry(
      long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
    super(localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
  }
}
