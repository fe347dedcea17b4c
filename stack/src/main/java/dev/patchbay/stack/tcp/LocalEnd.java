package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * The local end of a socket with what decides about conflicts ({@code inet_rcv_saddr_equal}, {@code
 * inet_bind_conflict}).
 *
 * @param hi address, high half
 * @param lo address, low half; (0, 0) any of both families, (0, {@link Addresses#V4_PREFIX}) any of
 *     IPv4
 * @param port 1 to 65535; 0 where one is to be chosen
 * @param v6Only an address (0, 0) is of IPv6 alone ({@code IPV6_V6ONLY})
 * @param device the only device it is for ({@code SO_BINDTODEVICE}), or null
 * @param reuseAddress {@code SO_REUSEADDR}
 * @param reusePort {@code SO_REUSEPORT}
 */
public record LocalEnd(
    long hi,
    long lo,
    int port,
    boolean v6Only,
    @Nullable NetDevice device,
    boolean reuseAddress,
    boolean reusePort) {
  /** One without options. */
  public static LocalEnd of(long hi, long lo, int port) {
    return new LocalEnd(hi, lo, port, false, null, false, false);
  }

  /** The same with another port. */
  public LocalEnd withPort(int newPort) {
    return new LocalEnd(hi, lo, newPort, v6Only, device, reuseAddress, reusePort);
  }

  /** Whether there is a packet that both would take; ports are not looked at. */
  public boolean overlaps(LocalEnd other) {
    return (device == null || other.device == null || device.equals(other.device))
        && (hi == other.hi && lo == other.lo || covers(other) || other.covers(this));
  }

  private boolean covers(LocalEnd other) {
    if (!Addresses.isAny(hi, lo)) {
      return false;
    }
    boolean otherIsDual = other.hi == 0 && other.lo == 0 && !other.v6Only;
    boolean otherIsV4 = Addresses.isV4(other.hi, other.lo);
    return lo == 0 ? !otherIsV4 || !v6Only : otherIsV4 || otherIsDual;
  }

  /**
   * How well a packet for an address fits ({@code compute_score}): -1 not at all; the address
   * counts most, then the device, then the family.
   *
   * @param by device by which it came, or null
   */
  public int score(long dstHi, long dstLo, @Nullable NetDevice by) {
    if (device != null && !device.equals(by)) {
      return -1;
    }
    int score = device == null ? 0 : 2;
    boolean v4 = Addresses.isV4(dstHi, dstLo);
    if (hi == dstHi && lo == dstLo) {
      return score + 4;
    }
    if (hi != 0) {
      return -1;
    }
    if (lo == 0) {
      return v4 && v6Only ? -1 : score;
    }
    return lo == Addresses.V4_PREFIX && v4 ? score + 1 : -1;
  }
}
