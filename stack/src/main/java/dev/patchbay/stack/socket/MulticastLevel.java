package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.multicast.Memberships;
import dev.patchbay.stack.multicast.SourceFilter;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The options of groups ({@code do_ip_setsockopt}, {@code do_ipv6_setsockopt}: {@code
 * IP_ADD_MEMBERSHIP} and its kin, {@code MCAST_*}). Whoever reads a filter names its group in the
 * value's room ({@code ip_mc_msfget}, {@code ip_mc_gsfget}, {@code ip6_mc_msfget}).
 */
final class MulticastLevel implements OptionHook {
  private static final int MCAST_EXCLUDE = 0;
  private static final int MCAST_INCLUDE = 1;

  /** {@code struct sockaddr_storage}. */
  private static final int STORAGE = 128;

  private static final int GROUP_REQ = 8 + STORAGE;
  private static final int GROUP_SOURCE_REQ = 8 + 2 * STORAGE;
  private static final int GROUP_FILTER = 16 + STORAGE;
  private static final int MSFILTER = 16;

  private final InetSocket socket;
  private final IpSocketOptions options;
  private final Memberships memberships;

  /** What a structure named: the group and where. */
  private long hi;

  private long lo;
  private @Nullable NetDevice device;

  MulticastLevel(InetSocket socket, IpSocketOptions options, Memberships memberships) {
    this.socket = socket;
    this.options = options;
    this.memberships = memberships;
  }

  @Override
  public int set(int level, int name, byte[] value, int length) {
    if (level == SocketOptions.SOL_IP) {
      return set4(name, value, length);
    }
    boolean six = level == SocketOptions.IPPROTO_IPV6 && socket.isV6();
    return six ? set6(name, value, length) : -Errno.ENOPROTOOPT;
  }

  private int set4(int name, byte[] value, int length) {
    int v = OptionValue.intOrByte(value, length);
    return switch (name) {
      case SocketOptions.IP_MULTICAST_TTL -> {
        if (length < 1 || v < -1 || v > 255) {
          yield -Errno.EINVAL;
        }
        options.multicastTtl = v == -1 ? 1 : v;
        yield 0;
      }
      case SocketOptions.IP_MULTICAST_LOOP -> {
        if (length < 1) {
          yield -Errno.EINVAL;
        }
        options.multicastLoop = v != 0;
        yield 0;
      }
      case SocketOptions.IP_MULTICAST_ALL -> {
        if (length < 1 || v != 0 && v != 1) {
          yield -Errno.EINVAL;
        }
        options.multicastAll = v != 0;
        yield 0;
      }
      case SocketOptions.IP_MULTICAST_IF -> multicastIf4(value, length);
      case SocketOptions.IP_ADD_MEMBERSHIP, SocketOptions.IP_DROP_MEMBERSHIP ->
          membership4(name == SocketOptions.IP_ADD_MEMBERSHIP, value, length);
      case SocketOptions.IP_ADD_SOURCE_MEMBERSHIP,
          SocketOptions.IP_DROP_SOURCE_MEMBERSHIP,
          SocketOptions.IP_BLOCK_SOURCE,
          SocketOptions.IP_UNBLOCK_SOURCE ->
          source4(name, value, length);
      case SocketOptions.IP_MSFILTER -> filter4(value, length);
      default -> group(name, value, length, true);
    };
  }

  private int set6(int name, byte[] value, int length) {
    boolean valid = length >= 4;
    int v = valid ? OptionValue.int32(value, 0) : 0;
    return switch (name) {
      case SocketOptions.IPV6_MULTICAST_HOPS -> {
        if (!valid || v < -1 || v > 255) {
          yield -Errno.EINVAL;
        }
        options.multicastHops = v == -1 ? 1 : v;
        yield 0;
      }
      case SocketOptions.IPV6_MULTICAST_LOOP -> {
        if (!valid || v != 0 && v != 1) {
          yield -Errno.EINVAL;
        }
        options.multicastLoop6 = v != 0;
        yield 0;
      }
      case SocketOptions.IPV6_MULTICAST_ALL -> {
        if (!valid) {
          yield -Errno.EINVAL;
        }
        options.multicastAll6 = v != 0;
        yield 0;
      }
      case SocketOptions.IPV6_MULTICAST_IF -> valid ? multicastIf6(v) : -Errno.EINVAL;
      case SocketOptions.IPV6_JOIN_GROUP, SocketOptions.IPV6_LEAVE_GROUP ->
          membership6(name == SocketOptions.IPV6_JOIN_GROUP, value, length);
      default -> group(name, value, length, false);
    };
  }

