package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
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
   * Joins an interface, which needs CAP_NET_ADMIN or that it was made for our user. There has to be
   * one: the kernel would make what is missing, and take it away again with us, with the addresses
   * that somebody has given it meanwhile.
   *
   * @param wanted 1 to 15 bytes
   * @throws SysException ENODEV where there is none, EPERM without the rights, EBUSY where another
   *     process has joined, EINVAL where it is of another kind, ENOENT without /dev/net/tun
   */
  public static Tap open(String wanted) throws SysException {
    byte[] bytes = wanted.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length >= Linux.IFNAMSIZ) {
      throw new IllegalArgumentException(
          "interface name must have 1 to 15 bytes: '" + wanted + "'");
    }
    if (Fd.interfaceIndex(wanted) < 0) {
      throw failure(wanted, Errno.ENODEV);
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
      throw failure(wanted, -result);
    }
    return new Tap(fd, request.getString(0));
  }

  private static SysException failure(String name, int errno) {
    String make = "`ip tuntap add " + name + " mode tap user $USER`";
    String explanation =
        switch (errno) {
          case Errno.ENODEV ->
              "there is no such interface; make it first: "
                  + make
                  + " and `ip link set "
                  + name
                  + " up`";
          case Errno.EPERM ->
              "not permitted: it is another user's and we lack CAP_NET_ADMIN; make it for ours: "
                  + make;
          case Errno.EBUSY -> "busy: another process has joined it";
          case Errno.EINVAL -> "is no TAP interface; " + make + " makes one";
          default -> Errno.text(errno);
        };
    return new SysException(name, errno, explanation);
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
