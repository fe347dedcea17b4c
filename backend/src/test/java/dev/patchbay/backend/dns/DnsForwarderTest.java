package dev.patchbay.backend.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.wire.Bytes;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class DnsForwarderTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final List<byte[]> asked = new ArrayList<>();
  private final List<InetSocketAddress> servers =
      new ArrayList<>(HostResolvers.parse("nameserver 192.0.2.1\nnameserver 192.0.2.2\n"));
  private final List<InetSocketAddress> targets = new ArrayList<>();
  private final List<byte[]> answers = new ArrayList<>();
  private DnsUpstream.Receiver receiver = m -> {};
  private boolean tcp;
  private boolean askedByTcp;

  private final DnsUpstream upstream =
      (server, query, byTcp, to) -> {
        targets.add(server);
        asked.add(query);
        askedByTcp = byTcp;
        receiver = to;
        return () -> {};
      };

  private final DnsNames names =
      new DnsNames(
          () -> Map.of("bmc0", List.of(IpAddress.parse("10.0.2.15"), IpAddress.parse("fec0::5"))));

  private DnsForwarder forwarder(boolean restrict) {
    return new DnsForwarder(loop, upstream, () -> servers, names, () -> 0xbeef, restrict);
  }

  private final DnsClient client =
      new DnsClient() {
        @Override
        public String guest() {
          return "net0";
        }

        @Override
        public boolean isTcp() {
          return tcp;
        }

        @Override
        public void answer(byte[] message) {
          answers.add(message);
        }
      };

  private static byte[] query(String name, int type) throws Exception {
    Message m = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    m.getHeader().setID(0x1234);
    return m.toWire();
  }

  private static byte[] response(byte[] query, int length) {
    byte[] out = Arrays.copyOf(query, Math.max(length, query.length));
    out[2] |= (byte) 0x80;
    return out;
  }

  @Test
  void aQueryGoesOutUnderAnotherIdAndComesBackUnderItsOwn() throws Exception {
    DnsForwarder f = forwarder(false);
    f.query(query("example.org.", Type.A), client);
    assertThat(Bytes.u16(asked.getFirst(), 0)).isEqualTo(0xbeef);
    receiver.received(response(query("evil.org.", Type.A), 0));
    byte[] wrongId = response(asked.getFirst(), 0);
    wrongId[0] ^= 1;
    receiver.received(wrongId);
    assertThat(answers).isEmpty();
    assertThat(f.counters().mismatched).isEqualTo(2);
    receiver.received(response(asked.getFirst(), 0));
    assertThat(Bytes.u16(answers.getFirst(), 0)).isEqualTo(0x1234);
    assertThat(f.inFlight()).isZero();
  }

  @Test
  void silentResolversAreAskedInTurnThenServfail() throws Exception {
    DnsForwarder f = forwarder(false);
    f.query(query("example.org.", Type.A), client);
    loop.runForMillis(2_100);
    assertThat(targets).containsExactlyElementsOf(servers);
    receiver.received(null);
    assertThat(targets).hasSize(3);
    loop.runForMillis(10_000);
    assertThat(targets).hasSize(4);
    assertThat(new Message(answers.getFirst()).getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(f.inFlight()).isZero();
  }

  @Test
  void aLongAnswerIsCutForUdpOnly() throws Exception {
    DnsForwarder f = forwarder(false);
    f.query(query("example.org.", Type.TXT), client);
    receiver.received(response(asked.getLast(), 600));
    assertThat(answers.getLast()).hasSizeLessThan(60);
    assertThat(answers.getLast()[2] & 2).isEqualTo(2);
    tcp = true;
    f.query(query("example.org.", Type.TXT), client);
    assertThat(askedByTcp).isTrue();
    receiver.received(response(asked.getLast(), 600));
    assertThat(answers.getLast()).hasSize(600);
  }

  @Test
  void noResolverIsServfailAtOnce() throws Exception {
    servers.clear();
    forwarder(false).query(query("example.org.", Type.A), client);
    assertThat(new Message(answers.getFirst()).getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void restrictedToOwnNames() throws Exception {
    DnsForwarder f = forwarder(true);
    f.query(query("BMC0.", Type.A), client);
    f.query(query("15.2.0.10.in-addr.arpa.", Type.PTR), client);
    f.query(query("example.org.", Type.A), client);
    assertThat(new Message(answers.get(0)).getSection(Section.ANSWER).getFirst().rdataToString())
        .isEqualTo("10.0.2.15");
    assertThat(new Message(answers.get(1)).getSection(Section.ANSWER).getFirst().rdataToString())
        .isEqualTo("bmc0.");
    assertThat(new Message(answers.get(2)).getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(asked).isEmpty();
  }

  @Test
  void oneGuestHasABoundedNumberUnderWay() throws Exception {
    DnsForwarder f = forwarder(false);
    for (int i = 0; i < 200; i++) {
      f.query(query("n" + i + ".example.org.", Type.A), client);
    }
    assertThat(f.inFlight()).isEqualTo(DnsForwarder.MAX_PER_GUEST);
    assertThat(answers).hasSize(200 - DnsForwarder.MAX_PER_GUEST);
  }

  @Test
  void noBytesHarm() throws Exception {
    DnsForwarder f = forwarder(false);
    Random random = new Random(2);
    byte[] good = query("15.2.0.10.in-addr.arpa.", Type.PTR);
    for (int i = 0; i < 100_000; i++) {
      byte[] b = new byte[random.nextInt(80)];
      random.nextBytes(b);
      if (i % 4 != 0) {
        System.arraycopy(good, 0, b, 0, Math.min(b.length, good.length));
        for (int k = random.nextInt(5); k > 0 && b.length > 0; k--) {
          b[random.nextInt(b.length)] = (byte) random.nextInt();
        }
      }
      f.query(b, client);
      receiver.received(b.clone());
      answers.clear();
      asked.clear();
      targets.clear();
    }
    loop.runForMillis(60_000);
    assertThat(f.inFlight()).isZero();
    assertThat(f.counters().formErr).isPositive();
  }

  @Test
  void aRealResolverOnLoopback() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (DatagramSocket resolver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      resolver.setSoTimeout(5_000);
      java.util.concurrent.BlockingQueue<Runnable> tasks =
          new java.util.concurrent.LinkedBlockingQueue<>();
      dev.patchbay.stack.loop.EventLoop real = new QueueLoop(loop, tasks);
      DnsUpstream netty =
          new NettyDnsUpstream(real, group, NioDatagramChannel.class, NioSocketChannel.class);
      List<InetSocketAddress> list = List.of((InetSocketAddress) resolver.getLocalSocketAddress());
      DnsForwarder f = new DnsForwarder(real, netty, () -> list, names, () -> 77, false);
      f.query(query("example.org.", Type.A), client);
      DatagramPacket packet = new DatagramPacket(new byte[512], 512);
      resolver.receive(packet);
      byte[] reply = response(Arrays.copyOf(packet.getData(), packet.getLength()), 0);
      resolver.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
      Runnable task = tasks.poll(5, TimeUnit.SECONDS);
      assertThat(task).isNotNull();
      task.run();
      assertThat(Bytes.u16(answers.getFirst(), 0)).isEqualTo(0x1234);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5_000);
    }
  }

  /** The virtual loop, but tasks of other threads wait in a queue for the test. */
  private record QueueLoop(VirtualLoop virtual, java.util.concurrent.BlockingQueue<Runnable> tasks)
      implements dev.patchbay.stack.loop.EventLoop {
    @Override
    public long now() {
      return virtual.now();
    }

    @Override
    public long wallTime() {
      return virtual.wallTime();
    }

    @Override
    public dev.patchbay.stack.time.TimerWheel timers() {
      return virtual.timers();
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public void atEndOfTurn(dev.patchbay.stack.loop.TurnTask task) {
      virtual.atEndOfTurn(task);
    }
  }
}
