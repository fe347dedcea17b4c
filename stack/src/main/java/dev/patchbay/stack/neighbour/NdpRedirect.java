package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * Redirects of a router to its neighbours (RFC 4861 section 8.2; Linux: {@code
 * ndisc_send_redirect}). Of the loop's thread.
 */
public final class NdpRedirect {
  private static final int TYPE = 137;
  private static final int FIXED = 40;
  private static final int TARGET_LINK_LAYER = 2;
  private static final int REDIRECTED_HEADER = 4;
  private static final int OPTION_HEAD = 8;
  private static final int MINIMUM_MTU = 1280;
  private static final long SECOND = 1_000_000_000L;

  private final NetworkStack stack;

  /** Of a namespace. */
  public NdpRedirect(NetworkStack stack) {
    this.stack = stack;
  }

  /**
   * Tells the sender of a packet that is sent on by the device by which it came of the better way,
   * at most once a second in the long run, by destination and by sender; the packet stays the
   * caller's.
   *
   * @param gateway of the route, null where the destination is on the link
   */
  public void send(Packet about, NetDevice device, @Nullable IpAddress gateway) {
    Ipv6 ip = about.ipv6();
    if (gateway != null && !Addresses.isLinkLocal(gateway.hi(), gateway.lo())
        || !stack.icmp().mayTell(ip.destinationHi(), ip.destinationLo(), SECOND)) {
      return;
    }
    IpAddress to = new IpAddress(ip.destinationHi(), ip.destinationLo());
    IpAddress target = gateway == null ? to : gateway;
    long srcHi = ip.sourceHi();
    long srcLo = ip.sourceLo();
    IpAddress own = stack.linkLocal(device);
    if (own == null) {
      return;
    }
    Route back = stack.routes6().lookup(srcHi, srcLo);
    boolean neighbour = back != null && back.gateway() == null && device.equals(back.device());
    if (neighbour && stack.icmp().mayTell(srcHi, srcLo, SECOND)) {
      Packet packet = message(about, device, target, to);
      if (packet != null) {
        stack.ndp().transmit(packet, device, own.hi(), own.lo(), srcHi, srcLo, 255);
      }
    }
  }

  private @Nullable Packet message(Packet about, NetDevice device, IpAddress target, IpAddress to) {
    Neighbour known = stack.neighbours().find(target.hi(), target.lo(), device);
    boolean told = known != null && known.state().isValid() && known.mac() != 0;
    int linkLayer = told ? OPTION_HEAD : 0;
    int most = MINIMUM_MTU - Ipv6.LENGTH - FIXED - linkLayer;
    int quoted = Math.min(most, about.tail - about.l3 + OPTION_HEAD) & ~7;
    Packet packet = stack.pool().acquire(FIXED + linkLayer + quoted);
    if (packet == null) {
      return null;
    }
    packet.l4 = packet.append(FIXED + linkLayer + quoted);
    packet.icmp().type(TYPE).code(0).rest(0);
    byte[] b = packet.data;
    int at = packet.l4 + 8;
    Bytes.put64(b, at, target.hi());
    Bytes.put64(b, at + 8, target.lo());
    Bytes.put64(b, at + 16, to.hi());
    Bytes.put64(b, at + 24, to.lo());
    at = packet.l4 + FIXED;
    if (told && known != null) {
      Bytes.put8(b, at, TARGET_LINK_LAYER);
      Bytes.put8(b, at + 1, 1);
      Bytes.put48(b, at + 2, known.mac());
      at += OPTION_HEAD;
    }
    Bytes.put64(b, at, 0);
    Bytes.put8(b, at, REDIRECTED_HEADER);
    Bytes.put8(b, at + 1, quoted >> 3);
    System.arraycopy(about.data, about.l3, b, at + OPTION_HEAD, quoted - OPTION_HEAD);
    return packet;
  }
}
