package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * TCP of one network namespace: finds the connection of a segment, keeps listeners and limits, and
 * runs at the end of each turn what the turn has left to do: first the handlers' events, then what
 * is to be sent. Nothing is sent and no handler is called at any other time, so that neither input
 * nor a user is ever re-entered. Only on its loop.
 */
public final class TcpEngine {
  final EventLoop loop;
  final PacketPool pool;
  final RandomSource random;
  final SegmentOutput output;
  final TcpConfig config;
  final TcpCounters counters = new TcpCounters();
  final FlowTable<FlowEntry> flows;
  final ControlSender control;
  final LossRecovery recovery;
  final PathMtu pathMtu;
  final Lifecycle lifecycle;
  final TimeWaitTable timeWait;
  final ChallengeLimit challenges;
  final MemoryWaiters memoryWaiters;
  private final SynQueue synQueue;
  private final ListenState listenState;
  private final TcpInput input;
  private final TcpOutput tcpOutput;
  private final ListenerTable listeners;
  private final PortTable ports;
  private final TurnTask endOfTurn = TurnTask.of(this::endOfTurn);
  private @Nullable TcpAcceptor catchAll;
  private @Nullable TcpSocket lastFound;
  private @Nullable TcpSocket dirtyFirst;
  private @Nullable TcpSocket dirtyLast;
  private int sockets;

  /**
   * @param random source of keys and offsets; what must not be foreseen is hashed with keys drawn
   *     from it
   * @param output where segments go
   * @param config limits and times, read whenever they are needed
   */
  public TcpEngine(
      EventLoop loop,
      PacketPool pool,
      RandomSource random,
      SegmentOutput output,
      TcpConfig config) {
    this.loop = loop;
    this.pool = pool;
    this.random = random;
    this.output = output;
    this.config = config;
    flows = new FlowTable<>(random.hash("tcp flows"), true);
    control = new ControlSender(this, output, this::wake);
    recovery = new LossRecovery(counters);
    pathMtu = new PathMtu(this);
    lifecycle = new Lifecycle(this);
    timeWait = new TimeWaitTable(this);
    challenges = new ChallengeLimit(this);
    memoryWaiters = new MemoryWaiters(this);
    synQueue = new SynQueue(this);
    listenState = new ListenState(this, synQueue);
    input = new TcpInput(this);
    tcpOutput = new TcpOutput(this);
    listeners = new ListenerTable(random.hash("tcp reuseport"), output);
    ports = new PortTable(this);
  }

  // ---- input

  /**
   * Takes a segment whose IP header was checked, with {@link Packet#l3} and {@link Packet#l4} set
   * and {@link Packet#tail} at its end. The checksum is verified unless the packet's state says
   * that it needs not be.
   *
   * @return false where there is no connection and no listener for it: the packet is still the
   *     caller's, who passes it on or calls {@link #reject}. {@link #catchAll} only counts for
   *     SYNs.
   */
  public boolean receive(Packet packet) {
    if (!SegmentCheck.header(packet)) {
      counters.inSegs++;
      SegmentCheck.dropShort(packet, counters);
      return true;
    }
    int ports = Bytes.i32(packet.data, packet.l4);
    FlowEntry entry = find(packet, ports);
    TcpListener listener = entry == null ? listeners.find(packet, ports & 0xffff) : null;
    if (entry == null && listener == null && !isSynForCatchAll(packet)) {
      return false;
    }
    counters.inSegs += Math.max(1, packet.gsoCount);
    if (!SegmentCheck.checksum(packet, counters)) {
      return true;
    }
    if (entry instanceof TcpSocket s) {
      input.segment(s, packet);
      return true;
    }
    input.parse(packet);
    input.parseOptions(packet);
    if (entry instanceof IncomingSyn syn) {
      synQueue.segment(syn, packet, input);
      return true;
    }
    if (entry instanceof TimeWait record) {
      if (timeWait.segment(record, packet, input)) {
        return true;
      }
      listener = listeners.find(packet, ports & 0xffff);
    }
    listenState.segment(packet, input, listener, catchAll);
    return true;
  }

