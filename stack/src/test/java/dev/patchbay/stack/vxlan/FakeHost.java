package dev.patchbay.stack.vxlan;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A host whose sockets are the test. */
public final class FakeHost implements HostLinks {
  /** Who listens, by {@code address:port}. */
  final Map<String, VxlanTransport.Receiver> open = new LinkedHashMap<>();

  /** What was sent: {@code to:port ttl tos bytes}. */
  final List<String> sent = new ArrayList<>();

  /** The host's interfaces that were joined. */
  public final Set<String> taps = new LinkedHashSet<>();

  /** A port that somebody else has. */
  int taken;

  @Override
  public void connect(NetworkStack stack, UplinkDevice device) {
    device.far(packet -> packet.release());
  }

  /** Joins what is there: t0, t1 and t2, and t3 of others. */
  @Override
  public void tap(PortDevice port) throws LinkRefusedException {
    String name = String.valueOf(port.tap());
    if (!name.matches("t[0-3]")) {
      throw new LinkRefusedException(Errno.ENODEV, name + ": there is no such interface");
    }
    if (name.equals("t3") || !taps.add(name)) {
      throw new LinkRefusedException(Errno.EBUSY, name + ": busy");
    }
    port.onLeave(() -> taps.remove(name));
  }

  @Override
  public VxlanTransport vxlan(IpAddress local, int port, VxlanTransport.Receiver receiver)
      throws LinkRefusedException {
    if (port == taken) {
      throw new LinkRefusedException(Errno.EADDRINUSE);
    }
    String key = local + ":" + port;
    open.put(key, receiver);
    return new VxlanTransport() {
      @Override
      public void send(
          byte[] data, int offset, int length, long hi, long lo, int to, int ttl, int tos) {
        String bytes = HexFormat.of().formatHex(data, offset, offset + length);
        String host = Addresses.toString(hi, lo);
        sent.add(host + ":" + to + " " + ttl + " " + Integer.toHexString(tos) + " " + bytes);
      }

      @Override
      public void close() {
        open.remove(key);
      }
    };
  }
}
