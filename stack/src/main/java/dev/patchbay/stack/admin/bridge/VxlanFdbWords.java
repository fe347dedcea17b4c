package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.vxlan.VxlanDevice;
import dev.patchbay.stack.vxlan.VxlanFdb;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code bridge fdb} of a VXLAN device: who is behind which host ({@code vxlan_fdb_add}, {@code
 * _delete}, {@code _dump}).
 */
final class VxlanFdbWords {
  private static final long SECOND = 1_000_000_000L;

  @Nullable String destination;
  @Nullable String port;
  @Nullable String vni;

  /** The word that only a VXLAN device has, or null. */
  @Nullable String word() {
    return destination != null ? "dst" : port != null ? "port" : vni != null ? "vni" : null;
  }

  private VxlanFdb.@Nullable Remote remote(VxlanDevice device) throws RefusedException {
    long toPort = port == null ? device.port() : number(port, 0xffff, "invalid port\n");
    long toVni = vni == null ? device.vni() : number(vni, 0xff_ffff, "invalid VNI\n");
    if (destination == null) {
      return null;
    }
    IpAddress to = IpAddress.parseOrNull(destination);
    if (to == null) {
      throw new RefusedException(
          RefusedException.FAILED,
          "Error: any valid address is expected rather than \"" + destination + "\".");
    }
    if (to.isV4() != device.isV4()) {
      throw BridgeArgs.answered(Errno.EAFNOSUPPORT, null);
    }
    if (Addresses.isMulticast(to.hi(), to.lo())
        || !to.isV4() && Addresses.isLinkLocal(to.hi(), to.lo())) {
      throw RefusedException.unsupported("bridge fdb dst " + destination);
    }
    return new VxlanFdb.Remote(to.hi(), to.lo(), (int) toPort, (int) toVni);
  }

  private static long number(String word, long max, String what) throws RefusedException {
    long value = Numbers.unsigned(word, max);
    if (value < 0) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Error: argument \"" + word + "\" is wrong: " + what);
    }
    return value;
  }

  void add(VxlanDevice device, long mac, Fdb.State state, VxlanDevice.Mode mode)
      throws RefusedException {
    VxlanFdb.Remote to = remote(device);
    if (to == null) {
      throw BridgeArgs.answered(Errno.EINVAL, null);
    }
    VxlanFdb.State kept =
        switch (state) {
          case PERMANENT -> VxlanFdb.State.PERMANENT;
          case STATIC -> VxlanFdb.State.STATIC;
          case DYNAMIC -> VxlanFdb.State.DYNAMIC;
        };
    try {
      device.add(mac, kept, to, mode);
    } catch (LinkRefusedException e) {
      throw BridgeArgs.answered(e.errno(), e.sentence());
    }
  }

  void delete(VxlanDevice device, long mac) throws RefusedException {
    try {
      device.delete(mac, remote(device));
    } catch (LinkRefusedException e) {
      throw BridgeArgs.answered(e.errno(), e.sentence());
    }
  }

  /**
   * A line of the listing: one host of an entry.
   *
   * @param port 0 for the device's own
   * @param vni -1 for the device's own
   * @param used seconds since it was used
   * @param updated seconds since it was changed
   * @param state bits of {@code ndm_state}
   */
  record Far(long mac, String host, int port, int vni, long used, long updated, int state) {
    void json(Map<String, Object> map) {
      map.put("dst", host);
      if (port != 0) {
        map.put("port", port);
      }
      if (vni >= 0) {
        map.put("vni", vni);
      }
    }

    void text(StringBuilder out) {
      out.append("dst ").append(host).append(' ');
      if (port != 0) {
        out.append("port ").append(port).append(' ');
      }
      if (vni >= 0) {
        out.append("vni ").append(vni).append(' ');
      }
    }
  }

  /** All lines of a device. */
  static List<Far> of(VxlanDevice device, long now) {
    List<Far> lines = new ArrayList<>();
    for (VxlanFdb.Entry entry : device.entries()) {
      int state =
          switch (entry.state()) {
            case PERMANENT -> FdbObject.PERMANENT;
            case STATIC -> FdbObject.NO_ARP;
            case DYNAMIC -> FdbObject.REACHABLE;
          };
      for (VxlanFdb.Remote host : entry.remotes()) {
        lines.add(
            new Far(
                entry.mac(),
                Addresses.toString(host.hi(), host.lo()),
                host.port() == device.port() ? 0 : host.port(),
                host.vni() == device.vni() ? -1 : host.vni(),
                (now - entry.used()) / SECOND,
                (now - entry.updated()) / SECOND,
                state));
      }
    }
    return lines;
  }
}
