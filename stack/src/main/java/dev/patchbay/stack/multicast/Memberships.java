package dev.patchbay.stack.multicast;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one socket with their source filters (Linux: {@code ip_mc_join_group}, {@code
 * ip_mc_source}, {@code ip_mc_msfilter}, {@code ip_mc_sf_allow} and their kin of IPv6). Results are
 * 0 or one of {@link Errno}, negated.
 */
public final class Memberships {
  /** {@code igmp_max_memberships}; the memory limit of options allows about as many of IPv6. */
  public static final int MAX_MEMBERSHIPS4 = 20;

  /** {@code optmem_max} divided by what Linux takes for one. */
  public static final int MAX_MEMBERSHIPS6 = 300;

  /** {@code igmp_max_msf}. */
  public static final int MAX_SOURCES4 = 10;

  /** {@code mld_max_msf}. */
  public static final int MAX_SOURCES6 = 64;

  private static final class Membership {
    final NetDevice device;
    final long hi;
    final long lo;
    SourceFilter filter;

    Membership(NetDevice device, long hi, long lo, SourceFilter filter) {
      this.device = device;
      this.hi = hi;
      this.lo = lo;
      this.filter = filter;
    }
  }

  private final MulticastEngine engine;
  private final List<Membership> all = new ArrayList<>(0);

  /** Of a socket that has joined nothing. */
  public Memberships(MulticastEngine engine) {
    this.engine = engine;
  }

  private @Nullable Membership find(long hi, long lo, @Nullable NetDevice device) {
    for (int i = 0; i < all.size(); i++) {
      Membership m = all.get(i);
      if (m.lo == lo && m.hi == hi && (device == null || device.equals(m.device))) {
        return m;
      }
    }
    return null;
  }

  private static int maxSources(long hi, long lo) {
    return Addresses.isV4(hi, lo) ? MAX_SOURCES4 : MAX_SOURCES6;
  }

  private void set(Membership m, SourceFilter filter) {
    SourceFilter before = m.filter;
    m.filter = filter;
    engine.change(m.device, m.hi, m.lo, before, filter);
  }

  /** Number of memberships. */
  public int count() {
    return all.size();
  }

  /**
   * Joins a group, from all sources ({@code IP_ADD_MEMBERSHIP}).
   *
   * @param device null where no device was found: ENODEV
   * @return also EINVAL (no group), EADDRINUSE (joined already), ENOBUFS (too many)
   */
  public int join(long hi, long lo, @Nullable NetDevice device) {
    return join(hi, lo, device, SourceFilter.ALL);
  }

  private int join(long hi, long lo, @Nullable NetDevice device, SourceFilter filter) {
    if (!Addresses.isMulticast(hi, lo)) {
      return -Errno.EINVAL;
    }
    if (device == null) {
      return -Errno.ENODEV;
    }
    if (find(hi, lo, device) != null) {
      return -Errno.EADDRINUSE;
    }
    boolean v4 = Addresses.isV4(hi, lo);
    int family = 0;
    for (Membership m : all) {
      family += Addresses.isV4(m.hi, m.lo) == v4 ? 1 : 0;
    }
    if (family >= (v4 ? MAX_MEMBERSHIPS4 : MAX_MEMBERSHIPS6)) {
      return -Errno.ENOBUFS;
    }
    all.add(new Membership(device, hi, lo, filter));
    engine.change(device, hi, lo, null, filter);
    return 0;
  }

  /**
   * Leaves a group ({@code IP_DROP_MEMBERSHIP}).
   *
   * @param device null for the first one on which it is joined
   * @return also EADDRNOTAVAIL (not joined)
   */
  public int leave(long hi, long lo, @Nullable NetDevice device) {
    Membership m = find(hi, lo, device);
    if (m == null) {
      return -Errno.EADDRNOTAVAIL;
    }
    all.remove(m);
    engine.change(m.device, m.hi, m.lo, m.filter, null);
    return 0;
  }

