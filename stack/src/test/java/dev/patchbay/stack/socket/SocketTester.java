package dev.patchbay.stack.socket;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sockets of the appliance in words: results as text, errors by name. */
final class SocketTester {
  static final int LEVEL = SocketOptions.SOL_SOCKET;
  static final int TCP = SocketOptions.IPPROTO_TCP;

  /** An address that only the uplink reaches. */
  static final String WORLD = "10.9.9.9";

  final Lab lab = new Lab();
  final SocketLayer layer = lab.stack.sockets();
  final byte[] room = new byte[70_000];

  SocketTester() {
    lab.toWorld.clear();
  }

  private Socket made(@Nullable Socket socket) {
    if (socket == null) {
      throw new AssertionError(Errno.name(layer.errno()));
    }
    return socket;
  }

  StreamSocket stream() {
    return (StreamSocket) made(layer.socket(AddressFamily.AF_INET, SocketType.SOCK_STREAM, 0));
  }

  Socket datagrams() {
    return made(layer.socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0));
  }

  Socket[] pair(int type) {
    Socket[] pair = new Socket[2];
    check(layer.socketpair(AddressFamily.AF_UNIX, type, 0, pair));
    return pair;
  }

  static SocketAddress at(String address, int port) {
    return SocketAddress.of(address, port);
  }

  /** A listener on 127.0.0.1. */
  StreamSocket listener(int port, int backlog) {
    StreamSocket s = stream();
    check(s.bind(at("127.0.0.1", port)));
    check(s.listen(backlog));
    return s;
  }

  StreamSocket accept(Socket listener) {
    return (StreamSocket) made(listener.accept(null));
  }

  /** A connection over the loopback: {@code [0]} has connected, {@code [1]} was accepted. */
  StreamSocket[] connection() {
    StreamSocket listener = listener(80, 5);
    StreamSocket client = stream();
    String opening = result(client.connect(at("127.0.0.1", 80)));
    if (!opening.equals("EINPROGRESS")) {
      throw new AssertionError(opening);
    }
    turn();
    StreamSocket[] both = {client, accept(listener)};
    listener.close();
    return both;
  }

  /** All that happens at once. */
  void turn() {
    lab.loop.runForMillis(1);
  }

  static void check(int result) {
    if (result < 0) {
      throw new AssertionError(Errno.name(result));
    }
  }

  static String result(int value) {
    return value < 0 ? Errno.name(value) : Integer.toString(value);
  }

  String send(Socket s, String text) {
    return send(s, text, 0);
  }

  String send(Socket s, String text, int flags) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    String sent = result(s.send(data, 0, data.length, flags));
    turn();
    return sent;
  }

  String sendTo(Socket s, String text, SocketAddress to) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    String sent = result(s.sendto(data, 0, data.length, 0, to));
    turn();
    return sent;
  }

  /** What was received as text, or the error; {@code ""} at the end of a stream. */
  String receive(Socket s) {
    int n = s.recv(room, 0, room.length, 0);
    return n < 0 ? Errno.name(n) : new String(room, 0, n, StandardCharsets.UTF_8);
  }

  String option(Socket s, int level, int name) {
    int[] value = new int[1];
    int n = s.getsockopt(level, name, value);
    return n < 0 ? Errno.name(n) : Integer.toString(value[0]);
  }

  /** {@code SO_ERROR} by name, {@code 0}: none. */
  String error(Socket s) {
    String value = option(s, LEVEL, SocketOptions.SO_ERROR);
    return value.equals("0") ? value : Errno.name(Integer.parseInt(value));
  }

  static String poll(Socket s) {
    return PollEvents.toString(s.poll());
  }

  /** The next IP packet that left by the uplink, null if there is none. */
  byte @Nullable [] toWorld() {
    return lab.toWorld.poll();
  }

  /** The next packet to the world; fails where there is none. */
  byte[] packet() {
    byte[] packet = lab.toWorld.poll();
    if (packet == null) {
      throw new AssertionError("nothing was sent");
    }
    return packet;
  }

  /** An ICMP error about a packet, from a router in the world. */
  void icmp(int type, int code, int rest, byte[] about) {
    byte[] quote = Arrays.copyOf(about, Math.min(about.length, 60));
    lab.fromWorld(Lab.ipv4("10.9.9.1", "10.0.2.2", 1, 64, Lab.icmp(type, code, rest, quote)));
  }

  /** A segment from the world that answers one of ours: flags, relative to what that one said. */
  void answer(byte[] segment, int flags, int sequence, String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    int ack = Bytes.i32(segment, 24) + ((segment[33] & 3) != 0 ? 1 : 0);
    ack += segment.length - 20 - (segment[32] >>> 4 & 15) * 4;
    byte[] body = new byte[20 + data.length];
    Bytes.put16(body, 0, Bytes.u16(segment, 22));
    Bytes.put16(body, 2, Bytes.u16(segment, 20));
    Bytes.put32(body, 4, sequence);
    Bytes.put32(body, 8, ack);
    Bytes.put8(body, 12, 0x50);
    Bytes.put8(body, 13, flags);
    Bytes.put16(body, 14, 60_000);
    System.arraycopy(data, 0, body, 20, data.length);
    long pseudo =
        dev.patchbay.stack.wire.InternetChecksum.pseudo(
            0, Addresses.v4(Lab.v4(WORLD)), 0, IpAddress.parse("10.0.2.2").lo(), 6, body.length);
    long sum = pseudo + dev.patchbay.stack.wire.InternetChecksum.sum(body, 0, body.length);
    Bytes.put16(body, 16, dev.patchbay.stack.wire.InternetChecksum.finish(sum));
    lab.fromWorld(Lab.ipv4(WORLD, "10.0.2.2", 6, 64, body));
    turn();
  }

  /** A connection to the world whose handshake is over; its SYN is taken away. */
  StreamSocket toWorldConnected() {
    StreamSocket s = stream();
    return finishHandshake(s);
  }

  StreamSocket finishHandshake(StreamSocket s) {
    String opening = result(s.connect(at(WORLD, 80)));
    if (!opening.equals("EINPROGRESS")) {
      throw new AssertionError(opening);
    }
    turn();
    answer(packet(), 0x12, 1000, "");
    lab.toWorld.clear();
    return s;
  }
}
