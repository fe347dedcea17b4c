package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Tcp;

/**
 * RFC 9293 section 3.10.7.3, a segment in SYN-SENT ({@code tcp_rcv_synsent_state_process}). Takes
 * the packet.
 */
final class SynSent {
  private final TcpEngine engine;
  private final TcpCounters counters;
  private final AckPolicy policy;
  private final SegmentText text;

  SynSent(TcpEngine engine, AckPolicy policy, SegmentText text) {
    this.engine = engine;
    this.counters = engine.counters;
    this.policy = policy;
    this.text = text;
  }

  void process(TcpSocket s, TcpInput in, Packet packet) {
    // First, check the ACK bit
    if (in.has(Tcp.ACK) && (in.ack - s.iss <= 0 || in.ack - s.sndNxt > 0)) {
      if (!in.has(Tcp.RST)) {
        engine.control.answerWithReset(packet, in, s);
      }
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
      return;
    }
    if (in.has(Tcp.ACK) && echoesNothingOfOurs(s, in)) {
      counters.pawsActive++;
      engine.control.answerWithReset(packet, in, s);
      packet.drop(DropReason.TCP_RFC7323_PAWS);
      return;
    }
    // Second, check the RST bit
    if (in.has(Tcp.RST)) {
      if (in.has(Tcp.ACK)) {
        // "signal to the user 'error: connection reset', drop the segment, enter CLOSED state"
        counters.attemptFails++;
        engine.finish(s, TcpError.REFUSED);
      }
      packet.drop(DropReason.TCP_RESET);
      return;
    }
    // Fourth, check the SYN bit (the third step, security, has no meaning here)
    if (!in.has(Tcp.SYN)) {
      packet.drop(DropReason.TCP_FLAGS);
      return;
    }
    int offered = ReceiveWindow.offered(s);
    s.irs = in.sequence;
    s.rcvNxt = in.sequence + 1;
    s.rcvAdv = s.rcvNxt + offered;
    s.lastAckSent = s.rcvNxt;
    s.lastReceived = in.now;
    engine.lifecycle.negotiate(s, in.options);
    if (in.options.timestamps) {
      s.tsRecent = in.options.tsValue;
      s.tsRecentTime = in.now;
    }
    // RFC 7323 section 2.2: the window of a SYN is never scaled
    s.sndWnd = in.window;
    s.maxSndWnd = in.window;
    s.sndWl1 = in.sequence;
    s.sndWl2 = in.ack;
    if (!in.has(Tcp.ACK)) {
      // simultaneous open: "enter SYN-RECEIVED, form a SYN,ACK segment and send it"
      s.state = TcpState.SYN_RECEIVED;
      s.synPending = true;
      engine.markDirty(s);
      packet.drop(DropReason.NOT_SPECIFIED);
      return;
    }
    s.sndUna = in.ack;
    policy.handshake(s);
    s.ecn = Ecn.agreed(s.ecnOffered && Ecn.isAgreement(in.flags));
    engine.lifecycle.established(s, in.options);
    // "If there are other controls or text in the segment, then continue processing at the sixth
    // step"
    in.sequence++;
    in.flags &= ~Tcp.SYN;
    text.process(s, in, packet);
  }

  /**
   * Whether an answer to the SYN echoes a timestamp that none of our SYNs had, as one to an older
   * connection does (Linux: {@code PAWSActive}). Until the peer is heard {@code lastReceived} is
   * when the first SYN was made.
   */
  private boolean echoesNothingOfOurs(TcpSocket s, TcpInput in) {
    return in.options.timestamps
        && in.options.tsEcho != 0
        && engine.config.timestamps
        && (in.options.tsEcho - s.timestamp(s.lastReceived) < 0
            || in.options.tsEcho - s.timestamp(in.now) > 0);
  }
}
