package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/**
 * The urgent mechanism (RFC 9293 section 3.8.5) of one connection as RFC 6093 wants it: urgent
 * bytes stay in line, and the pointer says where they end, the sequence number after the last of
 * them (MUST-62). Any length (MUST-31).
 */
final class UrgentData {
  private static final int MAX_POINTER = 0xffff;

  /** RCV.UP, meaningful while {@link #receiving}. */
  private int receiveEnd;

  private boolean receiving;

  /** SND.UP, meaningful while {@link #sending}. */
  private int sendEnd;

  private boolean sending;

  /**
   * 3.10.7.4, sixth: a segment with URG. MUST-32: the user hears of a pointer where there was none,
   * and of each that is further on; pointers back or to what was read say nothing.
   */
  void received(TcpSocket s, int sequence, int pointer) {
    boolean apart = s.settings.urgentApart;
    // tcp_check_urg: an end at the segment's beginning is taken for the byte that stands there
    int end = sequence + (apart ? Math.max(1, pointer) : pointer);
    if (apart && end - 1 - s.rcvNxt < 0) {
      return;
    }
    if (end - readPosition(s) <= 0 || receiving && end - receiveEnd <= 0) {
      return;
    }
    if (apart && mark(s) == 0 && s.receive.bytes() > 0) {
      // what the reader stands before and has not taken is given up for the new one
      s.consume(1);
    }
    receiving = true;
    receiveEnd = end;
    s.events |= TcpSocket.EVENT_URGENT;
    s.engine.markDirty(s);
  }

  /** The user has read on. */
  void consumed(TcpSocket s) {
    if (receiving && receiveEnd - readPosition(s) <= 0) {
      receiving = false;
    }
  }

  private static int readPosition(TcpSocket s) {
    return s.rcvNxt - (s.finReceived ? 1 : 0) - s.receive.bytes();
  }

  /** Bytes to be read until the last urgent one has been, those to come included; 0: none. */
  int ahead(TcpSocket s) {
    return receiving ? Math.max(0, receiveEnd - readPosition(s)) : 0;
  }

  /**
   * The sequence number after the last urgent byte; meaningful where {@link #mark} is not negative.
   */
  int end() {
    return receiveEnd;
  }

  /** Bytes before the last urgent one, those to come included; below 0: none is urgent. */
  int mark(TcpSocket s) {
    return ahead(s) - 1;
  }

  /** All that was written up to now is urgent. */
  void written(TcpSocket s) {
    sending = true;
    sendEnd = s.bufferSequence + s.buffer.length();
    s.engine.markDirty(s);
  }

  /** Whether what is sent has to tell of urgent data; then packets have one segment each. */
  boolean isSending(TcpSocket s) {
    if (sending && sendEnd - s.sndUna <= 0) {
      sending = false;
    }
    return sending;
  }

  /**
   * Marks a finished segment that begins before the end of the urgent data. One too far off for the
   * field is told as far as it reaches.
   */
  void mark(Packet packet, int sequence) {
    int pointer = sendEnd - sequence;
    if (pointer > 0) {
      byte[] b = packet.data;
      int at = packet.l4;
      Bytes.put8(b, at + 13, Bytes.u8(b, at + 13) | Tcp.URG);
      Bytes.put16(b, at + 18, Math.min(pointer, MAX_POINTER));
    }
  }
}
