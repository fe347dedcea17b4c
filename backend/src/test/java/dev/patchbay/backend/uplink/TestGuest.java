package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.SegmentOutput;
import dev.patchbay.stack.tcp.TcpConfig;
import dev.patchbay.stack.tcp.TcpEngine;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A guest on a wire to an uplink, on a loop of its own: TCP of the stack, datagrams by hand. The
 * kernel is the world.
 */
final class TestGuest implements Inside, SegmentOutput, GuestResolver {
  static final long ADDRESS = Addresses.v4(0x0a00020f);
  static final long GATEWAY = Addresses.v4(0x0a000202);

  final NettyLoop loop = new NettyLoop("uplink-test");
  final PacketPool pool = new PacketPool(64 << 20, false);
  final UplinkOptions options;
  final TcpEngine tcp;
  final Outside outside;

  /** IP packets that were not TCP, from their IP header. */
  final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

  /** Where forwards find the guest. */
  volatile IpAddress target = new IpAddress(0, ADDRESS);

  /** Where the uplink did not want a packet to an address of ours. */
  int unserved;

  TestGuest(UplinkOptions options) throws Exception {
    this.options = options;
    RandomSource random = new RandomSource(7);
    tcp = new TcpEngine(loop, pool, random.derive("guest"), this, new TcpConfig());
    outside = on(() -> new Outside(HostIo.of(loop), this, pool, random, options, this));
  }

  <T extends @Nullable Object> T on(Callable<T> action) throws Exception {
    return loop.submit(action).get(20, TimeUnit.SECONDS);
  }

  // ---- the guest's wire

  @Override
  public void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
    p.protocol = IpProtocol.TCP;
    toUplink(p, srcLo, dstLo);
  }

  @Override
  public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
    return 1500;
  }

  private void toUplink(Packet p, long srcLo, long dstLo) {
    p.l3 = p.push(20);
    p.ipv4()
        .versionAndLength(0x45)
        .totalLength(p.length())
        .id(1)
        .flagsAndOffset(0)
        .tos(0)
        .ttl(63)
        .protocol(p.protocol)
        .source(srcLo)
        .destination(dstLo)
        .fillChecksum();
    if (dstLo != GATEWAY) {
      outside.receive(p);
    } else if (!outside.receiveLocal(p)) {
      unserved++;
      p.release();
    }
  }

  /** Sends a UDP datagram without checksum. */
  void udp(int sourcePort, long dstLo, int destinationPort, byte[] data) throws Exception {
    on(() -> {
      datagram(sourcePort, dstLo, destinationPort, data);
      return null;
    });
  }

  /** As {@link #udp}, on the loop: several in one turn. */
  void datagram(int sourcePort, long dstLo, int destinationPort, byte[] data) {
    Packet p = pool.acquire(Udp.LENGTH + data.length);
    p.append(Udp.LENGTH + data.length);
    p.udp()
        .sourcePort(sourcePort)
        .destinationPort(destinationPort)
        .length(Udp.LENGTH + data.length)
        .checksum(0);
    System.arraycopy(data, 0, p.data, p.l4 + Udp.LENGTH, data.length);
    p.protocol = IpProtocol.UDP;
    toUplink(p, ADDRESS, dstLo);
  }

  /** Sends an echo request. */
  void ping(long dstLo, int id, int sequence, byte[] data) throws Exception {
    on(() -> {
      Packet p = pool.acquire(Icmp.LENGTH + data.length);
      p.append(Icmp.LENGTH + data.length);
      p.icmp().type(8).code(0).checksum(0).id(id).sequence(sequence);
      System.arraycopy(data, 0, p.data, p.l4 + Icmp.LENGTH, data.length);
      p.protocol = IpProtocol.ICMP;
      Emitter.finishIcmp(p, 0, ADDRESS, 0, dstLo);
      toUplink(p, ADDRESS, dstLo);
      return null;
    });
  }

  byte @Nullable [] await() throws Exception {
    return received.poll(5, TimeUnit.SECONDS);
  }

  // ---- Inside

  private void deliver(Packet p) {
    p.l4 = p.l3 + 20;
    if (p.ipv4().protocol() == IpProtocol.TCP) {
      if (!tcp.receive(p)) {
        tcp.reject(p);
      }
      return;
    }
    byte[] copy = new byte[p.length()];
    System.arraycopy(p.data, p.head, copy, 0, copy.length);
    received.add(copy);
    p.release();
  }

  @Override
  public boolean isLocal(long hi, long lo) {
    return lo == GATEWAY && hi == 0;
  }

  @Override
  public boolean isOnLink(long hi, long lo) {
    return hi == 0 && lo >>> 8 == GATEWAY >>> 8;
  }

  @Override
  public boolean isUplink(NetDevice device) {
    return false;
  }

  @Override
  public void output(Packet packet) {
    deliver(packet);
  }

  @Override
  public void enter(Packet packet) {
    deliver(packet);
  }

  @Override
  public int mtu(long hi, long lo) {
    return 1500;
  }

  @Override
  public IpAddress gateway(IpAddress guest) {
    return new IpAddress(0, GATEWAY);
  }

  @Override
  public IpAddress resolve(Forward.Guest guest) {
    return target;
  }

  void close() throws Exception {
    on(() -> {
      outside.close();
      return null;
    });
    loop.close();
  }
}
