package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.wire.Addresses;

/** Reads and writes what announces a connection in FTP: an address and a port. */
final class FtpCommand {
  /** What was found. */
  enum Found {
    /** No command that announces anything. */
    NONE,
    FOUND,
    /** The beginning of one, or one that makes no sense. */
    CUT
  }

  private enum Form {
    /** {@code 10,0,2,15,4,1}. */
    NUMBERS,
    /** {@code |1|10.0.2.15|1025|}, {@code |2|fec0::1|1025|}. */
    EXTENDED,
    /** {@code |||1025|}. */
    PORT_ALONE
  }

  /** Of a segment so many bytes are looked at. */
  private static final int REACH = 512;

  private static final int PORTS = 0xffff;
  private static final String HEX = "0123456789abcdef";

  /** Where the address begins, in bytes from the beginning of the data, and its length. */
  int offset;

  int length;

  /** The port that was read, 1 to 65535. */
  int port;

  /** What {@link #write} has written. */
  final byte[] text = new byte[64];

  private long hi;
  private long lo;
  private Form form = Form.NUMBERS;
  private byte[] b = text;
  private int at;
  private int end;
  private int written;

  FtpCommand() {}

  /**
   * Looks at the beginning of a segment's data.
   *
   * @param way the direction: clients say PORT and EPRT, servers 227 and 229
   * @param own has the speaker's address as its source
   */
  Found find(byte[] bytes, int from, int tail, int way, Tuple own) {
    b = bytes;
    end = Math.min(tail, from + REACH);
    hi = own.srcHi;
    lo = own.srcLo;
    boolean asks = way == Connection.ORIGINAL;
    Found found = find(from, asks ? "PORT" : "227 ", Form.NUMBERS, asks);
    if (found != Found.NONE) {
      return found;
    }
    return find(from, asks ? "EPRT" : "229 ", asks ? Form.EXTENDED : Form.PORT_ALONE, asks);
  }

  /** Whether it is the speaker's own address that was found. */
  boolean isOf(Tuple own) {
    return hi == own.srcHi && lo == own.srcLo;
  }

  private Found find(int from, String word, Form as, boolean asks) {
    for (int i = 0; i < word.length(); i++) {
      if (from + i >= end) {
        return Found.CUT;
      }
      int c = b[from + i] & 0xff;
      int upper = c >= 'a' && c <= 'z' ? c - 32 : c;
      if (upper != word.charAt(i)) {
        return Found.NONE;
      }
    }
    form = as;
    at = from + word.length();
    if (as == Form.NUMBERS && !asks) {
      skipToDigit(); // RFC 1123 section 4.1.2.6: with or without brackets
    } else if (!skip(asks ? ' ' : '(')) {
      return Found.CUT;
    }
    offset = at - from;
    boolean whole =
        switch (as) {
          case NUMBERS -> numbers() && (!asks || isEndOfLine());
          case EXTENDED -> extended();
          case PORT_ALONE -> portAlone();
        };
    length = at - from - offset;
    return whole ? Found.FOUND : Found.CUT;
  }

  private void skipToDigit() {
    while (at < end && (b[at] < '0' || b[at] > '9')) {
      at++;
    }
  }

  private boolean skip(int c) {
    while (at < end && b[at] != c) {
      at++;
    }
    return at++ < end;
  }

  private boolean isEndOfLine() {
    return at < end && b[at] == '\r';
  }

  /** A number with what follows it in sight; -1 where there is none up to {@code most}. */
  private int number(int most) {
    int value = 0;
    int begin = at;
    while (at < end && b[at] >= '0' && b[at] <= '9') {
      value = value * 10 + b[at++] - '0';
      if (value > most) {
        return -1;
      }
    }
    return at == begin || at == end ? -1 : value;
  }

  private boolean take(int c) {
    return at < end && b[at++] == c;
  }

  private boolean address4(int separator) {
    int ip = 0;
    for (int i = 0; i < 4; i++) {
      int part = i > 0 && !take(separator) ? -1 : number(255);
      if (part < 0) {
        return false;
      }
      ip = ip << 8 | part;
    }
    hi = 0;
    lo = Addresses.v4(ip);
    return true;
  }

