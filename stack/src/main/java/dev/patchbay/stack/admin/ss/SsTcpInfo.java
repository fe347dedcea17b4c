package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.tcp.TcpEntry;
import dev.patchbay.stack.tcp.TcpInfo;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** What {@code ss -i} and {@code -o} say of a TCP socket; what is zero or not known is left out. */
final class SsTcpInfo {
  private static final int LARGEST_THRESHOLD = 0xffff;
  private static final long INITIAL_RTO = 3_000_000;

  private final StringBuilder out = new StringBuilder();
  private final boolean numeric;

  private SsTcpInfo(boolean numeric) {
    this.numeric = numeric;
  }

  /** Of a listener: what its connections will have. */
  static String ofListener(String congestionControl, int window) {
    return " " + congestionControl + " cwnd:" + window;
  }

  /**
   * Of a connection.
   *
   * @param options the negotiated options too
   * @param numeric rates as whole numbers of bits per second
   */
  static String of(TcpInfo info, boolean options, boolean numeric) {
    SsTcpInfo line = new SsTcpInfo(numeric);
    line.head(info, options);
    line.counts(info);
    line.times(info);
    line.rest(info);
    return line.out.toString();
  }

  private void head(TcpInfo i, boolean options) {
    flag(options && i.timestamps(), "ts");
    flag(options && i.sack(), "sack");
    flag(options && i.ecn(), "ecn");
    flag(true, i.congestionControl());
    if (i.sendScale() >= 0) {
      out.append(" wscale:").append(i.sendScale()).append(',').append(i.receiveScale());
    }
    long rto = micros(i.rto());
    if (rto != INITIAL_RTO) {
      decimal("rto", rto);
    }
    number("backoff", i.backoff());
    if (micros(i.rtt()) > 0) {
      out.append(" rtt:").append(general(micros(i.rtt()) / 1000.0));
      out.append('/').append(general(micros(i.rttVariation()) / 1000.0));
    }
    decimal("ato", micros(i.ackTimeout()));
    number("mss", i.sendMss());
    number("pmtu", i.pathMtu());
    number("rcvmss", i.receiveMss());
    number("advmss", i.advertisedMss());
    int mss = Math.max(1, i.sendMss());
    number("cwnd", i.congestionWindow() / mss);
    int threshold = i.slowStartThreshold() / mss;
    number(
        "ssthresh",
        i.slowStartThreshold() == Integer.MAX_VALUE || threshold >= LARGEST_THRESHOLD
            ? 0
            : threshold);
  }

  private void counts(TcpInfo i) {
    number("bytes_sent", i.bytesAcked() + sent(i) + i.bytesRetransmitted());
    number("bytes_retrans", i.bytesRetransmitted());
    number("bytes_acked", i.bytesAcked());
    number("bytes_received", i.bytesReceived());
    number("segs_out", i.segmentsOut());
    number("segs_in", i.segmentsIn());
  }

  /** Payload that was sent and not acknowledged: what is in the buffer and was sent. */
  private static long sent(TcpInfo i) {
    return Math.max(0, i.sendQueue() - i.notSent());
  }

  private void times(TcpInfo i) {
    long rtt = micros(i.rtt());
    if (rtt > 0 && i.congestionWindow() >= i.sendMss()) {
      double packets = i.congestionWindow() / i.sendMss();
      out.append(" send ").append(rate(packets * i.sendMss() * 8_000_000.0 / rtt)).append("bps");
    }
    number("lastsnd", millis(i.sinceDataSent()));
    number("lastrcv", millis(i.sinceDataReceived()));
    number("lastack", millis(i.sinceAckReceived()));
    if (i.pacingRate() < Long.MAX_VALUE) {
      out.append(" pacing_rate ").append(rate(i.pacingRate() * 8.0)).append("bps");
      if (i.maxPacingRate() < Long.MAX_VALUE) {
        out.append('/').append(rate(i.maxPacingRate() * 8.0)).append("bps");
      }
    }
    if (i.deliveryRate() > 0) {
      out.append(" delivery_rate ").append(rate(i.deliveryRate() * 8.0)).append("bps");
    }
    flag(i.deliveryRateAppLimited(), "app_limited");
  }

  private void rest(TcpInfo i) {
    number("unacked", i.segmentsInFlight());
    if (i.retransmits() > 0) {
      out.append(" retrans:0/").append(i.retransmits());
    }
    number("rcv_space", i.receiveSpace());
    number("rcv_ssthresh", i.receiveWindow());
    number("notsent", i.notSent());
    decimal("minrtt", micros(i.minRtt()));
    number("snd_wnd", i.sendWindow());
  }

  /** {@code timer:(…)} with the blank before it, or nothing. */
  static String timer(TcpEntry entry) {
    if (entry.timer() == TcpEntry.Timer.OFF) {
      return "";
    }
    String name = entry.timer().name().toLowerCase(Locale.ROOT);
    return " timer:("
        + name
        + ","
        + duration(Math.toIntExact(entry.timerLeft() / 1_000_000))
        + ","
        + entry.attempts()
        + ")";
  }

  /** As ss writes what is left of a timer: the larger the coarser, nothing for 0. */
  static String duration(int millis) {
    int minutes = millis / 60_000;
    int seconds = minutes > 9 ? 0 : millis / 1000 % 60;
    int rest = minutes > 0 || seconds > 9 ? 0 : millis % 1000;
    StringBuilder text = new StringBuilder(minutes > 0 ? minutes + "min" : "");
    if (seconds > 0) {
      text.append(seconds).append(rest > 0 ? "." : "sec");
    }
    if (rest > 0) {
      text.append(String.format(Locale.ROOT, "%03dms", rest));
    }
    return text.toString();
  }

  private void flag(boolean on, String name) {
    if (on) {
      out.append(' ').append(name);
    }
  }

  private void number(String name, long value) {
    if (value > 0) {
      out.append(' ').append(name).append(':').append(value);
    }
  }

  private void decimal(String name, long micros) {
    if (micros > 0) {
      out.append(' ').append(name).append(':').append(general(micros / 1000.0));
    }
  }

  private static long micros(long nanos) {
    return nanos / 1000;
  }

  private static long millis(long nanos) {
    return nanos < 0 ? 0 : nanos / 1_000_000;
  }

  private String rate(double bits) {
    if (numeric) {
      return new BigDecimal(bits).setScale(0, RoundingMode.HALF_EVEN).toPlainString();
    }
    if (bits < 1e3) {
      return general(bits);
    }
    int power = bits >= 1e12 ? 4 : bits >= 1e9 ? 3 : bits >= 1e6 ? 2 : 1;
    return general(bits / Math.pow(1000, power), 3) + " kMGT".charAt(power);
  }

  private static String general(double value) {
    return general(value, 6);
  }

  /** C's {@code %.*g}. */
  static String general(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
    if (rounded.signum() == 0) {
      return "0";
    }
    int exponent = rounded.precision() - rounded.scale() - 1;
    BigDecimal plain = rounded.stripTrailingZeros();
    if (exponent >= -4 && exponent < digits) {
      return plain.toPlainString();
    }
    String mantissa = plain.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return mantissa
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
