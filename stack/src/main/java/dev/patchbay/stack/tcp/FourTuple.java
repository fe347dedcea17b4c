package dev.patchbay.stack.tcp;

/**
 * What a {@link FlowTable} finds by a 4-tuple, and the 4-tuple itself, seen from our side: the key
 * is compared here, in the memory that is needed next.
 */
abstract class FourTuple {
  final int localPort;
  final int remotePort;
  final long localHi;
  final long localLo;
  final long remoteHi;
  final long remoteLo;

  FourTuple(
      long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
    this.localHi = localHi;
    this.localLo = localLo;
    this.localPort = localPort;
    this.remoteHi = remoteHi;
    this.remoteLo = remoteLo;
    this.remotePort = remotePort;
  }

  /** Whether this is its 4-tuple. */
  final boolean isFor(long ourHi, long ourLo, int ourPort, long peerHi, long peerLo, int peerPort) {
    return remotePort == peerPort
        && remoteLo == peerLo
        && localPort == ourPort
        && localLo == ourLo
        && remoteHi == peerHi
        && localHi == ourHi;
  }

  /** Our address, high half. */
  public final long localHi() {
    return localHi;
  }

  /** Our address, low half. */
  public final long localLo() {
    return localLo;
  }

  /** Our port. */
  public final int localPort() {
    return localPort;
  }

  /** The peer's address, high half. */
  public final long remoteHi() {
    return remoteHi;
  }

  /** The peer's address, low half. */
  public final long remoteLo() {
    return remoteLo;
  }

  /** The peer's port. */
  public final int remotePort() {
    return remotePort;
  }
}
