package dev.patchbay.stack.tcp;

import dev.patchbay.stack.tcp.TcpEntry.Timer;
import java.util.ArrayList;
import java.util.List;

/** Lists what an engine holds (Linux: {@code inet_diag_dump_icsk}). On its loop; cold. */
public final class TcpReport {
  private TcpReport() {}

  /** All listeners and flows, in no order. */
  public static List<TcpEntry> of(TcpEngine engine) {
    List<TcpEntry> all = new ArrayList<>();
    engine.forEachListener(l -> all.add(listener(l)));
    engine.flows.forEach(flow -> {
      switch (flow) {
        case TcpSocket s -> all.add(socket(s));
        case TimeWait t -> all.add(timeWait(t, engine.loop.now()));
        case IncomingSyn syn -> all.add(syn(syn, engine.loop.now()));
      }
    });
    return all;
  }

  /** Name of the congestion control that new connections have. */
  public static String congestionControl(TcpEngine engine) {
    return engine.config.congestionControl;
  }

  /** Segments that a new connection may send at once. */
  public static int initialWindow(TcpEngine engine) {
    return engine.config.initialWindow;
  }

  /** Memory for receiving that a new connection has, bytes. */
  public static int receiveBuffer(TcpEngine engine) {
    return engine.config.receiveBufferInitial;
  }

  /** Send buffer that a new connection has, bytes. */
  public static int sendBuffer(TcpEngine engine) {
    return engine.config.sendBufferInitial;
  }

  private static TcpEntry listener(TcpListener l) {
    return new TcpEntry(
        l,
        TcpState.LISTEN,
        l.end.hi(),
        l.end.lo(),
        l.end.port(),
        0,
        0,
        0,
        0,
        l.engine.config.maxHalfOpen,
        Timer.OFF,
        0,
        0,
        null);
  }

  private static TcpEntry socket(TcpSocket s) {
    // Linux counts SYN and FIN among what is to be acknowledged
    int control =
        switch (s.state) {
          case SYN_SENT, FIN_WAIT_1, CLOSING, LAST_ACK -> 1;
          default -> 0;
        };
    Timer timer = timer(s);
    long left =
        switch (timer) {
          case OFF -> 0;
          case KEEPALIVE -> s.timers.lifeLeft();
          default -> s.timers.sendLeft();
        };
    int attempts =
        switch (timer) {
          case ON -> s.backoff;
          case PERSIST -> s.probes;
          case KEEPALIVE -> s.keepAliveSent;
          default -> 0;
        };
    return new TcpEntry(
        s,
        s.state,
        s.localHi,
        s.localLo,
        s.localPort,
        s.remoteHi,
        s.remoteLo,
        s.remotePort,
        s.receive.bytes(),
        s.buffer.length() + control,
        timer,
        Math.max(0, left),
        attempts,
        s.info());
  }

  private static Timer timer(TcpSocket s) {
    return switch (s.timerMode) {
      case RETRANSMIT, TAIL, REORDER -> Timer.ON;
      case PROBE -> Timer.PERSIST;
      case NONE -> s.timers.lifeLeft() < 0 ? Timer.OFF : Timer.KEEPALIVE;
    };
  }

  private static TcpEntry timeWait(TimeWait t, long now) {
    return new TcpEntry(
        t,
        TcpState.TIME_WAIT,
        t.localHi,
        t.localLo,
        t.localPort,
        t.remoteHi,
        t.remoteLo,
        t.remotePort,
        0,
        0,
        Timer.TIMEWAIT,
        Math.max(0, t.expires - now),
        0,
        null);
  }

  private static TcpEntry syn(IncomingSyn syn, long now) {
    return new TcpEntry(
        syn,
        TcpState.SYN_RECEIVED,
        syn.destinationHi(),
        syn.destinationLo(),
        syn.destinationPort(),
        syn.sourceHi(),
        syn.sourceLo(),
        syn.sourcePort(),
        0,
        0,
        Timer.ON,
        Math.max(0, syn.expires - now),
        0,
        null);
  }
}
