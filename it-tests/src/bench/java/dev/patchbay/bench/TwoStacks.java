package dev.patchbay.bench;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;

/** Two namespaces on one virtual loop, joined by a cable that carries finished frames. */
final class TwoStacks {
  static final IpAddress A = IpAddress.parse("192.0.2.1");
  static final IpAddress B = IpAddress.parse("192.0.2.2");

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool();
  final NetworkStack a = new NetworkStack(loop, pool, new RandomSource(1));
  final NetworkStack b = new NetworkStack(loop, pool, new RandomSource(2));

  /** Frames carried so far. */
  long frames;

  TwoStacks(int mtu) {
    PortDevice portA = port(a, A, 0x525400000001L, mtu);
    PortDevice portB = port(b, B, 0x525400000002L, mtu);
    portA.plug(new Cable(portB)::send);
    portB.plug(new Cable(portA)::send);
    loop.turn();
  }

  private static PortDevice port(NetworkStack stack, IpAddress address, long mac, int mtu) {
    PortDevice port = new PortDevice(stack.nextIndex(), "eth0", mac, mtu);
    stack.add(port);
    IpAddress broadcast = new IpAddress(0, address.lo() | 0xff);
    stack.addAddress(
        port, new InterfaceAddress(address, 24, broadcast, Scope.GLOBAL, false, true, "eth0"));
    stack.setUp(port, true);
    return port;
  }

  /** What one end sends the other receives within the same turn. */
  private final class Cable implements Segmenter.FrameSink {
    private static final int LENGTH = 4;

    private final PortDevice to;
    private final byte[] buffer = new byte[256 << 10];
    private int end;

    Cable(PortDevice to) {
      this.to = to;
    }

    void send(Packet packet) {
      end = 0;
      Segmenter.write(packet, this);
      packet.release();
      for (int at = 0; at < end; at += LENGTH + Bytes.i32(buffer, at)) {
        deliver(at + LENGTH, Bytes.i32(buffer, at));
      }
    }

    private void deliver(int at, int length) {
      Packet copy = pool.acquire(length);
      if (copy == null) {
        throw new IllegalStateException("no memory");
      }
      System.arraycopy(buffer, at, copy.data, copy.append(length), length);
      copy.time = loop.now();
      frames++;
      // in a later part of the turn: a socket is not to hear the answer while it still sends
      loop.execute(() -> to.receive(copy));
    }

    @Override
    public int reserve(int length) {
      Bytes.put32(buffer, end, length);
      int at = end + LENGTH;
      end = at + length;
      return at;
    }

    @Override
    public byte[] buffer() {
      return buffer;
    }
  }
}
