package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.io.DataInputStream;
import java.io.EOFException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plugs against sockets of this process. */
@Timeout(30)
class PlugTest extends PlugTestBase {
  @Test
  void framesGoBothWaysHoweverTheyAreSplit() throws Exception {
    Plug plug = listen();
    assertThat(plug.address()).isEqualTo("unix:" + dir.resolve("a.sock"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a.sock"))))
        .isEqualTo("rw-------");
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      assertThat(port.hasCarrier()).isTrue();
      byte[] bytes = framed(frame(60, 1), new byte[0], new byte[13], frame(42, 2), frame(9014, 3));
      for (int i = 0; i < 120; i++) {
        peer.write(ByteBuffer.wrap(bytes, i, 1));
      }
      peer.write(ByteBuffer.wrap(bytes, 120, bytes.length - 120));
      assertThat(received()).isEqualTo(frame(60, 1));
      assertThat(received()).isEqualTo(frame(42, 2));
      assertThat(received()).isEqualTo(frame(9014, 3));
      // the turn in which the last frame came counts at its end
      loop.submit(() -> null).get();
      assertThat(plug.statistics().emptyFrames).isEqualTo(1);
      assertThat(plug.statistics().shortFrames).isEqualTo(1);

      var in = new DataInputStream(Channels.newInputStream(peer));
      transmit(frame(20, 7));
      byte[] padded = read(in);
      assertThat(padded).hasSize(60).startsWith(frame(20, 7));
      assertThat(java.util.Arrays.copyOfRange(padded, 20, 60)).containsOnly(0);
      transmit(frame(1514, 8));
      assertThat(read(in)).isEqualTo(frame(1514, 8));
    }
    assertThat(event()).isEqualTo("detached end of stream");
    assertThat(port.hasCarrier()).isFalse();
    transmit(frame(60, 9));
    assertThat(pool.drops(DropReason.PORT_DETACHED)).isEqualTo(1);
  }

  @Test
  void oneFrameThatAMachineDoesNotReadIsAStall() throws Exception {
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      transmit(frame(60, 1));
      assertThat(event()).isEqualTo("stalled");
      assertThat(loop.submit(plug::stalled).get()).isTrue();
      var in = new DataInputStream(Channels.newInputStream(peer));
      assertThat(read(in)).isEqualTo(frame(60, 1));
      // one frame after the other, each read: that is noticed at the next look, 100 ms later at
      // most
      for (int i = 0; loop.submit(plug::stalled).get(); i++) {
        assertThat(i).as("frames read").isLessThan(100_000);
        transmit(frame(60, 2));
        assertThat(read(in)).isEqualTo(frame(60, 2));
      }
      assertThat(plug.statistics().stalls).isEqualTo(1);
      assertThat(events).isEmpty();
    }
  }

  @Test
  void garbageClosesAndTheNextConnectionIsTaken() throws Exception {
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      peer.write(
          ByteBuffer.wrap(
              "GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      assertThat(event()).isEqualTo("detached invalid frame length 1195725856");
      assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    assertThat(plug.statistics().badLengths).isEqualTo(1);
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      peer.write(ByteBuffer.wrap(framed(frame(60, 1))));
      assertThat(received()).isEqualTo(frame(60, 1));
    }
  }

  @Test
  void aSecondConnectionIsClosedWhileTheFirstLives() throws Exception {
    Plug plug = listen();
    try (SocketChannel first = dial();
        SocketChannel second = dial()) {
      assertThat(event()).isEqualTo("attached");
      assertThat(second.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      first.write(ByteBuffer.wrap(framed(frame(60, 1))));
      assertThat(received()).isEqualTo(frame(60, 1));
      assertThat(plug.statistics().refused).isEqualTo(1);
    }
  }

  @Test
  void aPathInUseIsRefusedAndAStaleOneTakenOver() throws Exception {
    Path path = dir.resolve("a.sock");
    Plug plug = listen();
    assertThatThrownBy(this::listen)
        .hasMessageMatching(
            ".*a\\.sock: in use by process "
                + ProcessHandle.current().pid()
                + " \\([^)]+\\); end that, or name another path");
    loop.submit(
            () -> {
              plug.close();
              return null;
            })
        .get();
    assertThat(path).doesNotExist();
    // Java leaves the file behind
    ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    stale.bind(UnixDomainSocketAddress.of(path));
    stale.close();
    assertThat(path).exists();
    listen();
    dial().close();
    assertThat(event()).isEqualTo("attached");
    Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(
            () -> open(Attachment.Kind.LISTEN, new PlugAddress.Unix(dir.resolve("file"))))
        .hasMessageContaining("exists and is not a socket");
  }

  @Test
  void connectTriesUntilTheMachineListensAndAgainAfterItsEnd() throws Exception {
    Path path = dir.resolve("a.sock");
    open(Attachment.Kind.CONNECT, new PlugAddress.Unix(path));
    for (int round = 0; round < 2; round++) {
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(path));
        try (SocketChannel peer = server.accept()) {
          assertThat(event()).isEqualTo("attached");
          peer.write(ByteBuffer.wrap(framed(frame(60, round))));
          assertThat(received()).isEqualTo(frame(60, round));
        }
      }
      Files.delete(path);
      assertThat(event()).startsWith("detached");
    }
  }

