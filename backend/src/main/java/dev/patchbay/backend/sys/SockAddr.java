package dev.patchbay.backend.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A socket address as a mutable holder, so that decoding one per datagram allocates nothing: IPv4,
 * IPv6 with its scope, or a unix path, an abstract name or no name. Both IP families are two longs,
 * IPv4 as {@code ::ffff:a.b.c.d}, as everywhere in the stack. Layouts: ip(7), ipv6(7), unix(7).
 */
public final class SockAddr {
  /** Bytes that hold any address of these families (sockaddr_un has 110), a multiple of 8. */
  public static final int MAX_BYTES = 112;

  /** Longest unix path in bytes, without its NUL. */
  public static final int MAX_PATH = 107;

  private static final int UNIX_PATH_AT = 2;
  private static final long V4_MAPPED = 0x0000ffff_00000000L;

  private static final ValueLayout.OfShort SHORT_BE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT_BE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_BE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private int family;
  private long hi;
  private long lo;
  private int scope;
  private int port;
  private final byte[] path = new byte[MAX_PATH + 1];
  private int pathLength;

  /** Makes it unset: family AF_UNSPEC. */
  public SockAddr clear() {
    family = Linux.AF_UNSPEC;
    hi = 0;
    lo = 0;
    scope = 0;
    port = 0;
    pathLength = 0;
    return this;
  }

  /**
   * Sets an IPv4 address; {@code address} has its first octet in the highest bits, {@code port} is
   * 0 to 65535.
   */
  public SockAddr setInet4(int address, int port) {
    clear();
    family = Linux.AF_INET;
    lo = V4_MAPPED | (address & 0xffffffffL);
    this.port = port & 0xffff;
    return this;
  }

  /**
   * Sets an IPv6 address for an AF_INET6 socket, which may be {@code ::ffff:a.b.c.d}; scope 0 is
   * none.
   */
  public SockAddr setInet6(long hi, long lo, int scope, int port) {
    clear();
    family = Linux.AF_INET6;
    this.hi = hi;
    this.lo = lo;
    this.scope = scope;
    this.port = port & 0xffff;
    return this;
  }

  /** Sets an address of either family: AF_INET for {@code ::ffff:a.b.c.d}, else AF_INET6. */
  public SockAddr setInet(long hi, long lo, int scope, int port) {
    if (hi == 0 && (lo & 0xffffffff_00000000L) == V4_MAPPED) {
      return setInet4((int) lo, port);
    }
    return setInet6(hi, lo, scope, port);
  }

