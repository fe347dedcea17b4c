package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A segment to send or to expect. Sequence numbers are relative to the initial ones of their side.
 * What was not said is a default when sent, and not looked at when expected, but for flags and
 * length, which must be as said.
 */
final class Segment {
  int flags;
  @Nullable Integer seq;
  @Nullable Integer ack;
  @Nullable Integer win;
  @Nullable Integer mss;
  @Nullable Integer scale;
  @Nullable Integer tsVal;
  @Nullable Integer tsEcho;
  @Nullable Boolean sackOk;
  int urgent;
  int tos;
  int hops;
  byte[] rawOptions = new byte[0];
  byte[] payload = new byte[0];
  @Nullable Integer length;
  @Nullable List<Integer> sacks;

  static Segment tcp() {
    return new Segment();
  }

  private Segment flag(int f) {
    flags |= f;
    return this;
  }

  Segment syn() {
    return flag(Tcp.SYN);
  }

  Segment fin() {
    return flag(Tcp.FIN);
  }

  Segment rst() {
    return flag(Tcp.RST);
  }

  Segment psh() {
    return flag(Tcp.PSH);
  }

  Segment ece() {
    return flag(Tcp.ECE);
  }

  Segment cwr() {
    return flag(Tcp.CWR);
  }

  /** TOS or traffic class of the packet. */
  Segment tos(int value) {
    tos = value;
    return this;
  }

  /** Time to live or hop limit of the packet, 0 the default. */
  Segment hops(int value) {
    hops = value;
    return this;
  }

  /** Bytes behind the other options, as they are; together they must fill words. */
  Segment raw(int... bytes) {
    rawOptions = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      rawOptions[i] = (byte) bytes[i];
    }
    return this;
  }

  Segment urg(int pointer) {
    urgent = pointer;
    return flag(Tcp.URG);
  }

  Segment seq(int value) {
    seq = value;
    return this;
  }

  Segment ack(int value) {
    ack = value;
    return flag(Tcp.ACK);
  }

  Segment win(int value) {
    win = value;
    return this;
  }

  Segment mss(int value) {
    mss = value;
    return this;
  }

  Segment scale(int value) {
    scale = value;
    return this;
  }

  Segment sackOk() {
    sackOk = true;
    return this;
  }

  Segment noSackOk() {
    sackOk = false;
    return this;
  }

  Segment ts(int value, int echo) {
    tsVal = value;
    tsEcho = echo;
    return this;
  }

  Segment noTs() {
    tsVal = Integer.MIN_VALUE;
    return this;
  }

  Segment data(byte[] bytes) {
    payload = bytes;
    length = bytes.length;
    return this;
  }

  /** Payload of the stream's pattern: the byte at relative sequence number n is (byte) n. */
  Segment len(int bytes) {
    length = bytes;
    return this;
  }

  /** Pairs of borders, relative; none: there must be none. */
  Segment sack(Integer... borders) {
    sacks = List.of(borders);
    return this;
  }

  /** Writes options at {@code at} and returns where they end. */
  int emitOptions(byte[] b, int at, int sackBase) {
    int o = at;
    if (mss != null) {
      o = TcpOptions.emitMss(b, o, mss);
    }
    if (sackOk != null && sackOk) {
      o = TcpOptions.emitSackPermitted(b, o);
    }
    if (tsVal != null && tsVal != Integer.MIN_VALUE) {
      o = TcpOptions.emitTimestamps(b, o, tsVal, Objects.requireNonNull(tsEcho));
    }
    if (scale != null) {
      o = TcpOptions.emitWindowScale(b, o, scale);
    }
    if (sacks != null && !sacks.isEmpty()) {
      Bytes.put32(b, o, 0x0101_0500 | 2 + 4 * sacks.size());
      o += 4;
      for (int border : sacks) {
        Bytes.put32(b, o, sackBase + border);
        o += 4;
      }
    }
    System.arraycopy(rawOptions, 0, b, o, rawOptions.length);
    return o + rawOptions.length;
  }

  /** What a packet holds, made relative. */
  static Segment parse(byte[] b, int at, int tail, int seqBase, int ackBase) {
    Segment s = new Segment();
    Tcp t = new Tcp().wrap(b, at);
    s.flags = t.flags();
    s.seq = t.sequence() - seqBase;
    s.ack = (s.flags & Tcp.ACK) != 0 ? t.acknowledgment() - ackBase : null;
    s.win = t.window();
    TcpOptions o = new TcpOptions();
    int header = t.headerLength();
    o.parse(b, at + 20, at + header);
    s.mss = o.mss == 0 ? null : o.mss;
    s.scale = o.windowScale < 0 ? null : o.windowScale;
    s.sackOk = o.sackPermitted;
    s.tsVal = o.timestamps ? Integer.valueOf(o.tsValue) : null;
    s.tsEcho = o.timestamps ? Integer.valueOf(o.tsEcho) : null;
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < 2 * o.sackBlocks; i++) {
      blocks.add(Bytes.i32(b, o.sackOffset + 4 * i) - ackBase);
    }
    s.sacks = blocks;
    s.urgent = t.urgentPointer();
    s.rawOptions = java.util.Arrays.copyOfRange(b, at + 20, at + header);
    s.payload = java.util.Arrays.copyOfRange(b, at + header, tail);
    s.length = s.payload.length;
    return s;
  }

  /** Why {@code actual} is not what this expects; null where it is. */
  @Nullable String mismatch(Segment actual) {
    // PSH says nothing about correctness
    boolean good =
        (flags | Tcp.PSH) == (actual.flags | Tcp.PSH)
            && same(seq, actual.seq)
            && same(ack, actual.ack)
            && same(win, actual.win)
            && same(mss, actual.mss)
            && same(scale, actual.scale)
            && ((flags & Tcp.URG) == 0 || urgent == actual.urgent)
            && same(sackOk, actual.sackOk)
            && same(sacks, actual.sacks)
            && (tsVal == null
                || (tsVal == Integer.MIN_VALUE ? actual.tsVal == null : actual.tsVal != null))
            && (tsEcho == null || tsEcho.equals(actual.tsEcho))
            && Objects.equals(length == null ? 0 : length, actual.length);
    return good ? null : "expected " + this + "\n but was " + actual;
  }

  private static boolean same(@Nullable Object wanted, @Nullable Object actual) {
    return wanted == null || wanted.equals(actual);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("[");
    String letters = "FSRP.UEW";
    for (int bit = 0; bit < 8; bit++) {
      if ((flags & 1 << bit) != 0) {
        out.append(letters.charAt(bit));
      }
    }
    out.append("] seq ").append(seq).append(" ack ").append(ack).append(" win ").append(win);
    out.append(" len ").append(length == null ? 0 : length).append(" mss ").append(mss);
    out.append(" scale ").append(scale).append(" ts ").append(tsVal).append(' ').append(tsEcho);
    out.append(" urg ").append(urgent);
    return out.append(" sackOk ").append(sackOk).append(" sack ").append(sacks).toString();
  }
}
