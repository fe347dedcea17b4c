package dev.patchbay.backend.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A TAP interface of the host, joined without packet information: each read and write is one
 * Ethernet frame. Source: Documentation/networking/tuntap.rst.
 */
public final class Tap implements AutoCloseable {
  private static final int IFREQ_BYTES = 40;

  private final int fd;
  private final String name;
  private boolean closed;

  private Tap(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /**
   * Joins an interface, or makes one where there is none of that name (needs CAP_NET_ADMIN, or that
   * the interface was made for our user).
   *
   * @param wanted 1 to 15 bytes; {@code "tap%d"} lets the kernel number it
   * @throws SysException EPERM without the rights, EBUSY where another process has joined, ENOENT
   *     without /dev/net/tun
   */
  public static Tap open(String wanted) throws SysException {
    byte[] bytes = wanted.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length >= Linux.IFNAMSIZ) {
      throw new IllegalArgumentException(
          "interface name must have 1 to 15 bytes: '" + wanted + "'");
    }
    int fd =
        SysException.check(
            Fd.open("/dev/net/tun", Linux.O_RDWR | Linux.O_NONBLOCK, 0), "open(/dev/net/tun)");
    CallState state = CallState.get();
    MemorySegment request = state.area;
    request.asSlice(0, IFREQ_BYTES).fill((byte) 0);
    MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.set(ValueLayout.JAVA_SHORT, Linux.IFNAMSIZ, (short) (Linux.IFF_TAP | Linux.IFF_NO_PI));
    int result = Libc.ioctl(fd, Linux.TUNSETIFF, state.address);
    if (result < 0) {
      Fd.close(fd);
      throw new SysException("ioctl(TUNSETIFF, " + wanted + ")", -result);
    }
    return new Tap(fd, request.getString(0));
  }

  /** For {@link FdHandle}, which then owns and closes it. */
  public int fd() {
    return fd;
  }

  /** The interface's name as the kernel chose it. */
  public String name() {
    return name;
  }

  /**
   * Reads one frame: its length in bytes, or a negative errno, {@code -EAGAIN} where none waits.
   * Longer ones are cut.
   */
  public int read(NativeBuffer into, int at, int length) {
    return Fd.read(fd, into, at, length);
  }

  /** Writes one frame of at least 14 bytes. {@code -EIO} while the interface is down. */
  public int write(NativeBuffer from, int at, int length) {
    return Fd.write(fd, from, at, length);
  }

  /**
   * Leaves; an interface that is not persistent disappears. Not where an {@link FdHandle} owns the
   * descriptor.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Fd.close(fd);
    }
  }
}