  /**
   * Sets a unix socket path.
   *
   * @throws IllegalArgumentException for a path that is empty, has a NUL, or has more than {@link
   *     #MAX_PATH} bytes
   */
  public SockAddr setUnix(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_PATH || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "unix socket path must have 1 to "
              + MAX_PATH
              + " bytes without NUL, has "
              + bytes.length
              + ": "
              + name);
    }
    clear();
    family = Linux.AF_UNIX;
    System.arraycopy(bytes, 0, path, 0, bytes.length);
    pathLength = bytes.length;
    return this;
  }

  /**
   * Sets an abstract name, which has no file; {@code name} without the leading NUL, 1 to 107 bytes.
   */
  public SockAddr setAbstract(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_PATH) {
      throw new IllegalArgumentException(
          "abstract name must have 1 to " + MAX_PATH + " bytes: " + name);
    }
    clear();
    family = Linux.AF_UNIX;
    path[0] = 0;
    System.arraycopy(bytes, 0, path, 1, bytes.length);
    pathLength = bytes.length + 1;
    return this;
  }

  /** Sets it from Java's form (cold paths). An unresolved address is refused. */
  public SockAddr set(InetSocketAddress from) {
    InetAddress address = from.getAddress();
    if (address == null) {
      throw new IllegalArgumentException("unresolved address " + from);
    }
    byte[] b = address.getAddress();
    if (address instanceof Inet4Address) {
      return setInet4((int) bigEndian(b, 0, 4), from.getPort());
    }
    int zone = address instanceof Inet6Address six ? six.getScopeId() : 0;
    return setInet6(bigEndian(b, 0, 8), bigEndian(b, 8, 8), zone, from.getPort());
  }

  /** Copies all of another address. */
  public SockAddr copyFrom(SockAddr other) {
    family = other.family;
    hi = other.hi;
    lo = other.lo;
    scope = other.scope;
    port = other.port;
    pathLength = other.pathLength;
    System.arraycopy(other.path, 0, path, 0, pathLength);
    return this;
  }

  /** {@link Linux#AF_INET}, AF_INET6, AF_UNIX, or AF_UNSPEC where unset. */
  public int family() {
    return family;
  }

  public boolean isSet() {
    return family != Linux.AF_UNSPEC;
  }

  /** High half of the IPv6 form; 0 for IPv4. */
  public long hi() {
    return hi;
  }

  /** Low half of the IPv6 form; {@code 0x0000ffff_aabbccdd} for IPv4. */
  public long lo() {
    return lo;
  }

  /** The IPv4 address, first octet in the highest bits. */
  public int inet4() {
    return (int) lo;
  }

  /** Interface index of a link-local IPv6 address, else 0. */
  public int scope() {
    return scope;
  }

  /** 0 to 65535. */
  public int port() {
    return port;
  }

  /** Whether it is an address of 127.0.0.0/8, or ::1. */
  public boolean isLoopback() {
    return family == Linux.AF_INET && inet4() >>> 24 == 127
        || family == Linux.AF_INET6 && hi == 0 && lo == 1;
  }

  /** Changes the port alone. */
  public SockAddr setPort(int value) {
    port = value & 0xffff;
    return this;
  }

  /**
   * The unix path, {@code "@name"} for an abstract one, empty for an unnamed socket (allocates).
   */
  public String path() {
    if (pathLength > 0 && path[0] == 0) {
      return "@" + new String(path, 1, pathLength - 1, StandardCharsets.UTF_8);
    }
    return new String(path, 0, pathLength, StandardCharsets.UTF_8);
  }

  /** Whether both name the same end: family, address, scope and port, or path. */
  public boolean same(SockAddr other) {
    return family == other.family
        && hi == other.hi
        && lo == other.lo
        && scope == other.scope
        && port == other.port
        && Arrays.equals(path, 0, pathLength, other.path, 0, other.pathLength);
  }

  /** Java's form of an IP address (cold paths). */
  public InetSocketAddress toInetSocketAddress() {
    try {
      if (family == Linux.AF_INET) {
        byte[] b = {(byte) (lo >> 24), (byte) (lo >> 16), (byte) (lo >> 8), (byte) lo};
        return new InetSocketAddress(InetAddress.getByAddress(b), port);
      }
      if (family == Linux.AF_INET6) {
        byte[] b = new byte[16];
        for (int i = 0; i < 16; i++) {
          b[i] = (byte) ((i < 8 ? hi : lo) >> (56 - 8 * (i & 7)));
        }
        // scope 0 would be printed as %0
        InetAddress address =
            scope == 0 ? InetAddress.getByAddress(b) : Inet6Address.getByAddress(null, b, scope);
        return new InetSocketAddress(address, port);
      }
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
    throw new IllegalStateException("not an IP address: " + this);
  }

  @Override
  public String toString() {
    return switch (family) {
      case Linux.AF_INET, Linux.AF_INET6 -> {
        InetSocketAddress address = toInetSocketAddress();
        String host = address.getAddress().getHostAddress();
        yield (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
      }
      case Linux.AF_UNIX -> "unix:" + path();
      default -> "(unset)";
    };
  }

  /**
   * Writes the kernel's structure.
   *
   * @param to memory with {@link #MAX_BYTES} at {@code at}
   * @return its length in bytes, 0 where unset
   */
  int encode(MemorySegment to, long at) {
    switch (family) {
      case Linux.AF_INET -> {
        head(to, at);
        to.set(INT_BE, at + 4, (int) lo);
        to.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8, 0);
        return 16;
      }
      case Linux.AF_INET6 -> {
        head(to, at);
        to.set(INT_BE, at + 4, 0);
        to.set(LONG_BE, at + 8, hi);
        to.set(LONG_BE, at + 16, lo);
        to.set(ValueLayout.JAVA_INT_UNALIGNED, at + 24, scope);
        return 28;
      }
      case Linux.AF_UNIX -> {
        to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) family);
        MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, at + UNIX_PATH_AT, pathLength);
        boolean file = pathLength > 0 && path[0] != 0;
        if (file) {
          to.set(ValueLayout.JAVA_BYTE, at + UNIX_PATH_AT + pathLength, (byte) 0);
        }
        return UNIX_PATH_AT + pathLength + (file ? 1 : 0);
      }
      default -> {
        return 0;
      }
    }
  }

  private void head(MemorySegment to, long at) {
    to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) family);
    to.set(SHORT_BE, at + 2, (short) port);
  }

  /**
   * Reads the kernel's structure; one that is too short or of another family leaves this unset.
   *
   * @param length what the kernel said, in bytes
   */
  SockAddr decode(MemorySegment from, long at, int length) {
    clear();
    if (length < UNIX_PATH_AT) {
      return this;
    }
    int kind = from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
    if (kind == Linux.AF_INET && length >= 16) {
      setInet4(from.get(INT_BE, at + 4), from.get(SHORT_BE, at + 2));
    } else if (kind == Linux.AF_INET6 && length >= 28) {
      setInet6(
          from.get(LONG_BE, at + 8),
          from.get(LONG_BE, at + 16),
          from.get(ValueLayout.JAVA_INT_UNALIGNED, at + 24),
          from.get(SHORT_BE, at + 2));
    } else if (kind == Linux.AF_UNIX) {
      decodeUnix(from, at + UNIX_PATH_AT, Math.min(length - UNIX_PATH_AT, path.length));
    }
    return this;
  }

  private void decodeUnix(MemorySegment from, long at, int length) {
    family = Linux.AF_UNIX;
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, path, 0, length);
    pathLength = length;
    if (length > 0 && path[0] != 0) {
      // a file's path ends at its NUL, an abstract name may hold some
      int end = 0;
      while (end < length && path[end] != 0) {
        end++;
      }
      pathLength = end;
    }
  }

  private static long bigEndian(byte[] bytes, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | bytes[at + i] & 0xff;
    }
    return value;
  }
}
