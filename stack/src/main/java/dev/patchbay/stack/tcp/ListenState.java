package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/** RFC 9293 section 3.10.7.2, a segment in LISTEN ({@code tcp_v4_conn_request} and before it). */
final class ListenState {
  private final TcpEngine engine;
  private final SynQueue synQueue;

  ListenState(TcpEngine engine, SynQueue synQueue) {
    this.engine = engine;
    this.synQueue = synQueue;
  }

  /** A segment, which is taken. {@code listener} null: the catch-all's; neither: nobody's. */
  void segment(
      Packet packet, TcpInput in, @Nullable TcpListener listener, @Nullable TcpAcceptor catchAll) {
    // First, check for a RST: "An incoming RST segment could not be valid since nothing was sent"
    // Second, check for an ACK: "Any acknowledgment is bad if it arrives on a connection still in
    // the LISTEN state"
    // Third, check for a SYN; "Fourth, other data or control: ... the segment should be dropped"
    if ((in.flags & Tcp.RST) != 0) {
      packet.drop(DropReason.TCP_RESET);
    } else if ((in.flags & Tcp.ACK) != 0) {
      if (listener != null && synQueue.arriveByCookie(packet, in, listener)) {
        return;
      }
      engine.control.answerWithReset(packet, in);
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
    } else if ((in.flags & Tcp.SYN) == 0) {
      packet.drop(DropReason.TCP_FLAGS);
    } else if (listener != null) {
      if (!listener.decides || !synQueue.answerByCookie(packet, in, listener)) {
        listener.parks = synQueue.arrive(packet, in, listener.acceptor, listener.parks);
        listener.decides = !listener.parks;
      }
    } else if (catchAll != null) {
      synQueue.arrive(packet, in, catchAll, true);
    } else {
      engine.control.answerWithReset(packet, in);
      packet.drop(DropReason.NO_SOCKET);
    }
  }
}
