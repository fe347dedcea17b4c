package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** Birth and death of connections: what happens once for each, not once for each packet. */
final class Lifecycle {
  /** RFC 9293 section 3.7.1: "SendMSS ... a default of 536" (IPv4), 1220 (IPv6). */
  private static final int DEFAULT_MSS4 = 536;

  private static final int DEFAULT_MSS6 = 1220;

  /** Least MSS taken from a peer, as Linux has it. */
  private static final int MIN_MSS = 48;

  private final TcpEngine engine;
  private final TcpCounters counters;
  private final SipHash sequences;
  private final SipHash offsets;
  private final SipHash ports;
  private int nextPort;

  Lifecycle(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
    sequences = engine.random.hash("tcp sequence numbers");
    offsets = engine.random.hash("tcp timestamps");
    ports = engine.random.hash("tcp ports");
  }

  // ---- opening

  /**
   * The flow to use: with a port by RFC 6056 algorithm 3 where it is 0. Null: in use, or none free.
   */
  @Nullable FlowKey chooseFlow(FlowKey wanted) {
    if (wanted.localPort() != 0) {
      return isFree(wanted) ? wanted : null;
    }
    int range = engine.config.portMax - engine.config.portMin + 1;
    // offset = F(local_IP, remote_IP, remote_port, secret_key)
    long offset =
        ports.hash(
                wanted.localHi(),
                wanted.localLo(),
                wanted.remoteHi(),
                wanted.remoteLo(),
                wanted.remotePort())
            & 0x7fff_ffffL;
    for (int i = 0; i < range; i++) {
      // port = min_ephemeral + (next_ephemeral + offset) % num_ephemeral
      int port = engine.config.portMin + (int) ((offset + (nextPort++ & 0x7fff_ffffL)) % range);
      FlowKey key =
          new FlowKey(
              wanted.localHi(),
              wanted.localLo(),
              port,
              wanted.remoteHi(),
              wanted.remoteLo(),
              wanted.remotePort());
      if (!engine.config.reservedPorts.get(port) && !engine.ports().isBound(port) && isFree(key)) {
        return key;
      }
    }
    return null;
  }

  private boolean isFree(FlowKey k) {
    FlowEntry there =
        engine.flows.get(
            k.localHi(), k.localLo(), k.localPort(), k.remoteHi(), k.remoteLo(), k.remotePort());
    return there == null || there instanceof TimeWait t && engine.timeWait.mayReuse(t);
  }

  /** The window shift that lets the largest receive buffer be offered. */
  static int receiveShift(TcpConfig config) {
    int shift = 0;
    while (shift < TcpOptions.MAX_SCALE && config.receiveBufferMax >> shift > 0xffff) {
      shift++;
    }
    return shift;
  }

  private void prepare(TcpSocket s) {
    long ports = FlowKey.ports(s.localPort, s.remotePort);
    long now = engine.loop.now();
    // RFC 6528: ISN = M + F(localip, localport, remoteip, remoteport, secretkey), M counting every
    // 4 microseconds
    long f = sequences.hash(s.localHi, s.localLo, s.remoteHi, s.remoteLo, ports);
    beginAt(s, (int) (now / 4000) + (int) f);
    // RFC 7323 section 7.1: a random offset per connection, so that the clock says nothing of
    // others
    s.tsOffset = (int) offsets.hash(s.localHi, s.localLo, s.remoteHi, s.remoteLo, ports);
    engine.pathMtu.begin(s);
    s.peerMss = defaultMss(s);
    s.lastReceived = now;
    engine.pathMtu.update(s);
    s.rcvMss = Math.min(536, s.sendMss);
    s.cwnd = s.initialWindow();
    s.rcvShift = engine.config.windowScaling ? receiveShift(engine.config) : 0;
    s.synPending = true;
    engine.markDirty(s);
  }

  /** Sets the initial sequence number; nothing but the SYN has one. */
  static void beginAt(TcpSocket s, int iss) {
    s.iss = iss;
    s.sndUna = iss;
    s.sndNxt = iss + 1;
    s.bufferSequence = iss + 1;
    s.writeSequence = s.bufferSequence;
    s.smallEnd = iss;
  }

  /** What {@link TcpSocket#timestamp} says in a connection that this packet's flow has. */
  int clock(Packet packet) {
    long ports = FlowKey.ports(packet.tcp().destinationPort(), packet.tcp().sourcePort());
    long offset =
        offsets.hash(
            packet.destinationHi(),
            packet.destinationLo(),
            packet.sourceHi(),
            packet.sourceLo(),
            ports);
    return (int) (engine.loop.now() / 1_000_000) + (int) offset;
  }

  void openActively(TcpSocket s) {
    counters.activeOpens++;
    s.state = TcpState.SYN_SENT;
    prepare(s);
  }

