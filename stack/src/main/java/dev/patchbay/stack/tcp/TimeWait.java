package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import org.jspecify.annotations.Nullable;

/** What is left of a connection in TIME-WAIT. */
final class TimeWait extends FlowEntry {
  final int sndNxt;
  final int rcvNxt;
  final int window;
  final int offered;
  final boolean timestampsOn;
  final int tsOffset;
  final @Nullable NetDevice device;
  final int mark;
  final int priority;
  final int tos;
  final boolean reuse;
  final boolean reusePort;
  int tsRecent;
  long tsRecentTime;
  long expires;
  long lastAck = Long.MIN_VALUE / 2;
  @Nullable TimeWait previous;
  @Nullable TimeWait next;

  TimeWait(TcpSocket s) {
    super(s.localHi, s.localLo, s.localPort, s.remoteHi, s.remoteLo, s.remotePort);
    sndNxt = s.sndNxt;
    rcvNxt = s.rcvNxt;
    offered = ReceiveWindow.offered(s);
    window = offered >>> s.rcvShift;
    timestampsOn = s.timestampsOn;
    tsOffset = s.tsOffset;
    device = s.settings.device;
    mark = s.settings.mark;
    priority = s.settings.priority;
    tos = s.tos;
    reuse = s.settings.reuseAddress;
    reusePort = s.settings.reusePort;
    tsRecent = s.tsRecent;
    tsRecentTime = s.tsRecentTime;
  }
}