  private boolean numbers() {
    if (!address4(',') || !take(',')) {
      return false;
    }
    int high = number(255);
    if (high < 0 || !take(',')) {
      return false;
    }
    int low = number(255);
    port = high << 8 | low;
    return low >= 0 && port > 0;
  }

  private int delimiter() {
    int c = at < end ? b[at] : 0;
    return c > ' ' && c < 127 && (c < '0' || c > '9') ? c : 0;
  }

  private boolean extended() {
    int bar = delimiter();
    boolean v4 = Addresses.isV4(hi, lo);
    return bar != 0
        && take(bar)
        && take(v4 ? '1' : '2')
        && take(bar)
        && (v4 ? address4('.') : address6(bar))
        && take(bar)
        && lastPort(bar);
  }

  private boolean portAlone() {
    int bar = delimiter();
    return bar != 0 && take(bar) && take(bar) && take(bar) && lastPort(bar);
  }

  private boolean lastPort(int bar) {
    port = number(PORTS);
    return port > 0 && take(bar);
  }

  /** RFC 4291 section 2.2, without the mixed form. */
  private boolean address6(int bar) {
    long high = 0;
    long low = 0;
    long tailHigh = 0;
    long tailLow = 0;
    int count = 0;
    int gap = -1;
    while (at < end && b[at] != bar) {
      if (b[at] == ':' && at + 1 < end && b[at + 1] == ':' && gap < 0) {
        gap = count;
        at += 2;
        continue;
      }
      if (count > 0 && gap != count && !take(':')) {
        return false;
      }
      int digits = 0;
      int group = 0;
      while (at < end && digits < 4 && Character.digit(b[at], 16) >= 0) {
        group = group << 4 | Character.digit(b[at++], 16);
        digits++;
      }
      if (digits == 0 || count == 8) {
        return false;
      }
      if (gap < 0) {
        high = high << 16 | low >>> 48;
        low = low << 16 | group;
      } else {
        tailHigh = tailHigh << 16 | tailLow >>> 48;
        tailLow = tailLow << 16 | group;
      }
      count++;
    }
    if (at == end || gap < 0 && count != 8 || gap >= 0 && count > 7) {
      return false;
    }
    if (gap >= 0) {
      // what stood before the gap goes up
      for (int i = gap; i < 8; i++) {
        high = high << 16 | low >>> 48;
        low <<= 16;
      }
    }
    hi = high | tailHigh;
    lo = low | tailLow;
    return true;
  }

  // ---- writing

  /** Writes the same with another address and port to {@link #text}; returns its length. */
  int write(long toHi, long toLo, int toPort) {
    written = 0;
    boolean v4 = Addresses.isV4(toHi, toLo);
    switch (form) {
      case NUMBERS -> {
        dotted(toLo, ',');
        put(',');
        decimal(toPort >>> 8);
        put(',');
        decimal(toPort & 0xff);
      }
      case EXTENDED -> {
        put('|');
        put(v4 ? '1' : '2');
        put('|');
        if (v4) {
          dotted(toLo, '.');
        } else {
          groups(toHi);
          put(':');
          groups(toLo);
        }
        put('|');
        decimal(toPort);
        put('|');
      }
      case PORT_ALONE -> {
        put('|');
        put('|');
        put('|');
        decimal(toPort);
        put('|');
      }
    }
    return written;
  }

  private void put(int c) {
    text[written++] = (byte) c;
  }

  private void decimal(int value) {
    int unit = 1;
    while (value / unit >= 10) {
      unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
      put('0' + value / unit % 10);
    }
  }

  private void dotted(long address, int separator) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      decimal((int) (address >>> shift) & 0xff);
      if (shift > 0) {
        put(separator);
      }
    }
  }

  private void groups(long half) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      put(HEX.charAt((int) (half >>> shift) & 15));
      if (shift % 16 == 0 && shift > 0) {
        put(':');
      }
    }
  }
}