  /** 3.10.7.2, third: the connection of an accepted SYN. */
  void openPassively(TcpSocket s, IncomingSyn syn) {
    counters.passiveOpens++;
    counters.halfOpen++;
    s.halfOpen = true;
    s.passive = true;
    s.settings = TcpSettings.PASSIVE;
    s.state = TcpState.SYN_RECEIVED;
    prepare(s);
    s.irs = syn.sequence;
    s.rcvNxt = syn.sequence + 1;
    s.rcvAdv = s.rcvNxt;
    s.lastAckSent = s.rcvNxt;
    s.sndWnd = syn.window;
    s.maxSndWnd = syn.window;
    s.sndWl1 = syn.sequence;
    TcpOptions options = new TcpOptions();
    options.mss = syn.mss;
    options.windowScale = syn.windowScale;
    options.sackPermitted = syn.sackPermitted;
    options.timestamps = syn.timestamps;
    options.tsValue = syn.tsValue;
    negotiate(s, options);
    s.ecn = Ecn.agreed(engine.config.ecn > 0 && syn.ecn);
    s.tsRecent = syn.tsValue;
    s.tsRecentTime = engine.loop.now();
    if (syn.cookie) {
      beginAt(s, syn.cookieIss);
      s.synPending = false;
      s.rcvAdv = s.rcvNxt + ControlSender.cookieWindow(engine.config);
    }
  }

  /** Takes the options of the peer's SYN; each is in use only if both offer it. */
  void negotiate(TcpSocket s, TcpOptions options) {
    TcpConfig config = engine.config;
    s.peerMss = options.mss == 0 ? defaultMss(s) : Math.max(options.mss, MIN_MSS);
    s.timestampsOn = config.timestamps && options.timestamps;
    s.sackOn = config.sack && options.sackPermitted;
    s.scaling = config.windowScaling && options.windowScale >= 0;
    s.sndShift = s.scaling ? options.windowScale : 0;
    if (!s.scaling) {
      s.rcvShift = 0;
    }
    engine.pathMtu.update(s);
    s.rcvMss = Math.min(536, s.sendMss);
    s.cwnd = s.initialWindow();
  }

  private static boolean isV4(TcpSocket s) {
    return Addresses.isV4(s.remoteHi, s.remoteLo);
  }

  private static int defaultMss(TcpSocket s) {
    return isV4(s) ? DEFAULT_MSS4 : DEFAULT_MSS6;
  }

  /** The handshake has ended. */
  void established(TcpSocket s, TcpOptions options) {
    endHandshake(s);
    s.state = TcpState.ESTABLISHED;
    counters.currEstab++;
    long now = engine.loop.now();
    if (s.backoff == 0) {
      if (s.lastSent >= 0) {
        s.rtt.sample(now - s.lastSent);
      }
    } else {
      s.rtt.afterLostSyn();
      // RFC 5681 section 3.1: "If the SYN or SYN/ACK is lost, the initial window ... MUST be one
      // segment", after more than one
      // loss as Linux has it
      s.cwnd = s.backoff > 1 ? s.sendMss : s.cwnd;
    }
    s.backoff = 0;
    s.stalledSince = -1;
    s.lastSent = -1;
    s.sndUna = s.iss + 1;
    s.timers.disarm();
    s.tuneStart = now;
    s.tuneSpace = s.initialWindow();
    s.events |= TcpSocket.EVENT_CONNECTED;
    if (s.keepAlive) {
      s.timers.armLife(s.keepAliveIdle);
    }
    if (s.finQueued) {
      enterFinState(s);
    }
    engine.markDirty(s);
  }

  private void endHandshake(TcpSocket s) {
    if (s.halfOpen) {
      s.halfOpen = false;
      counters.halfOpen--;
    }
  }

  // ---- closing

  /** 3.10.4 CLOSE: where the FIN is queued. Before the handshake has ended it waits for its end. */
  void enterFinState(TcpSocket s) {
    if (s.state == TcpState.ESTABLISHED) {
      s.state = TcpState.FIN_WAIT_1;
    } else if (s.state == TcpState.CLOSE_WAIT) {
      s.state = TcpState.LAST_ACK;
    }
  }

  void userClose(TcpSocket s) {
    if (s.userClosed) {
      return;
    }
    s.userClosed = true;
    switch (s.state) {
      case CLOSED, TIME_WAIT -> {
        s.receive.clear();
        engine.markDirty(s);
      }
      case SYN_SENT -> engine.finish(s, TcpError.ABORTED);
      default -> closeOpen(s);
    }
  }

  private void closeOpen(TcpSocket s) {
    if (s.lingerReset) {
      counters.tcpAbortOnLinger++;
      userAbort(s, TcpError.ABORTED);
    } else if (s.receive.bytes() > 0) {
      counters.tcpAbortOnClose++;
      userAbort(s, TcpError.ABORTED);
    } else if (counters.orphans >= engine.config.maxOrphans) {
      counters.tcpAbortOnMemory++;
      userAbort(s, TcpError.NO_MEMORY);
    } else {
      counters.orphans++;
      s.orphan = true;
      if (!s.finQueued) {
        s.finQueued = true;
        enterFinState(s);
      } else if (s.state == TcpState.FIN_WAIT_2) {
        if (s.settings.finTimeout < 0) {
          counters.tcpAbortOnLinger++;
          engine.control.reset(s);
          engine.finish(s, TcpError.ABORTED);
          return;
        }
        s.timers.armLife(s.settings.finTimeout(engine.config));
      }
      engine.markDirty(s);
    }
  }

