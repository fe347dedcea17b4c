package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many datagrams of one turn of the loop. */
@Timeout(60)
class DatagramBurstTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private TestGuest guest;

  @BeforeEach
  void start() throws Exception {
    guest = new TestGuest(new UplinkOptions());
  }

  @AfterEach
  void end() throws Exception {
    assertThat(guest.<Integer>on(guest.pool::live)).as("packets not given back").isZero();
    guest.close();
  }

  private static DatagramSocket server() throws Exception {
    DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
    socket.setReceiveBufferSize(4 << 20);
    socket.setSoTimeout(5000);
    return socket;
  }

  private static byte[] receive(DatagramSocket socket) throws Exception {
    DatagramPacket p = new DatagramPacket(new byte[2000], 2000);
    socket.receive(p);
    return Arrays.copyOf(p.getData(), p.getLength());
  }

  @Test
  void allOfATurnArriveWholeAndInOrder() throws Exception {
    Random random = new Random(5);
    List<byte[]> first = new ArrayList<>();
    List<byte[]> second = new ArrayList<>();
    try (DatagramSocket one = server();
        DatagramSocket other = server()) {
      guest.on(() -> {
        int length = 100;
        boolean toOne = true;
        for (int i = 0; i < 400; i++) {
          // runs of equal length and destination, as bulk has them, of 1 to some tens
          length = random.nextInt(8) == 0 ? random.nextInt(300) : length;
          toOne = (random.nextInt(20) == 0) != toOne;
          byte[] data = new byte[length];
          random.nextBytes(data);
          (toOne ? first : second).add(data);
          int port = (toOne ? one : other).getLocalPort();
          guest.datagram(4000 + i / 300, TestGuest.GATEWAY, port, data);
        }
        return null;
      });
      for (byte[] expected : first) {
        assertThat(receive(one)).isEqualTo(expected);
      }
      for (byte[] expected : second) {
        assertThat(receive(other)).isEqualTo(expected);
      }
    }
  }

  /** 64 of them make a message, 16 messages a call. */
  @Test
  void bulkOfATurnTakesOneCall() throws Exception {
    try (DatagramSocket one = server()) {
      guest.on(() -> {
        for (int i = 0; i < 200; i++) {
          guest.datagram(4000, TestGuest.GATEWAY, one.getLocalPort(), new byte[] {(byte) i, 1});
        }
        return null;
      });
      for (int i = 0; i < 200; i++) {
        assertThat(receive(one)).containsExactly(i, 1);
      }
      assertThat(calls()).isEqualTo(1);
    }
  }

  private long calls() throws Exception {
    return guest.<Long>on(() -> guest.outside.counters().udpCalls);
  }

  @Test
  void socketsThatTakeTurnsDisturbNeitherOrder() throws Exception {
    try (DatagramSocket one = server()) {
      guest.on(() -> {
        for (int i = 0; i < 100; i++) {
          int port = 4000 + i % 2;
          guest.datagram(port, TestGuest.GATEWAY, one.getLocalPort(), new byte[] {(byte) i});
        }
        return null;
      });
      int[] next = {0, 1};
      for (int i = 0; i < 100; i++) {
        int number = receive(one)[0];
        assertThat(number).isEqualTo(next[number % 2]);
        next[number % 2] += 2;
      }
    }
  }

  @Test
  void aClosedPortIsToldAndTheRestGoesOn() throws Exception {
    int closed;
    try (DatagramSocket server = server()) {
      closed = server.getLocalPort();
    }
    try (DatagramSocket one = server()) {
      guest.on(() -> {
        for (int i = 0; i < 10; i++) {
          guest.datagram(4000, TestGuest.GATEWAY, closed, new byte[7]);
          guest.datagram(4000, TestGuest.GATEWAY, one.getLocalPort(), new byte[] {(byte) i});
        }
        return null;
      });
      byte[] error = guest.await();
      assertThat(Bytes.u16(error, 20)).isEqualTo(3 << 8 | 3);
      assertThat(Bytes.u16(error, 50)).isEqualTo(closed);
      for (int i = 0; i < 10; i++) {
        assertThat(receive(one)).containsExactly(i);
      }
    }
  }

  @Test
  void theRepliesOfAForwardLeaveTogether() throws Exception {
    String rule = "udp:127.0.0.1:0-10.0.2.15:623";
    Forward parsed = Forward.parse(Source.option("--hostfwd", 1, rule), rule, Path.of("/"));
    ForwardTable.Entry entry = guest.on(() -> guest.outside.forwards().add(parsed));
    try (DatagramSocket client = server()) {
      client.send(new DatagramPacket(new byte[] {9, 8}, 2, LOOPBACK, entry.port()));
      int port = Bytes.u16(guest.await(), 20);
      guest.on(() -> {
        for (int i = 0; i < 70; i++) {
          guest.datagram(623, TestGuest.GATEWAY, port, new byte[] {(byte) i});
        }
        return null;
      });
      for (int i = 0; i < 70; i++) {
        assertThat(receive(client)).containsExactly(i);
      }
      assertThat(calls()).as("one by one they would fill five").isEqualTo(1);
    }
  }

  /** A sender whose socket the kernel does not cut datagrams for. */
  private static class Unwilling implements DatagramBurst.Sender {
    final int fd = Fd.socket(Linux.AF_INET, Linux.SOCK_DGRAM, 0);
    final List<Integer> alone = new ArrayList<>();
    final List<Integer> failed = new ArrayList<>();
    final DatagramBurst.SegmentLimit segments = new DatagramBurst.SegmentLimit();

    @Override
    public int fd() {
      return fd;
    }

    @Override
    public void drainErrors() {}

    @Override
    public void sendNow(Packet p, int at, int length, SockAddr to) {
      alone.add(length);
      p.release();
    }

    @Override
    public void failed(Packet p, int errno) {
      failed.add(errno);
      p.release();
    }

    @Override
    public DatagramBurst.SegmentLimit segments() {
      return segments;
    }
  }

  /** One that closes its socket as soon as it hears of a failure. */
  private static final class Leaving extends Unwilling {
    private final List<DatagramBurst> bursts = new ArrayList<>();

    @Override
    public void sendNow(Packet p, int at, int length, SockAddr to) {
      super.sendNow(p, at, length, to);
      leave();
    }

    @Override
    public void failed(Packet p, int errno) {
      super.failed(p, errno);
      leave();
    }

    private void leave() {
      bursts.getFirst().flush(this);
      Fd.close(fd);
    }
  }

  @Test
  void aSenderThatClosesItsSocketOverAFailureSendsNoMore() throws Exception {
    try (DatagramSocket one = server()) {
      SockAddr there = new SockAddr().setInet4(0x7f000001, one.getLocalPort());
      SockAddr nowhere = new SockAddr().setInet6(0, 1, 9, 0);
      UplinkCounters counters = new UplinkCounters();
      guest.on(() -> {
        Leaving sender = new Leaving();
        Unwilling other = new Unwilling();
        try (DatagramBurst burst = new DatagramBurst(guest.loop, counters)) {
          sender.bursts.add(burst);
          add(burst, sender, 50, nowhere);
          add(burst, sender, 51, there);
          add(burst, sender, 51, there);
          burst.flush(sender);
          assertThat(sender.failed).containsExactly(Errno.EAFNOSUPPORT);
          assertThat(sender.alone).isEmpty();
          assertThat(counters.udpCalls).as("the closed socket is not used").isEqualTo(2);
          assertThat(counters.hostErrors).isEqualTo(2);
          add(burst, other, 52, there);
          burst.flush(other);
        } finally {
          Fd.close(other.fd);
        }
        return null;
      });
      assertThat(receive(one)).as("that of the next sender alone").hasSize(52);
    }
  }

  @Test
  void aSenderThatClosesItsSocketWithinAMessageSendsNoMore() throws Exception {
    UplinkCounters counters = new UplinkCounters();
    guest.on(() -> {
      Leaving sender = new Leaving();
      SockAddr nowhere = new SockAddr().setInet4(0x7f000001, 9);
      // without checksums there are no segments: EINVAL
      assertThat(Fd.setOption(sender.fd, Linux.SOL_SOCKET, 11, 1)).isZero();
      try (DatagramBurst burst = new DatagramBurst(guest.loop, counters)) {
        sender.bursts.add(burst);
        add(burst, sender, 50, nowhere);
        add(burst, sender, 50, nowhere);
        add(burst, sender, 50, nowhere);
        burst.flush(sender);
        assertThat(sender.alone).containsExactly(50);
        assertThat(counters.hostErrors).isEqualTo(2);
      }
      return null;
    });
  }

  private void add(DatagramBurst burst, Unwilling by, int length, SockAddr to) {
    Packet p = Objects.requireNonNull(guest.pool.acquire(length));
    p.append(length);
    burst.add(by, p, p.head, length, to, 0, -1);
  }

  @Test
  void whereTheKernelCannotCutThemEachIsSentByItself() throws Exception {
    guest.on(() -> {
      Unwilling sender = new Unwilling();
      SockAddr nowhere = new SockAddr().setInet4(0x7f000001, 9);
      // without checksums there are no segments: EINVAL
      assertThat(Fd.setOption(sender.fd, Linux.SOL_SOCKET, 11, 1)).isZero();
      try (DatagramBurst burst = new DatagramBurst(guest.loop, new UplinkCounters())) {
        add(burst, sender, 50, nowhere);
        add(burst, sender, 50, nowhere);
        add(burst, sender, 20, nowhere);
        burst.flush(sender);
        assertThat(sender.alone).containsExactly(50, 50, 20);
        assertThat(sender.segments.longest()).isEqualTo(49);
        add(burst, sender, 50, nowhere);
        add(burst, sender, 50, nowhere);
        burst.flush(sender);
        assertThat(sender.alone).as("those go by themselves from now on").hasSize(3);
        assertThat(sender.failed).isEmpty();
      } finally {
        Fd.close(sender.fd);
      }
      return null;
    });
  }

  @Test
  void whatCannotBeSentIsToldPacketByPacket() throws Exception {
    guest.on(() -> {
      Unwilling sender = new Unwilling();
      try (DatagramBurst burst = new DatagramBurst(guest.loop, new UplinkCounters())) {
        add(burst, sender, 50, new SockAddr().setInet6(0, 1, 9, 0));
        add(burst, sender, 51, new SockAddr().setInet4(0x7f000001, 9));
        burst.flush(sender);
        assertThat(sender.failed).containsExactly(Errno.EAFNOSUPPORT);
        assertThat(sender.alone).isEmpty();
      } finally {
        Fd.close(sender.fd);
      }
      return null;
    });
  }
}
