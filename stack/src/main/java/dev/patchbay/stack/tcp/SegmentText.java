package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/**
 * The last steps of RFC 9293 section 3.10.7.4 for an acceptable segment: sixth the URG bit, seventh
 * the segment text, eighth the FIN bit ({@code tcp_data_queue}, {@code tcp_fin}).
 */
final class SegmentText {
  private final TcpEngine engine;
  private final TcpCounters counters;
  private final AckPolicy policy;

  SegmentText(TcpEngine engine, AckPolicy policy) {
    this.engine = engine;
    this.counters = engine.counters;
    this.policy = policy;
  }

  /**
   * Sixth, check the URG bit, seventh, process the segment text, and eighth, check the FIN bit.
   * Takes the packet.
   */
  void process(TcpSocket s, TcpInput in, Packet packet) {
    if (in.has(Tcp.URG) && s.receivesData()) {
      s.urgent.received(s, in.sequence, Bytes.u16(in.data, packet.l4 + 18));
    }
    if (in.length == 0 && !in.has(Tcp.FIN)) {
      packet.release();
      return;
    }
    if (!s.receivesData()) {
      // CLOSE-WAIT and later: "this should not occur since a FIN has been received from the remote
      // side"
      s.ackNow = true;
      engine.markDirty(s);
      packet.drop(DropReason.TCP_CLOSE);
      return;
    }
    if (s.userClosed && in.sequence + in.length - s.rcvNxt > 0 && in.length > 0) {
      // data for nobody: the peer must learn that it is lost (RFC 2525 section 2.17)
      counters.tcpAbortOnData++;
      engine.control.reset(s);
      engine.finish(s, TcpError.ABORTED);
      packet.drop(DropReason.TCP_CLOSE);
      return;
    }
    int edge = s.rcvNxt + ReceiveWindow.offered(s);
    if (in.has(Tcp.FIN) && in.sequence + in.length - edge <= 0 && !s.finSeen) {
      s.finSeen = true;
      s.finSequence = in.sequence + in.length;
    }
    if (in.length > 0) {
      payload(s, in, packet, s.finSeen && s.finSequence - edge < 0 ? s.finSequence : edge);
    } else {
      packet.release();
    }
    fin(s, in);
  }

  private void payload(TcpSocket s, TcpInput in, Packet packet, int edge) {
    boolean tight = s.receive.charge() > s.receiveBuffer / 2;
    // limits where a peer sends segments that pin much more memory than they carry
    if (in.sequence - s.rcvNxt <= 0
        ? s.receive.charge() > 2L * s.receiveBuffer
        : s.receive.charge() > s.receiveBuffer) {
      if (s.receive.hasEarly()) {
        counters.ofoPruned += s.receive.pruneEarly();
      }
      if (s.receive.charge() > 2L * s.receiveBuffer || in.sequence - s.rcvNxt > 0) {
        counters.tcpRcvQDrop++;
        s.ackNow = true;
        engine.markDirty(s);
        packet.drop(DropReason.SOCKET_RCVBUFF);
        return;
      }
    }
    if (s.ecn.received(in.flags, Ecn.isMarked(packet))) {
      s.ackNow = true;
    }
    int segmentSize = packet.gsoSize;
    takePayload(in, packet);
    // "Segments with higher beginning sequence numbers SHOULD be held"; "trim off any portions that
    // lie outside the window"
    if (packet.endSequence - edge > 0) {
      ReceiveQueue.trimBack(packet, edge);
      s.ackNow = true;
    }
    if (packet.sequence - s.rcvNxt < 0) {
      policy.reportDuplicate(s, in.sequence, Math.min(in.length, s.rcvNxt - in.sequence));
      ReceiveQueue.trimFront(packet, s.rcvNxt);
      s.ackNow = true;
    }
    in.length = packet.tail - packet.head;
    if (in.length <= 0) {
      if (ReceiveWindow.offered(s) == 0) {
        counters.tcpZeroWindowDrop++;
      }
      s.ackNow = true;
      engine.markDirty(s);
      packet.drop(edge == s.rcvNxt ? DropReason.TCP_OVERWINDOW : DropReason.TCP_OLD_DATA);
      return;
    }
    if (packet.sequence == s.rcvNxt) {
      fillsHole(s, in, packet, tight, segmentSize);
    } else {
      counters.tcpOfoQueue++;
      int from = packet.sequence;
      int bytes = in.length;
      int news = s.receive.insertEarly(packet, tight);
      if (news == 0) {
        counters.tcpOfoMerge++;
        policy.reportDuplicate(s, from, bytes);
      }
      // RFC 5681 section 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an
      // out-of-order segment arrives"
      s.ackNow = true;
      engine.markDirty(s);
    }
  }

  private void fillsHole(TcpSocket s, TcpInput in, Packet packet, boolean tight, int segmentSize) {
    boolean early = s.receive.hasEarly();
    if (early && packet.endSequence - s.receive.earlySequence() > 0) {
      ReceiveQueue.trimBack(packet, s.receive.earlySequence());
      in.length = packet.tail - packet.head;
    }
    int before = s.rcvNxt;
    s.rcvNxt = packet.endSequence;
    counters.tcpRcvCoalesce += s.receive.append(packet, tight) ? 1 : 0;
    if (early) {
      s.rcvNxt = s.receive.promote(s.rcvNxt, tight);
      // "... SHOULD send an immediate ACK when the incoming segment fills in all or part of a gap"
      s.ackNow = true;
    }
    s.bytesReceived += s.rcvNxt - before;
    s.events |= TcpSocket.EVENT_READABLE;
    policy.dataReceived(s, in, segmentSize);
  }

  /** The short way of text in order. */
  void inOrder(TcpSocket s, TcpInput in, Packet packet) {
    takePayload(in, packet);
    s.rcvNxt += in.length;
    s.bytesReceived += in.length;
    s.events |= TcpSocket.EVENT_READABLE;
    boolean tight = s.receive.charge() > s.receiveBuffer / 2;
    counters.tcpRcvCoalesce += s.receive.append(packet, tight) ? 1 : 0;
  }

  private static void takePayload(TcpInput in, Packet packet) {
    packet.head = in.payload;
    packet.sequence = in.sequence;
    packet.endSequence = in.sequence + in.length;
  }

  /** Eighth, check the FIN bit, once all before it is here. */
  private void fin(TcpSocket s, TcpInput in) {
    if (!s.finSeen || s.finReceived || s.rcvNxt != s.finSequence) {
      if (in.has(Tcp.FIN)) {
        s.ackNow = true;
        engine.markDirty(s);
      }
      return;
    }
    // "advance RCV.NXT over the FIN, and send an acknowledgment for the FIN"
    s.rcvNxt++;
    s.rcvAdv = s.rcvAdv - s.rcvNxt < 0 ? s.rcvNxt : s.rcvAdv;
    s.finReceived = true;
    if (s.state == TcpState.ESTABLISHED) {
      ReceiveWindow.acknowledgeQuickly(s); // with our own FIN, if the user closes as well
    } else {
      s.ackNow = true;
    }
    s.events |= TcpSocket.EVENT_READABLE;
    engine.markDirty(s);
    switch (s.state) {
      case ESTABLISHED -> s.state = TcpState.CLOSE_WAIT;
      // were our FIN acknowledged, the state would be FIN-WAIT-2 by now
      case FIN_WAIT_1 -> s.state = TcpState.CLOSING;
      case FIN_WAIT_2 -> engine.enterTimeWait(s);
      default -> {
        // the other states cannot take a FIN
      }
    }
  }
}