  /** Joins a group from one source, or one more ({@code IP_ADD_SOURCE_MEMBERSHIP}). */
  public int joinSource(long hi, long lo, @Nullable NetDevice device, long srcHi, long srcLo) {
    int joined = join(hi, lo, device, SourceFilter.NOBODY);
    return joined != 0 && joined != -Errno.EADDRINUSE
        ? joined
        : source(hi, lo, device, srcHi, srcLo, true, true);
  }

  /** Leaves one source; the last one leaves the group ({@code IP_DROP_SOURCE_MEMBERSHIP}). */
  public int leaveSource(long hi, long lo, @Nullable NetDevice device, long srcHi, long srcLo) {
    return source(hi, lo, device, srcHi, srcLo, true, false);
  }

  /** Takes no more of one source ({@code IP_BLOCK_SOURCE}). */
  public int block(long hi, long lo, @Nullable NetDevice device, long srcHi, long srcLo) {
    return source(hi, lo, device, srcHi, srcLo, false, true);
  }

  /** Takes a source again ({@code IP_UNBLOCK_SOURCE}). */
  public int unblock(long hi, long lo, @Nullable NetDevice device, long srcHi, long srcLo) {
    return source(hi, lo, device, srcHi, srcLo, false, false);
  }

  /** {@code ip_mc_source}. */
  private int source(
      long hi,
      long lo,
      @Nullable NetDevice device,
      long srcHi,
      long srcLo,
      boolean include,
      boolean add) {
    if (!Addresses.isMulticast(hi, lo)) {
      return -Errno.EINVAL;
    }
    if (device == null) {
      return -Errno.ENODEV;
    }
    Membership m = find(hi, lo, device);
    if (m == null || m.filter.isInclude() != include && m.filter.count() > 0) {
      return -Errno.EINVAL;
    }
    SourceFilter filter = m.filter.inMode(include);
    if (filter.lists(srcHi, srcLo) == add) {
      set(m, filter); // an empty filter changes its mode all the same
      return -Errno.EADDRNOTAVAIL;
    }
    if (add && filter.count() >= maxSources(hi, lo)) {
      return -Errno.ENOBUFS;
    }
    if (!add && include && filter.count() == 1) {
      return leave(hi, lo, device);
    }
    set(m, add ? filter.plus(srcHi, srcLo) : filter.minus(srcHi, srcLo));
    return 0;
  }

  /**
   * Replaces the filter of a group that is joined ({@code IP_MSFILTER}, {@code MCAST_MSFILTER});
   * INCLUDE of nothing leaves it.
   */
  public int setFilter(long hi, long lo, @Nullable NetDevice device, SourceFilter filter) {
    if (!Addresses.isMulticast(hi, lo)) {
      return -Errno.EINVAL;
    }
    if (filter.count() > maxSources(hi, lo)) {
      return -Errno.ENOBUFS;
    }
    if (device == null) {
      return -Errno.ENODEV;
    }
    if (filter.isNobody()) {
      return leave(hi, lo, device);
    }
    Membership m = find(hi, lo, device);
    if (m == null) {
      return -Errno.EINVAL;
    }
    set(m, filter);
    return 0;
  }

  /** The filter of a group, null where it is not joined there. */
  public @Nullable SourceFilter filter(long hi, long lo, @Nullable NetDevice device) {
    Membership m = find(hi, lo, device);
    return m == null ? null : m.filter;
  }

  /**
   * Whether the socket takes a datagram to a group ({@code ip_mc_sf_allow}, {@code
   * inet6_mc_check}).
   *
   * @param device by which it came
   * @param others take what others have joined ({@code IP_MULTICAST_ALL})
   */
  public boolean allows(
      long hi, long lo, long srcHi, long srcLo, @Nullable NetDevice device, boolean others) {
    // IPv6 does not ask on which device it was joined
    Membership m = find(hi, lo, Addresses.isV4(hi, lo) ? device : null);
    return m == null ? others : m.filter.allows(srcHi, srcLo);
  }

  /** Leaves all. */
  public void close() {
    for (Membership m : List.copyOf(all)) {
      leave(m.hi, m.lo, m.device);
    }
  }
}
