package dev.patchbay.backend.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropRingTest {
  private static final String ETHERNET = "52550a000202 525400123456 ";

  private final PacketPool pool = new PacketPool();
  private long now;
  private final DropRing ring = new DropRing(() -> now++);
  private final PortDevice net0 = new PortDevice(4, "net0", 1, 1500);
  private final PortDevice net1 = new PortDevice(5, "net1", 1, 1500);

  private void drop(PortDevice port, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    Packet packet = pool.acquire(bytes.length);
    System.arraycopy(bytes, 0, packet.data, packet.append(bytes.length), bytes.length);
    packet.device = port;
    packet.l2 = packet.head;
    ring.dropped(packet, DropReason.INVALID_PROTO);
    packet.release();
  }

  private String summary(String hex) {
    drop(net0, hex);
    return ring.last(null, 1).getFirst().summary();
  }

  @Test
  void theLastOnesAreRemembered() {
    for (int i = 0; i < DropRing.SIZE + 10; i++) {
      drop(i % 2 == 0 ? net0 : net1, ETHERNET + "88b5 0000");
    }
    assertThat(ring.count()).isEqualTo(DropRing.SIZE + 10);
    List<DropRing.Drop> all = ring.last(null, Integer.MAX_VALUE);
    assertThat(all).hasSize(DropRing.SIZE);
    assertThat(all.getFirst().time()).isEqualTo(10);
    assertThat(all.getLast().time()).isEqualTo(DropRing.SIZE + 9);
    assertThat(ring.last("net1", 3))
        .extracting(DropRing.Drop::time)
        .containsExactly(DropRing.SIZE + 5L, DropRing.SIZE + 7L, DropRing.SIZE + 9L);
    assertThat(ring.last("net7", 3)).isEmpty();
  }

  @Test
  void packetsAreToldAsTcpdumpWould() {
    assertThat(summary(ETHERNET + "88b5 00000000"))
        .isEqualTo("52:54:00:12:34:56 > 52:55:0a:00:02:02, ethertype 0x88b5, length 18");
    assertThat(
            summary(ETHERNET + "0806 0001080006040001 525400123456 0a00020f 000000000000 0a000202"))
        .isEqualTo("ARP, Request who-has 10.0.2.2 tell 10.0.2.15");
    assertThat(
            summary(
                ETHERNET
                    + "0800 45000030 00000000 4011 0000 0a00020f 0a000203 14e9 0035 001c 0000"
                    + "00".repeat(20)))
        .isEqualTo("IP 10.0.2.15.5353 > 10.0.2.3.53: UDP, length 20");
    assertThat(
            summary(
                ETHERNET
                    + "8100 002a 0800 45000028 00000000 4006 0000 0a00020f 0a000203"
                    + "8000 0050 fffffff0 00000000 5002 ffff 00000000"))
        .isEqualTo(
            "vlan 42, IP 10.0.2.15.32768 > 10.0.2.3.80: Flags [S], seq 4294967280, length 0");
    assertThat(
            summary(
                ETHERNET
                    + "86dd 60000000 0008 3a ff fe800000000000000000000000000001"
                    + "ff020000000000000000000000000002 8500 0000 00000000"))
        .isEqualTo("IP6 fe80::1 > ff02::2: ICMP6, router solicitation, length 8");
    assertThat(summary(ETHERNET + "0800 45000030 0000 00b9 4011 0000 0a00020f 0a000203 1234"))
        .isEqualTo("IP 10.0.2.15 > 10.0.2.3: fragment at 1480");
    assertThat(summary(ETHERNET + "88f8 0001")).isEqualTo("NC-SI, length 2");
  }

  @Test
  void whatIsCutShortDoesNoHarm() {
    String hex =
        ETHERNET.replace(" ", "")
            + "810000640800"
            + "4f000030000000004006"
            + "00000a00020f0a0002031234";
    for (int length = 0; length <= hex.length(); length += 2) {
      assertThat(summary(hex.substring(0, length))).isNotEmpty();
    }
  }

  @Test
  void aDropAllocatesNothing() {
    Packet packet = pool.acquire(1500);
    packet.append(1500);
    packet.device = net0;
    packet.l2 = packet.head;
    Bytes.put16(packet.data, packet.head + 12, 0x88b5);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20_000; i++) {
      ring.dropped(packet, DropReason.INVALID_PROTO);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 20_000; i++) {
      ring.dropped(packet, DropReason.INVALID_PROTO);
    }
    // the first call of the bean itself allocates a little
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
  }
}