  private int multicastIf4(byte[] value, int length) {
    if (length < 4) {
      return -Errno.EINVAL;
    }
    // struct ip_mreqn, struct ip_mreq, or an address alone
    int index = length >= 12 ? OptionValue.int32(value, 8) : 0;
    long address = Addresses.v4(Bytes.i32(value, length >= 8 ? 4 : 0));
    NetDevice wanted = null;
    if (index != 0 || !Addresses.isAny(0, address)) {
      wanted = index != 0 ? SocketLevel.device(socket, index) : socket.stack().deviceOf(0, address);
      if (wanted == null) {
        return -Errno.EADDRNOTAVAIL;
      }
      if (isBoundElsewhere(wanted)) {
        return -Errno.EINVAL;
      }
    }
    options.multicastDevice = wanted;
    options.multicastSource = address;
    return 0;
  }

  private boolean isBoundElsewhere(NetDevice wanted) {
    NetDevice bound = socket.boundDevice();
    return bound != null && !bound.equals(wanted);
  }

  private int multicastIf6(int index) {
    NetDevice wanted = index == 0 ? null : SocketLevel.device(socket, index);
    if (index != 0 && wanted == null) {
      return -Errno.ENODEV;
    }
    if (wanted != null && isBoundElsewhere(wanted)) {
      return -Errno.EINVAL;
    }
    options.multicastDevice6 = wanted;
    return 0;
  }

  /** {@code ip_mc_find_dev}: by index, by address, else as the routes say. */
  private void find(int index, long address) {
    if (index != 0) {
      device = SocketLevel.device(socket, index);
    } else if (!Addresses.isAny(0, address)) {
      device = socket.stack().deviceOf(0, address);
    } else {
      boolean v4 = Addresses.isV4(hi, lo);
      Route route =
          v4 ? socket.stack().routes4().lookup(hi, lo) : socket.stack().routes6().lookup(hi, lo);
      device = route == null ? null : route.device();
    }
  }

  private void group4(byte[] value) {
    hi = 0;
    lo = Addresses.v4(Bytes.i32(value, 0));
  }

  private int membership4(boolean join, byte[] value, int length) {
    if (length < 8) {
      return -Errno.EINVAL;
    }
    group4(value);
    find(length >= 12 ? OptionValue.int32(value, 8) : 0, Addresses.v4(Bytes.i32(value, 4)));
    return membership(join);
  }

  private int membership(boolean join) {
    if (join) {
      return memberships.join(hi, lo, device);
    }
    return device == null ? -Errno.ENODEV : memberships.leave(hi, lo, device);
  }

  private int membership6(boolean join, byte[] value, int length) {
    if (length < 20) {
      return -Errno.EINVAL;
    }
    hi = Bytes.i64(value, 0);
    lo = Bytes.i64(value, 8);
    int index = OptionValue.int32(value, 16);
    if (Addresses.isV4(hi, lo)) {
      return -Errno.EINVAL;
    }
    find(index, Addresses.V4_PREFIX);
    return membership(join);
  }

  private int source4(int name, byte[] value, int length) {
    if (length != 12) {
      return -Errno.EINVAL;
    }
    group4(value);
    find(0, Addresses.v4(Bytes.i32(value, 4)));
    long source = Addresses.v4(Bytes.i32(value, 8));
    return switch (name) {
      case SocketOptions.IP_ADD_SOURCE_MEMBERSHIP ->
          memberships.joinSource(hi, lo, device, 0, source);
      case SocketOptions.IP_DROP_SOURCE_MEMBERSHIP ->
          memberships.leaveSource(hi, lo, device, 0, source);
      case SocketOptions.IP_BLOCK_SOURCE -> memberships.block(hi, lo, device, 0, source);
      default -> memberships.unblock(hi, lo, device, 0, source);
    };
  }

  private int filter4(byte[] value, int length) {
    int count = length < MSFILTER ? 0 : OptionValue.int32(value, 12);
    if (length < MSFILTER) {
      return -Errno.EINVAL;
    }
    if (count < 0 || count > Memberships.MAX_SOURCES4) {
      return -Errno.ENOBUFS;
    }
    int mode = OptionValue.int32(value, 8);
    if (MSFILTER + 4 * count > length || mode != MCAST_EXCLUDE && mode != MCAST_INCLUDE) {
      return -Errno.EINVAL;
    }
    group4(value);
    find(0, Addresses.v4(Bytes.i32(value, 4)));
    SourceFilter filter = SourceFilter.of(mode == MCAST_INCLUDE);
    for (int i = 0; i < count; i++) {
      filter = filter.plus(0, Addresses.v4(Bytes.i32(value, MSFILTER + 4 * i)));
    }
    return memberships.setFilter(hi, lo, device, filter);
  }

  // ---- the options that both families have

