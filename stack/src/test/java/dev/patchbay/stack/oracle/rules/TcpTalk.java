package dev.patchbay.stack.oracle.rules;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * A TCP connection: handshake, data, the end in one of several ways, and now and then a segment
 * that does not belong there.
 */
final class TcpTalk {
  /** MSS, with window scaling and selective acknowledgments, with timestamps. */
  private static final List<String> OPTIONS =
      List.of(
          "",
          "020405b4",
          "020405b40402010303070101".substring(0, 24),
          "020405b40101080a0000000100000000",
          "0101080a0000000100000000",
          "020401f4",
          "01010303",
          "02060000");

  private final Talk talk;
  private final Random random;
  private final byte[] options;

  /** Next sequence numbers of client and server. */
  private final int[] next = new int[2];

  TcpTalk(Talk talk) {
    this.talk = talk;
    random = talk.random;
    next[0] = random.nextInt(4) == 0 ? -200 : 1000;
    next[1] = random.nextInt(4) == 0 ? -100 : 77000;
    options = HexFormat.of().parseHex(OPTIONS.get(random.nextInt(OPTIONS.size())));
  }

  /** Adds the connection to its talk. */
  void run() {
    int start = random.nextInt(10);
    if (start > 0) {
      send(0, Wire.SYN, 0);
    }
    if (start > 1) {
      send(1, Wire.SYN | Wire.ACK, 0);
    }
    if (start > 2) {
      send(0, Wire.ACK, 0);
    }
    for (int n = random.nextInt(5); n > 0; n--) {
      int side = random.nextInt(2);
      send(side, Wire.PSH | Wire.ACK, talk.data(1300).length);
      if (random.nextBoolean()) {
        send(1 - side, Wire.ACK, 0);
      }
      if (random.nextInt(3) == 0) {
        strange();
      }
    }
    end(random.nextInt(6));
    if (random.nextInt(4) == 0) {
      strange();
    }
    if (random.nextInt(5) == 0) {
      send(0, Wire.SYN, 0);
      send(1, Wire.SYN | Wire.ACK, 0);
    }
  }

  private void end(int how) {
    int first = random.nextInt(2);
    switch (how) {
      case 0 -> {
        send(first, Wire.FIN | Wire.ACK, 0);
        send(1 - first, Wire.ACK, 0);
        send(1 - first, Wire.FIN | Wire.ACK, 0);
        send(first, Wire.ACK, 0);
      }
      case 1 -> {
        send(first, Wire.FIN | Wire.ACK, 0);
        send(1 - first, Wire.FIN | Wire.ACK, 0);
        send(first, Wire.ACK, 0);
      }
      case 2 -> send(first, Wire.RST | Wire.ACK, 0);
      case 3 -> raw(first, next[first], 0, Wire.RST, 0);
      case 4 -> send(first, Wire.FIN | Wire.ACK, 5);
      default -> {
        // it stays open
      }
    }
  }

  /** Something out of order. */
  private void strange() {
    int side = random.nextInt(2);
    int far = random.nextBoolean() ? 200_000 : -200_000;
    switch (random.nextInt(11)) {
      case 0 -> talk.repeat();
      case 1 -> raw(side, next[side] + far, next[1 - side], Wire.ACK, 10);
      case 2 -> raw(side, next[side], next[1 - side] + far, Wire.ACK, 0);
      case 3 -> raw(side, next[side] + far, 0, Wire.RST, 0);
      case 4 -> raw(side, next[side] - 1, next[1 - side], Wire.ACK, 1);
      case 5 -> raw(side, next[side] + 7, 0, Wire.SYN, 0);
      case 6 -> raw(side, next[side], next[1 - side], 0, 4);
      case 7 -> raw(side, next[side], next[1 - side], Wire.FIN | Wire.PSH | Wire.URG, 0);
      case 8 -> raw(side, next[side], next[1 - side], Wire.SYN | Wire.FIN | Wire.ACK, 0);
      case 9 -> talk.fail();
      default -> raw(side, next[side] + 100, next[1 - side], Wire.ACK | 0x1c0, 20);
    }
  }

  private void send(int side, int flags, int length) {
    raw(side, next[side], (flags & Wire.ACK) != 0 ? next[1 - side] : 0, flags, length);
    next[side] += length + ((flags & (Wire.SYN | Wire.FIN)) != 0 ? 1 : 0);
  }

  private void raw(int side, int seq, int ack, int flags, int length) {
    byte[] data = new byte[length];
    byte[] with = (flags & Wire.SYN) != 0 ? options : new byte[0];
    if (side == 0) {
      talk.ask(Wire.TCP, Wire.tcp(talk.clientPort, talk.serverPort, seq, ack, flags, with, data));
    } else {
      talk.answer(
          Wire.TCP, Wire.tcp(talk.serverPort, talk.clientPort, seq, ack, flags, with, data));
    }
  }
}
