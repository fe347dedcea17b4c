package dev.patchbay.backend.dhcp6;

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

/** A {@link Dhcp6Server} on port 547 of a device, at ff02::1:2. Only on the loop. */
public final class Dhcp6Service implements UdpHandler {
  private static final int SERVER_PORT = 547;
  private static final int CLIENT_PORT = 546;
  private static final long ALL_SERVERS_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_SERVERS_LO = 0x1_0002;
  private static final long SECOND = 1_000_000_000L;
  private static final long MAX_SLEEP = 3600 * SECOND;

  private final EventLoop loop;
  private final UdpEngine udp;
  private final NetDevice device;
  private final Dhcp6Server server;
  private final Timer timer;
  private @Nullable UdpSocket socket;

  /**
   * @param device the device served
   * @param server its logic
   */
  public Dhcp6Service(EventLoop loop, UdpEngine udp, NetDevice device, Dhcp6Server server) {
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
    s.onlySix = true;
    if (!s.bind(0, 0, SERVER_PORT, device)
        || s.memberships().join(ALL_SERVERS_HI, ALL_SERVERS_LO, device) != 0) {
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
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    boolean multicast = Addresses.isMulticast(packet.destinationHi(), packet.destinationLo());
    byte[] answer =
        server.handle(
            packet.data,
            at,
            packet.tail - at,
            port != null ? port.name() : device.name(),
            multicast);
    if (answer != null) {
      from.send(answer, 0, answer.length, 0, 0, hi, lo, CLIENT_PORT, device);
      if (!timer.isArmed() || timer.deadline() > loop.now() + SECOND) {
        sleep(SECOND);
      }
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