  /** Family of a {@code sockaddr_storage}. */
  private static int family(byte[] value, int at) {
    return value[at] & 0xff | (value[at + 1] & 0xff) << 8;
  }

  private static long hi(byte[] value, int at, boolean v4) {
    return v4 ? 0 : Bytes.i64(value, at + 8);
  }

  private static long lo(byte[] value, int at, boolean v4) {
    return v4 ? Addresses.v4(Bytes.i32(value, at + 4)) : Bytes.i64(value, at + 16);
  }

  private int group(int name, byte[] value, int length, boolean v4) {
    return switch (name) {
      case SocketOptions.MCAST_JOIN_GROUP, SocketOptions.MCAST_LEAVE_GROUP -> {
        int status = length < GROUP_REQ ? -Errno.EINVAL : named(value, v4, -Errno.EINVAL);
        boolean join = name == SocketOptions.MCAST_JOIN_GROUP;
        yield status == 0 ? membership(join) : status;
      }
      case SocketOptions.MCAST_JOIN_SOURCE_GROUP,
          SocketOptions.MCAST_LEAVE_SOURCE_GROUP,
          SocketOptions.MCAST_BLOCK_SOURCE,
          SocketOptions.MCAST_UNBLOCK_SOURCE ->
          groupSource(name, value, length, v4);
      case SocketOptions.MCAST_MSFILTER -> groupFilter(value, length, v4);
      default -> -Errno.ENOPROTOOPT;
    };
  }

  /** Reads interface and group; the error where the group is of the other family. */
  private int named(byte[] value, boolean v4, int foreign) {
    int expected = v4 ? AddressFamily.AF_INET : AddressFamily.AF_INET6;
    if (family(value, 8) != expected) {
      return foreign;
    }
    hi = hi(value, 8, v4);
    lo = lo(value, 8, v4);
    find(OptionValue.int32(value, 0), Addresses.V4_PREFIX);
    return 0;
  }

  private int groupSource(int name, byte[] value, int length, boolean v4) {
    if (length != GROUP_SOURCE_REQ) {
      return -Errno.EINVAL;
    }
    int status = named(value, v4, -Errno.EADDRNOTAVAIL);
    int at = 8 + STORAGE;
    if (status != 0 || family(value, at) != family(value, 8)) {
      return -Errno.EADDRNOTAVAIL;
    }
    long srcHi = hi(value, at, v4);
    long srcLo = lo(value, at, v4);
    return switch (name) {
      case SocketOptions.MCAST_JOIN_SOURCE_GROUP ->
          memberships.joinSource(hi, lo, device, srcHi, srcLo);
      case SocketOptions.MCAST_LEAVE_SOURCE_GROUP ->
          memberships.leaveSource(hi, lo, device, srcHi, srcLo);
      case SocketOptions.MCAST_BLOCK_SOURCE -> memberships.block(hi, lo, device, srcHi, srcLo);
      default -> memberships.unblock(hi, lo, device, srcHi, srcLo);
    };
  }

  private int groupFilter(byte[] value, int length, boolean v4) {
    if (length < GROUP_FILTER) {
      return -Errno.EINVAL;
    }
    int mode = OptionValue.int32(value, 8 + STORAGE);
    int count = OptionValue.int32(value, 12 + STORAGE);
    if (count < 0 || count > (v4 ? Memberships.MAX_SOURCES4 : Memberships.MAX_SOURCES6)) {
      return -Errno.ENOBUFS;
    }
    if (GROUP_FILTER + STORAGE * count > length || mode != MCAST_EXCLUDE && mode != MCAST_INCLUDE) {
      return -Errno.EINVAL;
    }
    int status = named(value, v4, -Errno.EADDRNOTAVAIL);
    SourceFilter filter = SourceFilter.of(mode == MCAST_INCLUDE);
    for (int i = 0; i < count; i++) {
      int at = GROUP_FILTER + STORAGE * i;
      if (family(value, at) != family(value, 8)) {
        return -Errno.EADDRNOTAVAIL;
      }
      filter = filter.plus(hi(value, at, v4), lo(value, at, v4));
    }
    return status == 0 ? memberships.setFilter(hi, lo, device, filter) : status;
  }

  @Override
  public int get(int level, int name, byte[] value, int length) {
    boolean four = level == SocketOptions.SOL_IP;
    if (!four && (level != SocketOptions.IPPROTO_IPV6 || !socket.isV6())) {
      return -Errno.ENOPROTOOPT;
    }
    return four ? get4(name, value, length) : get6(name, value, length);
  }

