package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
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
  private static final long MEMORY_RETRY = 20_000_000L;
  private static final long SECOND = 1_000_000_000L;

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
  private final Lifecycle lifecycle;
  private final SynQueue synQueue;
  private final TimeWaitTable timeWait;
  private final TcpInput input;
  private final TcpOutput tcpOutput;
  private final ListenerTable listeners;
  private final PortTable ports;
  private final TurnTask endOfTurn = TurnTask.of(this::endOfTurn);
  private final Timer memoryTimer;
  private @Nullable TcpAcceptor catchAll;
  private @Nullable TcpSocket lastFound;
  private @Nullable TcpSocket dirtyFirst;
  private @Nullable TcpSocket dirtyLast;
  private int sockets;
  private long challengeSecond = Long.MIN_VALUE;
  private int challengesLeft;

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
    synQueue = new SynQueue(this);
    input = new TcpInput(this);
    tcpOutput = new TcpOutput(this);
    listeners = new ListenerTable(random.hash("tcp reuseport"), output);
    ports = new PortTable(this);
    memoryTimer = loop.timer(this::retryForMemory);
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
    if (!packet.tcp().check(packet.tail)) {
      counters.inSegs++;
      counters.inErrs++;
      packet.drop(DropReason.PKT_TOO_SMALL);
      return true;
    }
    int ports = Bytes.i32(packet.data, packet.l4);
    FlowEntry entry = find(packet, ports);
    TcpListener listener = entry == null ? listeners.find(packet, ports & 0xffff) : null;
    if (entry == null && listener == null && !isSynForCatchAll(packet)) {
      return false;
    }
    counters.inSegs += Math.max(1, packet.gsoCount);
    if (!checksumIsGood(packet)) {
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
    listen(packet, listener);
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

  private boolean checksumIsGood(Packet packet) {
    if (packet.checksumState != Packet.CHECKSUM_NONE) {
      return true;
    }
    int length = packet.tail - packet.l4;
    long sum =
        InternetChecksum.pseudo(
            packet.sourceHi(),
            packet.sourceLo(),
            packet.destinationHi(),
            packet.destinationLo(),
            IpProtocol.TCP,
            length);
    sum += InternetChecksum.sum(packet.data, packet.l4, length);
    if (InternetChecksum.fold(sum) == 0xffff) {
      packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
      return true;
    }
    counters.inErrs++;
    counters.inCsumErrors++;
    packet.drop(DropReason.TCP_CSUM);
    return false;
  }

  /** 3.10.7.2 LISTEN STATE; the packet is taken. {@code listener} null: the catch-all's. */
  private void listen(Packet packet, @Nullable TcpListener listener) {
    // First, check for a RST: "An incoming RST segment could not be valid since nothing was sent"
    // Second, check for an ACK: "Any acknowledgment is bad if it arrives on a connection still in
    // the LISTEN state"
    // Third, check for a SYN; "Fourth, other data or control: ... the segment should be dropped"
    if ((input.flags & Tcp.RST) != 0) {
      packet.drop(DropReason.TCP_RESET);
    } else if ((input.flags & Tcp.ACK) != 0) {
      if (listener != null && synQueue.arriveByCookie(packet, input, listener)) {
        return;
      }
      control.answerWithReset(packet, input);
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
    } else if ((input.flags & Tcp.SYN) == 0) {
      packet.drop(DropReason.TCP_FLAGS);
    } else if (listener != null) {
      if (!listener.decides || !synQueue.answerByCookie(packet, input, listener)) {
        listener.parks = synQueue.arrive(packet, input, listener.acceptor, listener.parks);
        listener.decides = !listener.parks;
      }
    } else if (catchAll != null) {
      synQueue.arrive(packet, input, catchAll, true);
    } else {
      control.answerWithReset(packet, input);
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  /**
   * Answers a segment for which there is nothing with the RST of RFC 9293 section 3.10.7.1, and
   * takes it.
   */
  public void reject(Packet packet) {
    counters.inSegs++;
    if (!packet.tcp().check(packet.tail)) {
      counters.inErrs++;
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    if (checksumIsGood(packet)) {
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

  boolean mayReuse(TimeWait record) {
    return timeWait.mayReuse(record);
  }

  void openPassively(TcpSocket s, IncomingSyn syn) {
    lifecycle.openPassively(s, syn);
  }

  /** The timestamp clock of the flow of a packet that came in. */
  int clock(Packet packet) {
    return lifecycle.clock(packet);
  }

  void negotiate(TcpSocket s, TcpOptions options) {
    lifecycle.negotiate(s, options);
  }

  void established(TcpSocket s, TcpOptions options) {
    lifecycle.established(s, options);
  }

  void enterFinState(TcpSocket s) {
    lifecycle.enterFinState(s);
  }

  void userClose(TcpSocket s) {
    lifecycle.userClose(s);
  }

  void userAbort(TcpSocket s, TcpError error) {
    lifecycle.userAbort(s, error);
  }

  void resetPeer(TcpSocket s) {
    control.reset(s);
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

  /**
   * Linux's answer to side-channel attacks on the global limit: it varies from second to second.
   */
  boolean mayChallenge() {
    long second = loop.now() / SECOND;
    if (second != challengeSecond) {
      challengeSecond = second;
      int half = (config.challengeAckLimit + 1) / 2;
      challengesLeft = half + random.nextInt(Math.max(1, config.challengeAckLimit));
    }
    return challengesLeft > 0 && challengesLeft-- > 0;
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

  /** No memory to send or to take what the user writes: try again soon. */
  void waitForMemory(TcpSocket s) {
    if (!s.waitsForMemory) {
      s.waitsForMemory = true;
      lifecycle.waitsForMemory.add(s);
      counters.tcpMemoryPressures++;
    }
    if (!memoryTimer.isArmed()) {
      memoryTimer.arm(loop.now() + MEMORY_RETRY);
    }
  }

  private void retryForMemory() {
    for (int i = 0; i < lifecycle.waitsForMemory.size(); i++) {
      TcpSocket s = lifecycle.waitsForMemory.get(i);
      s.waitsForMemory = false;
      if (s.wantWrite && s.writable() > 0) {
        s.events |= TcpSocket.EVENT_WRITABLE;
      }
      markDirty(s);
    }
    lifecycle.waitsForMemory.clear();
  }
}
