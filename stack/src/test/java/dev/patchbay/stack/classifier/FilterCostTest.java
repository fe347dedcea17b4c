package dev.patchbay.stack.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is allocated for a packet that filters look at once they are warm. */
class FilterCostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long FEW_BYTES = 4096;
  private static final int TURNS = 300;
  private static final int BURST = 20;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(64 << 20, false);
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ingress matchall action drop",
        "egress matchall action mirred egress redirect dev ifb0",
        "ingress matchall action mirred egress redirect dev ifb0",
        "egress matchall action mirred egress mirror dev ifb0",
        "egress protocol ip u32 match ip dst 10.0.0.0/8 match ip dport 9 0xffff action ok",
        "egress protocol ip flower ip_proto udp dst_ip 10.0.0.0/8 dst_port 9 action pass",
        "egress matchall action vlan push id 5 action vlan modify id 6 action skbedit mark 3",
        "parent 1: protocol ip u32 match ip dport 9 0xffff classid 1:1"
      })
  void nothingPerPacket(String filter) {
    // below 1280 a link has no IPv6: nothing speaks on it by itself
    PortDevice eth0 = new PortDevice(stack.nextIndex(), "eth0", 0x0200_0000_0001L, 1200);
    stack.add(eth0);
    eth0.plug(Packet::release);
    stack.setUp(eth0, true);
    run("ip link add ifb0 mtu 1200 type ifb");
    run("ip link set ifb0 up");
    run("tc qdisc add dev eth0 clsact");
    run("tc qdisc add dev eth0 root handle 1: prio");
    run("tc filter add dev eth0 " + filter);
    boolean ingress = filter.startsWith("ingress");
    turn(eth0, ingress);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    turn(eth0, ingress);
    // of the test's own calls, for 6000 packets
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(FEW_BYTES);
    stack.remove(eth0);
    loop.turn();
    pool.checkNoLeaks();
  }

  private void run(String words) {
    List<String> argv = List.of(words.split(" "));
    List<String> rest = argv.subList(1, argv.size());
    IpCommand.Result result =
        argv.getFirst().equals("ip")
            ? new IpCommand().run(stack, rest)
            : new TcCommand().run(stack, rest, "");
    assertThat(result).as(words).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private void turn(PortDevice eth0, boolean ingress) {
    for (int i = 0; i < TURNS; i++) {
      for (int j = 0; j < BURST; j++) {
        Packet packet = pool.acquire(200);
        if (packet == null) {
          throw new IllegalStateException("no memory");
        }
        fill(packet);
        if (ingress) {
          eth0.receive(packet);
        } else {
          eth0.transmit(packet);
        }
      }
      loop.runForMillis(1);
    }
  }

  /** A datagram to port 9 of 10.0.0.1, for another station than us. */
  private static void fill(Packet packet) {
    byte[] b = packet.data;
    int at = packet.append(200);
    Bytes.put48(b, at, 0x0200_0000_0009L);
    Bytes.put48(b, at + 6, 0x0200_0000_0008L);
    Bytes.put16(b, at + 12, EtherType.IPV4);
    Bytes.put32(b, at + 14, 0x4500_00ba);
    Bytes.put32(b, at + 18, 0);
    Bytes.put32(b, at + 22, 0x4011_0000);
    Bytes.put32(b, at + 26, 0x0a00_0002);
    Bytes.put32(b, at + 30, 0x0a00_0001);
    Bytes.put32(b, at + 34, 0x0fa0_0009);
    packet.l2 = at;
    packet.l3 = at + 14;
  }
}
