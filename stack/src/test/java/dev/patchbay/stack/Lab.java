package dev.patchbay.stack;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The appliance's namespace on virtual time with two guests' cables and an uplink whose far side is
 * the test.
 */
public final class Lab {
  public static final long APPLIANCE = 0x52550a000202L;
  public static final long GUEST_A = 0x525400000001L;
  public static final long GUEST_B = 0x525400000002L;

  public final VirtualLoop loop = new VirtualLoop();
  public final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  public final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  public final Bridge bridge = new Bridge(stack.nextIndex(), "br0", APPLIANCE, loop, 1);
  public final UplinkDevice uplink = new UplinkDevice(stack.nextIndex(), "host0");
  public final PortDevice portA = new PortDevice(stack.nextIndex(), "net0", GUEST_A ^ 0xff, 1500);
  public final PortDevice portB = new PortDevice(stack.nextIndex(), "net1", GUEST_B ^ 0xff, 1500);
  public final Deque<byte[]> toA = new ArrayDeque<>();
  public final Deque<byte[]> toB = new ArrayDeque<>();

  /** IP packets that left by host0. */
  public final Deque<byte[]> toWorld = new ArrayDeque<>();

  public Lab() {
    stack.add(bridge);
    stack.add(uplink);
    stack.add(portA);
    stack.add(portB);
    bridge.addPort(portA);
    bridge.addPort(portB);
    stack.addAddress(bridge, address("10.0.2.2", 24, Scope.GLOBAL));
    stack.addAddress(bridge, address("fec0::2", 64, Scope.SITE));
    for (var device : stack.devices()) {
      stack.setUp(device, true);
    }
    Route world = Route.of(Route.Type.UNICAST, uplink, Scope.LINK).withProtocol("boot");
    stack.routes4().add(RouteEntry.MAIN, IpAddress.ANY4, 0, world);
    stack.routes6().add(RouteEntry.MAIN, IpAddress.ANY6, 0, world);
    portA.plug(packet -> deliver(packet, toA));
    portB.plug(packet -> deliver(packet, toB));
    uplink.far(packet -> {
      toWorld.add(Arrays.copyOfRange(packet.data, packet.head, packet.tail));
      packet.release();
    });
    // the bridge reports its groups, and once more within a second
    loop.runForMillis(2000);
    toA.clear();
    toB.clear();
  }

  private static InterfaceAddress address(String text, int prefix, Scope scope) {
    IpAddress ip = IpAddress.parse(text);
    IpAddress broadcast = ip.isV4() ? new IpAddress(0, ip.lo() | 0xffffffffL >>> prefix) : null;
    return new InterfaceAddress(ip, prefix, broadcast, scope, false, true, "br0");
  }

  private static void deliver(Packet packet, Deque<byte[]> to) {
    Segmenter.write(
        packet,
        new Segmenter.FrameSink() {
          private byte[] frame = {};

          @Override
          public int reserve(int length) {
            frame = new byte[length];
            to.add(frame);
            return 0;
          }

          @Override
          public byte[] buffer() {
            return frame;
          }
        });
    packet.release();
  }

  /** A frame comes from guest A. */
  public void fromA(byte[] frame) {
    receive(portA, frame);
  }

  /** A frame comes from guest B. */
  public void fromB(byte[] frame) {
    receive(portB, frame);
  }

  private void receive(PortDevice port, byte[] frame) {
    Packet packet = pool.acquire(frame.length);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    port.receive(packet);
    loop.turn();
  }

  /** A packet comes from the world by host0. */
  public void fromWorld(byte[] ip) {
    Packet packet = pool.acquire(ip.length);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    System.arraycopy(ip, 0, packet.data, packet.append(ip.length), ip.length);
    uplink.receive(packet);
    loop.turn();
  }