  @Test
  void tcpResolvesPortZero() throws Exception {
    Plug plug =
        open(Attachment.Kind.LISTEN, new PlugAddress.Tcp(InetAddress.getByName("127.0.0.1"), 0));
    assertThat(plug.address()).matches("tcp:127\\.0\\.0\\.1:[1-9][0-9]*");
    int number = Integer.parseInt(plug.address().substring(plug.address().lastIndexOf(':') + 1));
    try (Socket peer = new Socket("127.0.0.1", number)) {
      assertThat(event()).isEqualTo("attached");
      peer.getOutputStream().write(framed(frame(60, 1)));
      assertThat(received()).isEqualTo(frame(60, 1));
      transmit(frame(60, 2));
      assertThat(read(new DataInputStream(peer.getInputStream()))).isEqualTo(frame(60, 2));
    }
  }

  /** 14 + 20 + 20 bytes of headers, and data to be cut; the checksums are left to the plug. */
  private Packet largeSegment(int data, int size) {
    Packet p = pool.acquire(54 + data);
    int at = p.append(54 + data);
    Bytes.put16(p.data, at + 12, 0x0800);
    p.l2 = at;
    p.l3 = at + 14;
    p.l4 = at + 34;
    p.data[p.l3] = 0x45;
    Bytes.put16(p.data, p.l3 + 2, 40 + data);
    p.data[p.l3 + 8] = 64;
    p.data[p.l3 + 9] = 6;
    Bytes.put32(p.data, p.l3 + 12, 0x0a000202);
    Bytes.put32(p.data, p.l3 + 16, 0x0a00020f);
    Bytes.put32(p.data, p.l4 + 4, 1000);
    Bytes.put16(p.data, p.l4 + 12, 0x5018);
    for (int i = 0; i < data; i++) {
      p.data[p.l4 + 20 + i] = (byte) (i * 7);
    }
    p.gsoType = Packet.GSO_TCPV4;
    p.gsoSize = size;
    p.gsoCount = Math.ceilDiv(data, size);
    p.checksumState = Packet.CHECKSUM_PARTIAL;
    return p;
  }

