package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/** What is left of a connection in TIME-WAIT. */
final class TimeWait implements FlowEntry {
  final long localHi;
  final long localLo;
  final int localPort;
  final long remoteHi;
  final long remoteLo;
  final int remotePort;
  final int sndNxt;
  final int rcvNxt;
  final int window;
  final int offered;
  final boolean timestampsOn;
  final int tsOffset;
  int tsRecent;
  long tsRecentTime;
  long expires;
  long lastAck = Long.MIN_VALUE / 2;
  @Nullable TimeWait previous;
  @Nullable TimeWait next;

  TimeWait(TcpSocket s) {
    localHi = s.localHi;
    localLo = s.localLo;
    localPort = s.localPort;
    remoteHi = s.remoteHi;
    remoteLo = s.remoteLo;
    remotePort = s.remotePort;
    sndNxt = s.sndNxt;
    rcvNxt = s.rcvNxt;
    offered = ReceiveWindow.offered(s);
    window = offered >>> s.rcvShift;
    timestampsOn = s.timestampsOn;
    tsOffset = s.tsOffset;
    tsRecent = s.tsRecent;
    tsRecentTime = s.tsRecentTime;
  }
}