  /** Guest A asks who has the address, so that each side knows the other. */
  public void introduceA() {
    fromA(arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.2.2")));
    toA.clear();
    toB.clear();
  }

  public static int v4(String text) {
    return (int) IpAddress.parse(text).lo();
  }

  public static byte[] ethernet(long to, long from, int type, byte[] body) {
    byte[] frame = new byte[14 + body.length];
    Bytes.put48(frame, 0, to);
    Bytes.put48(frame, 6, from);
    Bytes.put16(frame, 12, type);
    System.arraycopy(body, 0, frame, 14, body.length);
    return frame;
  }

  public static byte[] arp(int operation, long mac, int ip, long targetMac, int targetIp) {
    byte[] body = new byte[28];
    Bytes.put32(body, 0, 0x00010800);
    Bytes.put16(body, 4, 0x0604);
    Bytes.put16(body, 6, operation);
    Bytes.put48(body, 8, mac);
    Bytes.put32(body, 14, ip);
    Bytes.put48(body, 18, targetMac);
    Bytes.put32(body, 24, targetIp);
    return ethernet(operation == 1 ? Addresses.MAC_BROADCAST : APPLIANCE, mac, EtherType.ARP, body);
  }

  public static byte[] ipv4(String from, String to, int protocol, int ttl, byte[] body) {
    return ipv4(from, to, protocol, ttl, 0, 7, body);
  }

  public static byte[] ipv4(
      String from, String to, int protocol, int ttl, int flags, int id, byte[] body) {
    byte[] ip = new byte[20 + body.length];
    Bytes.put16(ip, 0, 0x4500);
    Bytes.put16(ip, 2, ip.length);
    Bytes.put16(ip, 4, id);
    Bytes.put16(ip, 6, flags);
    Bytes.put8(ip, 8, ttl);
    Bytes.put8(ip, 9, protocol);
    Bytes.put32(ip, 12, v4(from));
    Bytes.put32(ip, 16, v4(to));
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 20)));
    System.arraycopy(body, 0, ip, 20, body.length);
    return ip;
  }

  public static byte[] ipv6(String from, String to, int next, int hops, byte[] body) {
    byte[] ip = new byte[40 + body.length];
    IpAddress a = IpAddress.parse(from);
    IpAddress b = IpAddress.parse(to);
    Bytes.put32(ip, 0, 6 << 28);
    Bytes.put16(ip, 4, body.length);
    Bytes.put8(ip, 6, next);
    Bytes.put8(ip, 7, hops);
    Bytes.put64(ip, 8, a.hi());
    Bytes.put64(ip, 16, a.lo());
    Bytes.put64(ip, 24, b.hi());
    Bytes.put64(ip, 32, b.lo());
    System.arraycopy(body, 0, ip, 40, body.length);
    if (next == 58) {
      long sum =
          InternetChecksum.sum(body, 0, body.length)
              + InternetChecksum.pseudo6(a.hi(), a.lo(), b.hi(), b.lo(), 58, body.length);
      Bytes.put16(ip, 42, InternetChecksum.finish(sum));
    }
    return ip;
  }

  /** An ICMP message with its checksum (IPv4). */
  public static byte[] icmp(int type, int code, int rest, byte[] data) {
    byte[] body = new byte[8 + data.length];
    Bytes.put8(body, 0, type);
    Bytes.put8(body, 1, code);
    Bytes.put32(body, 4, rest);
    System.arraycopy(data, 0, body, 8, data.length);
    Bytes.put16(body, 2, InternetChecksum.finish(InternetChecksum.sum(body, 0, body.length)));
    return body;
  }

  /** A UDP datagram without checksum. */
  public static byte[] udp(int from, int to, byte[] data) {
    byte[] body = new byte[8 + data.length];
    Bytes.put16(body, 0, from);
    Bytes.put16(body, 2, to);
    Bytes.put16(body, 4, body.length);
    System.arraycopy(data, 0, body, 8, data.length);
    return body;
  }

  /** The next frame to guest A; fails where there is none. */
  public byte[] nextToA() {
    return next(toA);
  }

  static byte[] next(Deque<byte[]> queue) {
    byte @Nullable [] frame = queue.poll();
    if (frame == null) {
      throw new AssertionError("no frame came");
    }
    return frame;
  }

  /** Fails where a packet leaked. */
  public void close() {
    stack.reassembler().close();
    loop.runForMillis(200_000);
    pool.checkNoLeaks();
  }
}