  @Test
  void aLargeSegmentIsCutAndEachFrameIsRight() throws Exception {
    listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      loop.submit(
              () -> {
                port.transmit(largeSegment(5000, 1448));
                return null;
              })
          .get();
      var in = new DataInputStream(Channels.newInputStream(peer));
      int sequence = 1000;
      for (int payload : new int[] {1448, 1448, 1448, 656}) {
        byte[] frame = read(in);
        assertThat(frame).hasSize(54 + payload);
        assertThat(Bytes.u16(frame, 16)).isEqualTo(40 + payload);
        assertThat(InternetChecksum.finish(InternetChecksum.sum(frame, 14, 20))).isZero();
        assertThat(Bytes.i32(frame, 38)).isEqualTo(sequence);
        long pseudo = InternetChecksum.sum(frame, 26, 8) + 6 + 20 + payload;
        assertThat(InternetChecksum.finish(pseudo + InternetChecksum.sum(frame, 34, 20 + payload)))
            .isZero();
        assertThat(frame[54]).isEqualTo((byte) ((sequence - 1000) * 7));
        sequence += payload;
      }
    }
  }

  @Test
  void whatAMachineDoesNotReadIsBoundedAndDropped() throws Exception {
    listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      int sent = 20_000;
      loop.submit(
              () -> {
                for (int i = 0; i < sent; i++) {
                  Packet packet = pool.acquire(1514);
                  Bytes.put32(packet.data, packet.append(1514) + 14, i);
                  port.transmit(packet);
                }
                return null;
              })
          .get();
      long dropped = loop.submit(() -> pool.drops(DropReason.PORT_BACKLOG)).get();
      assertThat(dropped).isBetween(sent - 2000L, sent - 1000L);
      assertThat(loop.submit(() -> pool.used()).get()).isLessThanOrEqualTo(FrameGather.QUEUE_LIMIT);
      var in = new DataInputStream(Channels.newInputStream(peer));
      for (int i = 0; i < sent - dropped; i++) {
        assertThat(Bytes.i32(read(in), 14)).isEqualTo(i);
      }
    }
  }

  @Test
  void ncsiIsAnsweredAtThePortAndNeverBridged() throws Exception {
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      // Clear Initial State (DSP0222 section 8.4.3) to package 0, channel 0; checksum 0 is not
      // checked
      byte[] command = new byte[60];
      java.util.Arrays.fill(command, 0, 6, (byte) -1);
      Bytes.put16(command, 12, 0x88f8);
      command[15] = 1;
      command[17] = 5;
      peer.write(ByteBuffer.wrap(framed(command)));
      byte[] answer = read(new DataInputStream(Channels.newInputStream(peer)));
      assertThat(Bytes.u16(answer, 12)).isEqualTo(0x88f8);
      assertThat(answer[18] & 0xff).isEqualTo(0x80);
      assertThat(answer[17]).isEqualTo((byte) 5);
      loop.submit(() -> assertThat(observed).containsExactly(true, false)).get();
      assertThat(frames).isEmpty();
      assertThat(plug.ncsi().linkUp()).isTrue();
      transmit(command);
      assertThat(pool.drops(DropReason.INVALID_PROTO)).isEqualTo(1);
    }
  }

  @Test
  void datagramsGoBothWaysAndOnlyWithTheConfiguredPeer() throws Exception {
    InetAddress host = InetAddress.getByName("127.0.0.1");
    try (DatagramSocket peer = new DatagramSocket(0, host);
        DatagramSocket stranger = new DatagramSocket(0, host)) {
      peer.setSoTimeout(10_000);
      Plug plug =
          open(Attachment.Kind.DGRAM, new PlugAddress.UdpPair(host, 0, host, peer.getLocalPort()));
      String local = plug.address().substring(0, plug.address().indexOf(",remote"));
      int number = Integer.parseInt(local.substring(local.lastIndexOf(':') + 1));
      stranger.send(new DatagramPacket(frame(60, 1), 60, host, number));
      peer.send(new DatagramPacket(new byte[0], 0, host, number));
      peer.send(new DatagramPacket(frame(60, 2), 60, host, number));
      assertThat(received()).isEqualTo(frame(60, 2));
      assertThat(event()).isEqualTo("attached");
      assertThat(plug.statistics().foreign).isEqualTo(1);
      assertThat(plug.statistics().emptyFrames).isEqualTo(1);
      transmit(frame(20, 3));
      DatagramPacket got = new DatagramPacket(new byte[2000], 2000);
      peer.receive(got);
      assertThat(got.getLength()).isEqualTo(60);
    }
  }

  @Test
  void unixDatagramsOutliveTheirPeerAndKeepOrder() throws Exception {
    Path ours = dir.resolve("ours");
    Path theirs = dir.resolve("theirs");
    open(Attachment.Kind.DGRAM, new PlugAddress.UnixPair(ours, theirs));
    transmit(frame(60, 1)); // nobody is there
    Plugs other = new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE);
    PortDevice far = new PortDevice(5, "net1", MAC, 1500);
    BlockingQueue<Byte> marks = new LinkedBlockingQueue<>();
    far.up(true);
    far.handler((packet, type) -> {
      marks.add(packet.data[packet.tail - 1]);
      packet.release();
    });
    loop.submit(() ->
            other.open(
                attachment(Attachment.Kind.DGRAM, new PlugAddress.UnixPair(theirs, ours)), far))
        .get();
    for (int i = 0; i < 100; i++) {
      transmit(frame(60, i)); // more than net.unix.max_dgram_qlen
    }
    for (int i = 0; i < 100; i++) {
      assertThat(marks.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) i);
    }
    loop.submit(
            () -> {
              other.close();
              return null;
            })
        .get();
    assertThat(theirs).doesNotExist();
  }

  @Test
  void closeSendsWhatWaitsAndEndsTheStream() throws Exception {
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      loop.submit(
              () -> {
                Packet packet = pool.acquire(60);
                packet.append(60);
                port.transmit(packet);
                plug.close();
                return null;
              })
          .get();
      var in = new DataInputStream(Channels.newInputStream(peer));
      assertThat(read(in)).hasSize(60);
      assertThatThrownBy(in::readInt).isInstanceOf(EOFException.class);
      assertThat(event()).isEqualTo("detached closed");
    }
  }
}
