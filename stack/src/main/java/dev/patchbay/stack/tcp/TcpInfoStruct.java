package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Bytes;

/**
 * {@code struct tcp_info} as Linux 6.1 lays it out ({@code tcp_get_info}), 232 bytes, numbers
 * little-endian. What this stack does not keep is 0: ACK times, reordering, forward ACKs, packets
 * delivered, the times in which a connection was busy or limited, segments with data.
 */
public final class TcpInfoStruct {
  /** Bytes of all fields. */
  public static final int LENGTH = 232;

  private static final int OPTION_TIMESTAMPS = 1;
  private static final int OPTION_SACK = 2;
  private static final int OPTION_SCALING = 4;
  private static final int OPTION_ECN = 8;

  /** {@code tcpi_delivery_rate_app_limited}. */
  private static final int DELIVERY_RATE_APP_LIMITED = 1;

  /** {@code TCP_INFINITE_SSTHRESH}. */
  private static final int NO_THRESHOLD = 0x7fff_ffff;

  private final byte[] out;

  private TcpInfoStruct(byte[] out) {
    this.out = out;
  }

  /** That of a connection; {@code out} has {@link #LENGTH} bytes at least. */
  public static void write(TcpSocket s, byte[] out) {
    TcpInfoStruct struct = new TcpInfoStruct(out);
    TcpInfo info = s.info();
    struct.flags(s, info);
    struct.segments(s, info);
    struct.times(info);
    struct.window(info);
    struct.totals(info);
  }

  /**
   * That of a listener, which tells of its queue of connections to be accepted ({@code
   * tcp_get_info}).
   *
   * @param waiting connections in it
   * @param most how many may be
   */
  public static void writeListener(int waiting, int most, byte[] out) {
    TcpInfoStruct struct = new TcpInfoStruct(out);
    struct.out[0] = (byte) number(TcpState.LISTEN);
    struct.put32(24, waiting);
    struct.put32(28, most);
  }

  /** That of a socket that has no connection. */
  public static void writeClosed(byte[] out) {
    out[0] = (byte) number(TcpState.CLOSED);
  }

  private void put32(int at, long value) {
    Bytes.put32(out, at, Integer.reverseBytes((int) Math.min(value, 0xffff_ffffL)));
  }

  private void put64(int at, long value) {
    Bytes.put64(out, at, Long.reverseBytes(value));
  }

  private void flags(TcpSocket s, TcpInfo info) {
    out[0] = (byte) number(info.state());
    out[1] = (byte) congestionState(s);
    out[2] = (byte) s.backoff;
    out[3] = (byte) s.probes;
    out[4] = (byte) s.backoff;
    int options = info.timestamps() ? OPTION_TIMESTAMPS : 0;
    options |= info.sack() ? OPTION_SACK : 0;
    options |= info.sendScale() >= 0 ? OPTION_SCALING : 0;
    options |= info.ecn() ? OPTION_ECN : 0;
    out[5] = (byte) options;
    out[6] = (byte) (Math.max(0, info.sendScale()) | Math.max(0, info.receiveScale()) << 4);
    out[7] = (byte) (info.deliveryRateAppLimited() ? DELIVERY_RATE_APP_LIMITED : 0);
  }

  /** {@code TCP_CA_Open}, {@code _CWR}, {@code _Recovery}, {@code _Loss}. */
  private static int congestionState(TcpSocket s) {
    return switch (s.phase) {
      case OPEN -> 0;
      case REDUCE -> 2;
      case RECOVERY -> 3;
      case LOSS -> 4;
    };
  }

  /** Microseconds. */
  private static long micros(long ns) {
    return ns / 1000;
  }

  /** Milliseconds; 0 for what never was. */
  private static long millis(long ns) {
    return Math.max(0, ns) / 1_000_000;
  }

  private static int segments(int bytes, int mss) {
    return (bytes + mss - 1) / mss;
  }

  private void segments(TcpSocket s, TcpInfo info) {
    int mss = Math.max(1, info.sendMss());
    put32(8, micros(info.rto()));
    put32(12, micros(info.ackTimeout()));
    put32(16, info.sendMss());
    put32(20, info.receiveMss());
    put32(24, segments(info.flight(), mss));
    put32(28, segments(s.scoreboard.sackedBytes(), mss));
    put32(32, segments(s.scoreboard.lostBytes(), mss));
    put32(36, segments(s.scoreboard.retransmittedBytes(), mss));
  }

  private void times(TcpInfo info) {
    put32(44, millis(info.sinceDataSent()));
    put32(52, millis(info.sinceDataReceived()));
    put32(56, millis(info.sinceAckReceived()));
    put32(60, info.pathMtu());
    put32(64, info.receiveWindow());
    put32(68, micros(info.rtt()));
    put32(72, micros(info.rttVariation()));
  }

  private void window(TcpInfo info) {
    int mss = Math.max(1, info.sendMss());
    int threshold = info.slowStartThreshold();
    put32(76, threshold == Integer.MAX_VALUE ? NO_THRESHOLD : Math.max(2, threshold / mss));
    put32(80, Math.max(1, info.congestionWindow() / mss));
    put32(84, info.advertisedMss());
    put32(96, info.receiveSpace());
    put32(100, info.retransmits());
    put64(104, info.pacingRate() == Long.MAX_VALUE ? -1 : info.pacingRate());
    put64(112, info.maxPacingRate() == Long.MAX_VALUE ? -1 : info.maxPacingRate());
  }

  private void totals(TcpInfo info) {
    put64(120, info.bytesAcked());
    put64(128, info.bytesReceived());
    put32(136, info.segmentsOut());
    put32(140, info.segmentsIn());
    put32(144, info.notSent());
    put32(148, info.minRtt() == 0 ? 0xffff_ffffL : micros(info.minRtt()));
    put64(160, info.deliveryRate());
    put64(200, info.bytesAcked() + info.flight() + info.bytesRetransmitted());
    put64(208, info.bytesRetransmitted());
    put32(228, info.sendWindow());
  }

  /** {@code TCP_ESTABLISHED} and the others. */
  private static int number(TcpState state) {
    return state.ordinal() + 1;
  }
}