  /** 3.10.5 ABORT. */
  void userAbort(TcpSocket s, TcpError error) {
    if (s.state == TcpState.CLOSED || s.state == TcpState.TIME_WAIT) {
      userClose(s);
      return;
    }
    switch (s.state) {
      // "<SEQ=SND.NXT><CTL=RST>"
      case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> engine.control.reset(s);
      default -> {
        // "respond OK and delete the TCB"
      }
    }
    s.userClosed = true;
    engine.finish(s, error);
  }

  /** The connection is over: gives everything back but what can still be read. */
  void end(TcpSocket s, TcpState state, TcpError error) {
    if (s.isSynchronized()) {
      counters.currEstab--;
    }
    endHandshake(s);
    if (s.orphan) {
      s.orphan = false;
      counters.orphans--;
    }
    s.state = state;
    s.error = error;
    if (s.errno == 0) {
      // "sk->sk_err = sk->sk_err_soft ? : ETIMEDOUT"
      boolean told = error == TcpError.UNREACHABLE && s.softErrno != 0;
      s.errno = told ? s.softErrno : error.number();
    }
    s.timers.cancelAll();
    s.buffer.clear();
    s.writeSequence = s.bufferSequence;
    s.receive.pruneEarly();
    s.events = s.events & ~TcpSocket.EVENT_WRITABLE | TcpSocket.EVENT_CLOSED;
    engine.markDirty(s);
  }

  /** Tells the handler what happened in this turn. */
  void deliver(TcpSocket s) {
    int events = s.events;
    if (events == 0) {
      return;
    }
    s.events = events & TcpSocket.EVENT_CLOSED;
    TcpHandler handler = s.handler;
    if ((events & TcpSocket.EVENT_CONNECTED) != 0) {
      handler.onConnected(s);
    }
    if ((events & TcpSocket.EVENT_ERROR) != 0 && !s.userClosed) {
      s.handler.onError(s, s.toldErrno);
    }
    if ((events & TcpSocket.EVENT_URGENT) != 0 && !s.userClosed) {
      s.handler.onUrgent(s);
    }
    if ((events & TcpSocket.EVENT_READABLE) != 0 && !s.userClosed) {
      s.handler.onReadable(s);
    }
    if ((events & TcpSocket.EVENT_WRITABLE) != 0 && s.writable() > 0) {
      s.wantWrite = false;
      s.handler.onWritable(s);
    }
    if ((events & TcpSocket.EVENT_FIN_ACKNOWLEDGED) != 0 && !s.userClosed) {
      s.handler.onFinAcknowledged(s);
    }
    if ((s.events & TcpSocket.EVENT_CLOSED) != 0) {
      deliverClosed(s);
    }
  }

  private static void deliverClosed(TcpSocket s) {
    if (s.error == TcpError.NONE && s.receive.bytes() > 0 && !s.userClosed) {
      // in order: first everything is read
      return;
    }
    s.events = 0;
    if (!s.closeTold) {
      s.closeTold = true;
      s.handler.onClosed(s, s.error);
    }
    if (!s.settings.keepUnread || s.userClosed) {
      s.receive.clear();
    }
  }

  // ---- ICMP

  /** RFC 9293 section 3.9.2.2, RFC 5927 for what is believed. */
  void icmpError(TcpSocket s, IcmpErrorKind kind, int errno, int mtu, int sequence) {
    // RFC 5927 section 4.1: only if the quoted sequence number is in flight
    if (sequence - s.sndUna < 0 || sequence - s.sndNxt >= 0) {
      counters.outOfWindowIcmps++;
      return;
    }
    if (kind == IcmpErrorKind.PACKET_TOO_BIG) {
      engine.pathMtu.tooBig(s, mtu);
    } else if (s.state == TcpState.SYN_SENT || s.state == TcpState.SYN_RECEIVED) {
      // Linux gives up at any of them during the handshake (RFC 5461 section 4.1)
      counters.attemptFails++;
      boolean refused = kind == IcmpErrorKind.UNREACHABLE_HARD;
      s.errno = errno;
      engine.finish(s, refused ? TcpError.REFUSED : TcpError.UNREACHABLE);
    } else {
      // 3.9.2.2: soft errors "MUST NOT" abort; hard ones are taken as soft (RFC 5461), as Linux
      // does
      s.softError = true;
      s.softErrno = errno;
      if (s.settings.receiveErrors && !s.userClosed) {
        s.toldErrno = errno;
        s.events |= TcpSocket.EVENT_ERROR;
        engine.markDirty(s);
      }
    }
  }
}
