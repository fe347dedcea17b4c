package dev.patchbay.backend.dns;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.udp.UdpEngine;
import dev.patchbay.stack.udp.UdpHandler;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Udp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A forwarder on UDP port 53 of one address. Only on the loop. */
public final class DnsUdpService implements UdpHandler {
  private static final int PORT = 53;

  private final UdpEngine udp;
  private final DnsForwarder forwarder;
  private final IpAddress address;
  private @Nullable UdpSocket socket;

  /**
   * @param address its own: 10.0.2.3 or fec0::3
   */
  public DnsUdpService(UdpEngine udp, DnsForwarder forwarder, IpAddress address) {
    this.udp = udp;
    this.forwarder = forwarder;
    this.address = address;
  }

  /**
   * Begins to serve.
   *
   * @return false where the port is taken
   */
  public boolean open() {
    UdpSocket s = udp.open(this);
    if (!s.bind(address.hi(), address.lo(), PORT, null)) {
      s.close();
      return false;
    }
    socket = s;
    return true;
  }

  /** Ends; answers under way are thrown away. */
  public void close() {
    UdpSocket s = socket;
    socket = null;
    if (s != null) {
      s.close();
    }
  }

  @Override
  public void onDatagram(UdpSocket from, Packet packet) {
    byte[] message = Arrays.copyOfRange(packet.data, packet.l4 + Udp.LENGTH, packet.tail);
    forwarder.query(message, new Guest(packet));
  }

  private final class Guest implements DnsClient {
    private final long hi;
    private final long lo;
    private final int port;
    private final @Nullable NetDevice device;
    private final String name;

    Guest(Packet packet) {
      hi = packet.sourceHi();
      lo = packet.sourceLo();
      port = packet.udp().sourcePort();
      NetDevice physical = packet.physicalDevice;
      name = physical != null ? physical.name() : Addresses.toString(hi, lo);
      // only a link-local address means nothing without its link
      device = Addresses.isLinkLocal(hi, lo) ? packet.device : null;
    }

    @Override
    public String guest() {
      return name;
    }

    @Override
    public boolean isTcp() {
      return false;
    }

    @Override
    public void answer(byte[] b) {
      UdpSocket s = socket;
      if (s != null) {
        s.send(b, 0, b.length, address.hi(), address.lo(), hi, lo, port, device);
      }
    }
  }
}