  private int get4(int name, byte[] value, int length) {
    int v;
    switch (name) {
      case SocketOptions.IP_MULTICAST_TTL -> v = options.multicastTtl;
      case SocketOptions.IP_MULTICAST_LOOP -> v = options.multicastLoop ? 1 : 0;
      case SocketOptions.IP_MULTICAST_ALL -> v = options.multicastAll ? 1 : 0;
      case SocketOptions.IP_MULTICAST_IF -> {
        // an address, in the order of the network
        return OptionValue.put(value, length, Integer.reverseBytes((int) options.multicastSource));
      }
      case SocketOptions.IP_MSFILTER -> {
        return getFilter4(value, length);
      }
      case SocketOptions.MCAST_MSFILTER -> {
        return getGroupFilter(value, length, true);
      }
      default -> {
        return -Errno.ENOPROTOOPT;
      }
    }
    if (length < 4 && length > 0) {
      value[0] = (byte) v;
      return 1;
    }
    return OptionValue.put(value, length, v);
  }

  private int get6(int name, byte[] value, int length) {
    NetDevice by = options.multicastDevice6;
    return switch (name) {
      case SocketOptions.IPV6_MULTICAST_HOPS ->
          OptionValue.put(value, length, options.multicastHops);
      case SocketOptions.IPV6_MULTICAST_LOOP ->
          OptionValue.put(value, length, options.multicastLoop6);
      case SocketOptions.IPV6_MULTICAST_ALL ->
          OptionValue.put(value, length, options.multicastAll6);
      case SocketOptions.IPV6_MULTICAST_IF ->
          OptionValue.put(value, length, by == null ? 0 : by.index());
      case SocketOptions.MCAST_MSFILTER -> getGroupFilter(value, length, false);
      default -> -Errno.ENOPROTOOPT;
    };
  }

  private int getFilter4(byte[] value, int length) {
    if (length < MSFILTER) {
      return -Errno.EINVAL;
    }
    group4(value);
    if (!Addresses.isMulticast(hi, lo)) {
      return -Errno.EINVAL;
    }
    find(0, Addresses.v4(Bytes.i32(value, 4)));
    if (device == null) {
      return -Errno.ENODEV;
    }
    SourceFilter filter = memberships.filter(hi, lo, device);
    if (filter == null) {
      return -Errno.EADDRNOTAVAIL;
    }
    int room = Math.min(wanted(value, 12), (length - MSFILTER) / 4);
    int told = Math.min(room, filter.count());
    OptionValue.putAt(value, 8, 4, filter.isInclude() ? MCAST_INCLUDE : MCAST_EXCLUDE);
    OptionValue.putAt(value, 12, 4, filter.count());
    for (int i = 0; i < told; i++) {
      Bytes.put32(value, MSFILTER + 4 * i, (int) filter.lo(i));
    }
    return MSFILTER + 4 * told;
  }

  /** How many sources there is room for, as whoever asks says. */
  private static int wanted(byte[] value, int at) {
    int count = OptionValue.int32(value, at);
    return count < 0 ? Integer.MAX_VALUE : count;
  }

  private int getGroupFilter(byte[] value, int length, boolean v4) {
    if (length < GROUP_FILTER) {
      return -Errno.EINVAL;
    }
    int status = named(value, v4, v4 ? -Errno.EINVAL : -Errno.EADDRNOTAVAIL);
    if (status != 0 || !Addresses.isMulticast(hi, lo)) {
      return status != 0 ? status : -Errno.EINVAL;
    }
    NetDevice by = SocketLevel.device(socket, OptionValue.int32(value, 0));
    SourceFilter filter = by == null ? null : memberships.filter(hi, lo, by);
    if (filter == null) {
      return -Errno.EADDRNOTAVAIL;
    }
    int room = Math.min(wanted(value, 12 + STORAGE), (length - GROUP_FILTER) / STORAGE);
    int told = Math.min(room, filter.count());
    int mode = filter.isInclude() ? MCAST_INCLUDE : MCAST_EXCLUDE;
    OptionValue.putAt(value, 8 + STORAGE, 4, mode);
    OptionValue.putAt(value, 12 + STORAGE, 4, filter.count());
    for (int i = 0; i < told; i++) {
      storage(value, GROUP_FILTER + STORAGE * i, filter.hi(i), filter.lo(i), v4);
    }
    return GROUP_FILTER + STORAGE * told;
  }

  /** A {@code sockaddr_storage} with nothing but family and address. */
  private static void storage(byte[] value, int at, long srcHi, long srcLo, boolean v4) {
    Arrays.fill(value, at, at + STORAGE, (byte) 0);
    value[at] = (byte) (v4 ? AddressFamily.AF_INET : AddressFamily.AF_INET6);
    if (v4) {
      Bytes.put32(value, at + 4, (int) srcLo);
    } else {
      Bytes.put64(value, at + 8, srcHi);
      Bytes.put64(value, at + 16, srcLo);
    }
  }
}
