package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Cidr;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines that come, go and come again, and strangers. */
@Timeout(60)
class PeersTest extends PlugTestBase {
  private static final byte LOST = 9;

  private static InetAddress host(int last) {
    return InetAddress.ofLiteral("127.0.0." + last);
  }

  private static int port(Plug plug) {
    String local = plug.address().replaceFirst(",remote.*", "");
    return Integer.parseInt(local.substring(local.lastIndexOf(':') + 1));
  }

  private static Socket dial(int from, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(host(from), 0));
    socket.connect(new InetSocketAddress(host(1), port));
    return socket;
  }

  @Test
  void onlyAllowedAddressesArePluggedIn() throws Exception {
    Plug plug =
        open(
            Attachment.Kind.LISTEN,
            new PlugAddress.Tcp(InetAddress.ofLiteral("0.0.0.0"), 0),
            Cidr.parse("127.0.0.2/32").orElseThrow());
    try (Socket stranger = dial(3, port(plug))) {
      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(plug.statistics().refused).isEqualTo(1);
    assertThat(events).isEmpty();
    try (Socket peer = dial(2, port(plug))) {
      assertThat(event()).isEqualTo("attached");
      peer.getOutputStream().write(framed(frame(60, 1)));
      assertThat(received()).isEqualTo(frame(60, 1));
      try (Socket second = dial(2, port(plug))) {
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(plug.statistics().refused).isEqualTo(2);
      transmit(frame(60, 2));
      assertThat(read(new DataInputStream(peer.getInputStream()))).isEqualTo(frame(60, 2));
    }
    assertThat(event()).startsWith("detached");
  }

  @Test
  void tcpConnectorWaitsForAMachineAndForTheNext() throws Exception {
    int number;
    try (ServerSocket free = new ServerSocket(0, 1, host(1))) {
      number = free.getLocalPort();
    }
    Plug plug = open(Attachment.Kind.CONNECT, new PlugAddress.Tcp(host(1), number));
    // nobody is there: frames for it are dropped, and it tries on
    transmit(frame(60, 9));
    assertThat(pool.drops(DropReason.PORT_DETACHED)).isEqualTo(1);
    for (int round = 0; round < 3; round++) {
      try (ServerSocket server = new ServerSocket(number, 1, host(1));
          Socket peer = server.accept()) {
        assertThat(event()).isEqualTo("attached");
        peer.getOutputStream().write(framed(frame(60, round)));
        assertThat(received()).isEqualTo(frame(60, round));
        transmit(frame(60, round));
        assertThat(read(new DataInputStream(peer.getInputStream()))).isEqualTo(frame(60, round));
        if (round == 1) {
          peer.setSoLinger(true, 0); // it crashes
        }
      }
      assertThat(event()).startsWith("detached");
    }
    assertThat(plug.statistics().attachments).isEqualTo(3);
  }

  @Test
  void unixConnectorTakesGarbageAsAnEndAndTriesAgain() throws Exception {
    Path path = dir.resolve("q.sock");
    Plug plug = open(Attachment.Kind.CONNECT, new PlugAddress.Unix(path));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      try (SocketChannel peer = server.accept()) {
        assertThat(event()).isEqualTo("attached");
        peer.write(ByteBuffer.allocate(8).putInt(0, 69_633));
        assertThat(event()).isEqualTo("detached invalid frame length 69633");
      }
      try (SocketChannel peer = server.accept()) {
        assertThat(event()).isEqualTo("attached");
        // QEMU's longest frame is still one
        peer.write(ByteBuffer.wrap(framed(frame(69_632, 1))));
        assertThat(received()).isEqualTo(frame(69_632, 1));
      }
      assertThat(event()).startsWith("detached");
    }
    assertThat(plug.statistics().badLengths).isEqualTo(1);
  }

  @Test
  void udpPeerIsRestarted() throws Exception {
    int number;
    Plug plug;
    try (DatagramSocket first = new DatagramSocket(0, host(1))) {
      number = first.getLocalPort();
      plug = open(Attachment.Kind.DGRAM, new PlugAddress.UdpPair(host(1), 0, host(1), number));
      exchange(first, plug, 1);
      assertThat(event()).isEqualTo("attached");
    }
    for (int i = 0; i < 5; i++) {
      transmit(frame(60, LOST)); // each is answered by "port unreachable"
    }
    try (DatagramSocket second = again(number)) {
      exchange(second, plug, 2);
      exchange(second, plug, 3);
    }
    assertThat(loop.submit(() -> plug.statistics().failures).get()).isZero();
  }

  private static DatagramSocket again(int number) throws IOException, InterruptedException {
    while (true) {
      try {
        return new DatagramSocket(number, host(1));
      } catch (BindException e) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  private void exchange(DatagramSocket peer, Plug plug, int mark) throws Exception {
    peer.setSoTimeout(10_000);
    peer.send(new DatagramPacket(frame(60, mark), 60, host(1), port(plug)));
    assertThat(received()).isEqualTo(frame(60, mark));
    transmit(frame(42, mark));
    DatagramPacket got = new DatagramPacket(new byte[2000], 2000);
    do {
      peer.receive(got); // a frame from before may leave with the turn in which this peer came
    } while (got.getData()[41] == LOST);
    assertThat(got.getLength()).isEqualTo(60);
    assertThat(got.getData()[41]).isEqualTo((byte) mark);
  }

  @Test
  void unixDatagramPeerIsRestarted() throws Exception {
    Path ours = dir.resolve("ours");
    Path theirs = dir.resolve("theirs");
    open(Attachment.Kind.DGRAM, new PlugAddress.UnixPair(ours, theirs));
    for (int round = 0; round < 2; round++) {
      Plugs other = new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE);
      BlockingQueue<Byte> marks = new LinkedBlockingQueue<>();
      PortDevice far = farPort(5, marks);
      loop.submit(() ->
              other.open(
                  attachment(Attachment.Kind.DGRAM, new PlugAddress.UnixPair(theirs, ours)), far))
          .get();
      send(far, round + 1);
      assertThat(received()).isEqualTo(frame(60, round + 1));
      transmit(frame(60, round + 11));
      assertThat(marks.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) (round + 11));
      loop.submit(
              () -> {
                other.close();
                return null;
              })
          .get();
      transmit(frame(60, 99)); // nobody is there
      assertThat(theirs).doesNotExist();
    }
  }

  private PortDevice farPort(int index, BlockingQueue<Byte> marks) {
    PortDevice far = new PortDevice(index, "net" + index, MAC, 1500);
    far.up(true);
    far.handler((packet, type) -> {
      marks.add(packet.data[packet.tail - 1]);
      packet.release();
    });
    return far;
  }

  private void send(PortDevice far, int mark) throws Exception {
    byte[] frame = frame(60, mark);
    loop.submit(
            () -> {
              var packet = pool.acquire(frame.length);
              System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
              far.transmit(packet);
              return null;
            })
        .get();
  }

  @Test
  void membersOfAMulticastGroupHearEachOtherAndNotThemselves() throws Exception {
    Inet4Address group = (Inet4Address) InetAddress.ofLiteral("239.255.77.77");
    Inet4Address local = (Inet4Address) host(1);
    int number;
    try (DatagramSocket free = new DatagramSocket(0, host(1))) {
      number = free.getLocalPort();
    }
    PlugAddress address = new PlugAddress.Mcast(group, number, local);
    open(Attachment.Kind.MCAST, address);
    BlockingQueue<Byte> marks = new LinkedBlockingQueue<>();
    PortDevice far = farPort(5, marks);
    loop.submit(() -> plugs.open(attachment(Attachment.Kind.MCAST, address), far)).get();
    for (int i = 1; i <= 20; i++) {
      transmit(frame(60, i));
      assertThat(marks.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) i);
      send(far, 100 + i);
      assertThat(received()).isEqualTo(frame(60, 100 + i));
    }
    // a QEMU sends from its own socket, and frames below 60 bytes and empty datagrams come as well
    try (DatagramSocket qemu = new DatagramSocket(0, host(1))) {
      qemu.setOption(
          StandardSocketOptions.IP_MULTICAST_IF,
          java.net.NetworkInterface.getByInetAddress(host(1)));
      qemu.send(new DatagramPacket(new byte[0], 0, group, number));
      qemu.send(new DatagramPacket(frame(42, 77), 42, group, number));
      assertThat(received()).isEqualTo(frame(42, 77));
      assertThat(marks.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) 77);
    }
    assertThat(frames).isEmpty();
    assertThat(marks).isEmpty();
  }

  @Test
  void whatCannotBeOpenedCostsNothing() throws Exception {
    listen();
    int before = NativeBuffer.live();
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(this::listen).hasMessageContaining("in use");
    }
    assertThat(NativeBuffer.live()).isEqualTo(before);
  }
}