  private @Nullable FlowEntry find(Packet packet, int ports) {
    long srcHi = packet.sourceHi();
    long srcLo = packet.sourceLo();
    long dstHi = packet.destinationHi();
    long dstLo = packet.destinationLo();
    TcpSocket s = lastFound;
    if (s != null
        && s.settings.device == null
        && s.isFor(dstHi, dstLo, ports & 0xffff, srcHi, srcLo, ports >>> 16)) {
      return s;
    }
    FlowEntry entry = flows.get(dstHi, dstLo, ports & 0xffff, srcHi, srcLo, ports >>> 16);
    if (entry instanceof TcpSocket found) {
      if (found.settings.device != null
          && !found.settings.device.equals(output.receivedBy(packet))) {
        return null;
      }
      lastFound = found.settings.device == null ? found : lastFound;
    }
    return entry;
  }

  private boolean isSynForCatchAll(Packet packet) {
    int flags = packet.tcp().flags();
    return catchAll != null && (flags & (Tcp.SYN | Tcp.ACK | Tcp.RST)) == Tcp.SYN;
  }

  /**
   * Answers a segment for which there is nothing with the RST of RFC 9293 section 3.10.7.1, and
   * takes it.
   */
  public void reject(Packet packet) {
    counters.inSegs++;
    if (!SegmentCheck.header(packet)) {
      SegmentCheck.dropShort(packet, counters);
      return;
    }
    if (SegmentCheck.checksum(packet, counters)) {
      input.parse(packet);
      control.answerWithReset(packet, input);
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  /** As the other one, where Linux's number of the error is not known. */
  public void icmpError(
      IcmpErrorKind kind,
      int mtu,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int ports,
      int sequence) {
    icmpError(kind, 0, mtu, srcHi, srcLo, dstHi, dstLo, ports, sequence);
  }

  /**
   * An ICMP error quoted a segment of ours.
   *
   * @param errno what Linux makes of the message ({@code icmp_err_convert}), 0: what its kind says
   * @param mtu the next hop's MTU, for {@link IcmpErrorKind#PACKET_TOO_BIG}; 0 where the message
   *     had none
   * @param srcHi source of the quoted segment, that is our side, high half
   * @param dstHi destination of the quoted segment, the peer, high half
   * @param ports source and destination port, as the first four bytes of the quoted TCP header have
   *     them
   * @param sequence sequence number of the quoted segment, its next four bytes
   */
  public void icmpError(
      IcmpErrorKind kind,
      int errno,
      int mtu,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int ports,
      int sequence) {
    FlowEntry entry = flows.get(srcHi, srcLo, ports >>> 16, dstHi, dstLo, ports & 0xffff);
    if (entry instanceof TcpSocket s) {
      lifecycle.icmpError(s, kind, errno, mtu, sequence);
    }
  }

  // ---- users

  /**
   * Opens a connection actively. The SYN leaves at the end of the turn.
   *
   * @param srcHi local address, high half; with 0.0.0.0 or :: the IP layer chooses (MUST-44)
   * @param srcPort local port, or 0: chosen by RFC 6056 algorithm 3
   * @return null where the 4-tuple is in use, no port is free, memory or limits forbid it, or an
   *     address is a group's or a broadcast (MUST-46)
   */
  public @Nullable TcpSocket connect(
      long srcHi,
      long srcLo,
      int srcPort,
      long dstHi,
      long dstLo,
      int dstPort,
      TcpHandler handler) {
    if (Addresses.isAny(srcHi, srcLo)) {
      long[] own = new long[2];
      return output.isUnicast(dstHi, dstLo) && output.chooseSource(dstHi, dstLo, own)
          ? connect(own[0], own[1], srcPort, dstHi, dstLo, dstPort, handler)
          : null;
    }
    if (sockets >= config.maxSockets
        || pool.underPressure()
        || !output.isUnicast(dstHi, dstLo)
        || !output.isUnicast(srcHi, srcLo)) {
      return null;
    }
    FlowKey key = lifecycle.chooseFlow(new FlowKey(srcHi, srcLo, srcPort, dstHi, dstLo, dstPort));
    if (key == null) {
      return null;
    }
    FlowEntry old = flows.get(srcHi, srcLo, key.localPort(), dstHi, dstLo, dstPort);
    TcpSocket s = newSocket(key, handler);
    lifecycle.openActively(s);
    if (old instanceof TimeWait t) {
      timeWait.reuse(t, s);
    }
    flows.put(s);
    return s;
  }

  /**
   * Listens on a port.
   *
   * @param hi address, high half; an address of (0, 0) means all addresses of both families
   * @return null where the address and port are in use
   */
  public @Nullable TcpListener listen(long hi, long lo, int port, TcpAcceptor acceptor) {
    LocalEnd end = new LocalEnd(hi, lo, port, false, null, true, false);
    PortTable.Binding binding = ports.bindListener(end);
    if (binding == null) {
      return null;
    }
    if (!ports.listen(binding, end)) {
      ports.release(binding);
      return null;
    }
    TcpListener listener = new TcpListener(this, end, binding, acceptor);
    listeners.add(listener);
    return listener;
  }

  /**
   * Listens on a port that is bound and stays so beyond the listener's life.
   *
   * @param end the binding's end with the options as they are now
   * @return null where another one listens there
   */
  public @Nullable TcpListener listen(
      PortTable.Binding binding, LocalEnd end, TcpAcceptor acceptor) {
    if (!ports.listen(binding, end)) {
      return null;
    }
    TcpListener listener = new TcpListener(this, end, null, acceptor);
    listeners.add(listener);
    return listener;
  }

  /** Which local ports are taken. */
  public PortTable ports() {
    return ports;
  }

  void removeListener(TcpListener listener) {
    listeners.remove(listener);
    if (listener.binding != null) {
      ports.release(listener.binding);
    }
  }

  /**
   * One acceptor for all SYNs that no listener takes, whatever their address and port; null: none
   * any more.
   */
  public void catchAll(@Nullable TcpAcceptor acceptor) {
    catchAll = acceptor;
  }

  /**
   * Calls {@code action} for each connection that is not closed or in TIME-WAIT; it must not open
   * or close any.
   */
  public void forEach(Consumer<TcpSocket> action) {
    flows.forEach(entry -> {
      if (entry instanceof TcpSocket s) {
        action.accept(s);
      }
    });
  }

  void forEachListener(Consumer<TcpListener> action) {
    listeners.forEach(action);
  }

  /** What happened; live, to be read only. */
  public TcpCounters counters() {
    return counters;
  }

  // ---- for the package

  int sockets() {
    return sockets;
  }

  TcpSocket newSocket(FlowKey key, TcpHandler handler) {
    sockets++;
    return new TcpSocket(this, key, handler);
  }

  /** A segment of {@code s}, whose packet is taken. */
  void input(TcpSocket s, Packet packet) {
    input.segment(s, packet);
  }

  void enterTimeWait(TcpSocket s) {
    boolean kept = timeWait.add(s);
    lifecycle.end(s, TcpState.TIME_WAIT, TcpError.NONE);
    if (kept) {
      forget(s);
    } else {
      remove(s);
    }
  }

  /** Ends a connection at once; its user is told at the end of the turn. */
  void finish(TcpSocket s, TcpError error) {
    if (s.state != TcpState.CLOSED && s.state != TcpState.TIME_WAIT) {
      lifecycle.end(s, TcpState.CLOSED, error);
      remove(s);
    }
  }

  private void remove(TcpSocket s) {
    flows.remove(s);
    forget(s);
  }

  private void forget(TcpSocket s) {
    sockets--;
    if (lastFound == s) {
      lastFound = null;
    }
  }

  // ---- the end of the turn

  private void wake() {
    loop.atEndOfTurn(endOfTurn);
  }

  /** The socket has events to tell or something to send. */
  void markDirty(TcpSocket s) {
    if (s.dirty) {
      return;
    }
    s.dirty = true;
    s.nextDirty = null;
    if (dirtyLast == null) {
      dirtyFirst = s;
      wake();
    } else {
      dirtyLast.nextDirty = s;
    }
    dirtyLast = s;
  }

  private void endOfTurn() {
    try {
      do {
        control.flush();
        TcpSocket s = dirtyFirst;
        if (s != null) {
          dirtyFirst = s.nextDirty;
          if (dirtyFirst == null) {
            dirtyLast = null;
          }
          s.nextDirty = null;
          try {
            lifecycle.deliver(s);
          } finally {
            s.dirty = false;
          }
          tcpOutput.flush(s);
        }
      } while (dirtyFirst != null || !control.isEmpty());
    } finally {
      if (dirtyFirst != null) {
        // a handler threw: the others are not to suffer
        wake();
      }
    }
  }
}
