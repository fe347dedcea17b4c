package dev.patchbay.stack.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.netfilter.connection.ConnectionBytesCondition;
import dev.patchbay.stack.netfilter.connection.ConnectionCheck;
import dev.patchbay.stack.netfilter.connection.ConnectionCondition;
import dev.patchbay.stack.netfilter.connection.ConnectionHelperCondition;
import dev.patchbay.stack.netfilter.connection.ConnectionLimitCondition;
import dev.patchbay.stack.netfilter.connection.ConnectionMarkCondition;
import dev.patchbay.stack.netfilter.connection.StateBits;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.IpProtocol;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What a tracked connection of TCP keeps of the heap, the table that it stands in included, and
 * that its packets take nothing more.
 */
class ConntrackMemoryTest {
  /** Just above a growth of all segments of the table, where it is least full. */
  private static final int CONNECTIONS = 180_000;

  private static final int MOST = 300;

  private static Conntrack filled(int count) {
    Conntrack conntrack = new Conntrack(new VirtualLoop(), new RandomSource(1), new Limits());
    IpAddress source = IpAddress.parse("10.0.0.1");
    IpAddress destination = IpAddress.parse("192.0.2.7");
    Tuple original = new Tuple();
    Tuple reply = new Tuple();
    for (int i = 0; i < count; i++) {
      original.srcHi = source.hi();
      original.srcLo = source.lo() + (i >>> 12);
      original.dstHi = destination.hi();
      original.dstLo = destination.lo();
      original.source = 1024 + (i & 0xfff);
      original.destination = 443;
      original.protocol = IpProtocol.TCP;
      reply.invert(original);
      Connection c = conntrack.describe(original, reply, 0, 3);
      assertThat(conntrack.insert(c, 1_000_000_000_000L)).isEqualTo(Conntrack.Insertion.DONE);
    }
    return conntrack;
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void aConnectionTakesLessThanThreeHundredBytes() {
    Conntrack few = filled(1000); // all classes and tables are there
    long before = used();
    Conntrack many = filled(CONNECTIONS);
    long each = (used() - before) / CONNECTIONS;
    assertThat(many.size() + few.size()).isEqualTo(CONNECTIONS + 1000);
    // it is 259 here
    assertThat(each).isBetween(150L, (long) MOST);
    Reference.reachabilityFence(few);
    Reference.reachabilityFence(many);
  }

  private static Packet udp(PacketPool pool, String from, String to, int fromPort, int toPort) {
    byte[] ip = Lab.ipv4(from, to, IpProtocol.UDP, 64, Lab.udp(fromPort, toPort, new byte[64]));
    Packet packet = Objects.requireNonNull(pool.acquire(ip.length));
    System.arraycopy(ip, 0, packet.data, packet.append(ip.length), ip.length);
    packet.l3 = packet.head;
    return packet;
  }

  private static void pass(
      Conntrack conntrack, PacketFields fields, Packet packet, Condition... all) {
    packet.tracking = null;
    packet.trackingInfo = 0;
    fields.load(packet, Hook.PREROUTING, null, null, 1);
    conntrack.track(fields);
    for (Condition condition : all) {
      condition.holds(fields);
    }
    conntrack.confirm(packet);
  }

  @Test
  void aPacketOfAKnownConnectionAllocatesNothing() {
    PacketPool pool = new PacketPool();
    Conntrack conntrack = new Conntrack(new VirtualLoop(), new RandomSource(1), new Limits());
    conntrack.settings().accounting = 1;
    Condition[] conditions = {
      new ConnectionCondition(
          StateBits.ESTABLISHED,
          false,
          List.of(ConnectionCheck.port(0, false, 53, 53, false), ConnectionCheck.status(2, false))),
      new ConnectionMarkCondition(0, -1, false),
      new ConnectionBytesCondition(ConnectionBytesCondition.Unit.BYTES, 2, 0, -1, false),
      new ConnectionLimitCondition(conntrack.count(), 3, false, false, -1, -1),
      new ConnectionHelperCondition("ftp", true)
    };
    PacketFields fields = new PacketFields();
    Packet out = udp(pool, "10.0.0.1", "10.0.0.2", 4000, 53);
    Packet back = udp(pool, "10.0.0.2", "10.0.0.1", 53, 4000);
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 20 && allocated > 0; round++) {
      long before = bean.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        pass(conntrack, fields, out, conditions);
        pass(conntrack, fields, back, conditions);
      }
      allocated = bean.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).isZero();
    assertThat(conntrack.size()).isEqualTo(1);
    out.release();
    back.release();
  }
}
