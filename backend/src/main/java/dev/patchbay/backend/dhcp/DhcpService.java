package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.udp.UdpEngine;
import dev.patchbay.stack.udp.UdpHandler;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** A {@link DhcpServer} on port 67 of a device. Only on the loop. */
public final class DhcpService implements UdpHandler {
  private static final int PORT = 67;
  private static final long SECOND = 1_000_000_000L;
  private static final long MAX_SLEEP = 3600 * SECOND;

  private final EventLoop loop;
  private final UdpEngine udp;
  private final NetDevice device;
  private final DhcpServer server;
  private final Timer timer;
  private @Nullable UdpSocket socket;

  /**
   * @param device the device served
   * @param server its logic
   */
  public DhcpService(EventLoop loop, UdpEngine udp, NetDevice device, DhcpServer server) {
    this.loop = loop;
    this.udp = udp;
    this.device = device;
    this.server = server;
    timer = loop.timer(this::expire);
  }

  /**
   * Begins to serve.
   *
   * @return false where the port is taken
   */
  public boolean open() {
    UdpSocket s = udp.open(this);
    s.options().broadcast = true;
    if (!s.bind(0, Addresses.V4_PREFIX, PORT, device)) {
      s.close();
      return false;
    }
    socket = s;
    expire();
    return true;
  }

  /** Ends; leases stay. */
  public void close() {
    timer.cancel();
    UdpSocket s = socket;
    socket = null;
    if (s != null) {
      s.close();
    }
  }

  @Override
  public void onDatagram(UdpSocket from, Packet packet) {
    int at = packet.l4 + Udp.LENGTH;
    NetDevice port = packet.physicalDevice;
    DhcpAnswer answer =
        server.handle(
            packet.data,
            at,
            packet.tail - at,
            port != null ? port.name() : device.name(),
            (int) packet.sourceLo());
    if (answer != null) {
      send(from, answer);
      if (!timer.isArmed() || timer.deadline() > loop.now() + SECOND) {
        sleep(SECOND);
      }
    }
  }

  private void send(UdpSocket s, DhcpAnswer a) {
    long source = Addresses.v4(server.settings().server());
    long target = Addresses.v4(a.ip());
    byte[] b = a.data();
    if (a.way() == DhcpAnswer.Way.MAC) {
      s.sendToMac(b, 0, b.length, source, target, a.port(), a.mac(), device);
    } else {
      s.send(b, 0, b.length, 0, source, 0, target, a.port(), device);
    }
  }

  private void expire() {
    long next = server.expire();
    if (next != Long.MAX_VALUE) {
      sleep(next - loop.wallTime());
    }
  }

  /** Wakes up at the next end of a lease; the clock on the wall may jump, so never far ahead. */
  private void sleep(long nanos) {
    timer.arm(loop.now() + Math.clamp(nanos, SECOND, MAX_SLEEP));
  }
}
