package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.lang.foreign.ValueLayout;

/**
 * System calls on descriptors. Each returns what the call returned, or the negative errno ({@link
 * Errno}); none throws for a failed call, none allocates once warm. Cold paths wrap a result in
 * {@link SysException#check}.
 *
 * <p>On another system than Linux on x86-64 each throws {@link UnsupportedOperationException}
 * {@code "needs Linux"}.
 */
public final class Fd {
  private static final int NONBLOCKING = Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;

  private Fd() {}

  /** socket(2), always non-blocking and close-on-exec. */
  public static int socket(int family, int type, int protocol) {
    return Libc.socket(family, type | NONBLOCKING, protocol);
  }

  /**
   * socketpair(2) of unix sockets, non-blocking: {@code pair[0]} and {@code pair[1]} are set on
   * success.
   */
  public static int socketpair(int type, int[] pair) {
    CallState state = CallState.get();
    int result = Libc.socketpair(Linux.AF_UNIX, type | NONBLOCKING, 0, state.address);
    if (result == 0) {
      pair[0] = state.area.get(ValueLayout.JAVA_INT, 0);
      pair[1] = state.area.get(ValueLayout.JAVA_INT, 4);
    }
    return result;
  }

  /** bind(2). */
  public static int bind(int fd, SockAddr address) {
    CallState state = CallState.get();
    return Libc.bind(fd, state.address, address.encode(state.area, 0));
  }

  /**
   * connect(2): 0, or {@code -EINPROGRESS}: then writable says that {@link #socketError} knows the
   * result.
   */
  public static int connect(int fd, SockAddr address) {
    CallState state = CallState.get();
    return Libc.connect(fd, state.address, address.encode(state.area, 0));
  }

  /** listen(2). */
  public static int listen(int fd, int backlog) {
    return Libc.listen(fd, backlog);
  }

  /**
   * accept4(2): a non-blocking close-on-exec descriptor, {@code peer} set; {@code -EAGAIN} where
   * none waits.
   */
  public static int accept(int fd, SockAddr peer) {
    CallState state = addressRoom();
    int accepted =
        Libc.accept4(fd, state.address, state.address + CallState.LENGTH_AT, NONBLOCKING);
    if (accepted >= 0) {
      peer.decode(state.area, 0, length(state));
    }
    return accepted;
  }

  /** getsockname(2). */
  public static int localAddress(int fd, SockAddr into) {
    CallState state = addressRoom();
    int result = Libc.getsockname(fd, state.address, state.address + CallState.LENGTH_AT);
    if (result == 0) {
      into.decode(state.area, 0, length(state));
    }
    return result;
  }

  /** getpeername(2). */
  public static int peerAddress(int fd, SockAddr into) {
    CallState state = addressRoom();
    int result = Libc.getpeername(fd, state.address, state.address + CallState.LENGTH_AT);
    if (result == 0) {
      into.decode(state.area, 0, length(state));
    }
    return result;
  }

  /** shutdown(2) with {@link Linux#SHUT_RD}, SHUT_WR or SHUT_RDWR. */
  public static int shutdown(int fd, int how) {
    return Libc.shutdown(fd, how);
  }

  /** close(2). On Linux the descriptor is gone whatever is returned: never repeat it. */
  public static int close(int fd) {
    return Libc.close(fd);
  }

  /** read(2): bytes read, 0 at the end of a stream. */
  public static int read(int fd, NativeBuffer into, int at, int length) {
    return (int) Libc.read(fd, into.address(at, length), length);
  }

  /**
   * write(2): bytes written, which may be fewer. For sockets prefer {@link #send}, which raises no
   * SIGPIPE.
   */
  public static int write(int fd, NativeBuffer from, int at, int length) {
    return (int) Libc.write(fd, from.address(at, length), length);
  }

  /** recv(2) with {@code MSG_*} flags. */
  public static int recv(int fd, NativeBuffer into, int at, int length, int flags) {
    return (int) Libc.recv(fd, into.address(at, length), length, flags);
  }

  /** send(2) with {@code MSG_*} flags; MSG_NOSIGNAL is added. */
  public static int send(int fd, NativeBuffer from, int at, int length, int flags) {
    return (int) Libc.send(fd, from.address(at, length), length, flags | Linux.MSG_NOSIGNAL);
  }

  /** recv(2) into an array, which never waits: MSG_DONTWAIT is added. */
  public static int recv(int fd, byte[] into, int at, int length, int flags) {
    return (int) Libc.recv(fd, into, at, length, flags);
  }

  /** send(2) from an array, which never waits: MSG_DONTWAIT and MSG_NOSIGNAL are added. */
  public static int send(int fd, byte[] from, int at, int length, int flags) {
    return (int) Libc.send(fd, from, at, length, flags | Linux.MSG_NOSIGNAL);
  }

  /** setsockopt(2) with an int. */
  public static int setOption(int fd, int level, int name, int value) {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, 0, value);
    return Libc.setsockopt(fd, level, name, state.address, 4);
  }

  /** setsockopt(2) with {@code length} bytes of a structure laid out by the caller. */
  public static int setOption(int fd, int level, int name, NativeBuffer value, int at, int length) {
    return Libc.setsockopt(fd, level, name, value.address(at, length), length);
  }

  /** getsockopt(2) of an int that is never negative, as all used here are. */
  public static int getOption(int fd, int level, int name) {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, 0, 0);
    state.area.set(ValueLayout.JAVA_INT, CallState.LENGTH_AT, 4);
    int result =
        Libc.getsockopt(fd, level, name, state.address, state.address + CallState.LENGTH_AT);
    return result < 0 ? result : state.area.get(ValueLayout.JAVA_INT, 0);
  }

  /** getsockopt(2) of a structure. Returns the length in bytes that the kernel wrote. */
  public static int getOption(int fd, int level, int name, NativeBuffer into, int at, int length) {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, CallState.LENGTH_AT, length);
    int result =
        Libc.getsockopt(
            fd, level, name, into.address(at, length), state.address + CallState.LENGTH_AT);
    return result < 0 ? result : length(state);
  }

  /**
   * SO_ERROR, read and cleared: 0, the positive errno that waits at the socket, or the negative
   * errno of the call.
   */
  public static int socketError(int fd) {
    return getOption(fd, Linux.SOL_SOCKET, Linux.SO_ERROR);
  }

  /** Who is at the other end of a unix stream (SO_PEERCRED), as it was at connect or listen. */
  public static PeerCredentials peerCredentials(int fd) throws SysException {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, CallState.LENGTH_AT, 12);
    SysException.check(
        Libc.getsockopt(
            fd,
            Linux.SOL_SOCKET,
            Linux.SO_PEERCRED,
            state.address,
            state.address + CallState.LENGTH_AT),
        "getsockopt(SO_PEERCRED)");
    return new PeerCredentials(
        state.area.get(ValueLayout.JAVA_INT, 0),
        state.area.get(ValueLayout.JAVA_INT, 4),
        state.area.get(ValueLayout.JAVA_INT, 8));
  }

  /** Process, user and group of a peer. */
  public record PeerCredentials(int pid, int uid, int gid) {}

  /**
   * Bytes sent and not yet taken by the peer (unix: its unread bytes with their overhead; TCP: not
   * acknowledged).
   */
  public static int unsent(int fd) {
    return ioctlInt(fd, Linux.SIOCOUTQ);
  }

  /** Bytes that can be read at once (FIONREAD). */
  public static int unread(int fd) {
    return ioctlInt(fd, Linux.FIONREAD);
  }

  private static int ioctlInt(int fd, long request) {
    CallState state = CallState.get();
    int result = Libc.ioctl(fd, request, state.address);
    return result < 0 ? result : state.area.get(ValueLayout.JAVA_INT, 0);
  }

  /** ioctl(2) with a structure. */
  public static int ioctl(int fd, long request, NativeBuffer argument, int at, int length) {
    return Libc.ioctl(fd, request, argument.address(at, length));
  }

  /** ioctl(2) with a number. */
  public static int ioctl(int fd, long request, long argument) {
    return Libc.ioctl(fd, request, argument);
  }

  /** Sets or clears O_NONBLOCK of a descriptor that somebody else made. */
  public static int setNonBlocking(int fd, boolean on) {
    int flags = Libc.fcntl(fd, Linux.F_GETFL, 0);
    if (flags < 0) {
      return flags;
    }
    return Libc.fcntl(fd, Linux.F_SETFL, on ? flags | Linux.O_NONBLOCK : flags & ~Linux.O_NONBLOCK);
  }

  /** A second descriptor of the same open file, close-on-exec (F_DUPFD_CLOEXEC). */
  public static int duplicate(int fd) {
    return Libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0);
  }

  /** open(2); O_CLOEXEC is added. {@code mode} counts with O_CREAT alone. */
  public static int open(String path, int flags, int mode) {
    long name = CallState.get().string(path);
    return name == 0 ? -Errno.ENAMETOOLONG : Libc.open(name, flags | Linux.O_CLOEXEC, mode);
  }

  /** unlink(2). */
  public static int unlink(String path) {
    long name = CallState.get().string(path);
    return name == 0 ? -Errno.ENAMETOOLONG : Libc.unlink(name);
  }

  /** chmod(2). */
  public static int chmod(String path, int mode) {
    long name = CallState.get().string(path);
    return name == 0 ? -Errno.ENAMETOOLONG : Libc.chmod(name, mode);
  }

  /** mkdir(2), its mode in force from the first moment (less the umask). */
  public static int mkdir(String path, int mode) {
    long name = CallState.get().string(path);
    return name == 0 ? -Errno.ENAMETOOLONG : Libc.mkdir(name, mode);
  }

  /** umask(2): of the whole process, so only before its threads start. Returns the former mask. */
  public static int umask(int mask) {
    return Libc.umask(mask);
  }

  /** eventfd(2), non-blocking and close-on-exec. */
  public static int eventfd(int initial) {
    return Libc.eventfd(initial, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC);
  }

  /** Adds 1 to an eventfd. Returns 0 or the negative errno. */
  public static int eventfdSignal(int fd) {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_LONG, 0, 1);
    long result = Libc.write(fd, state.address, 8);
    return result < 0 ? (int) result : 0;
  }

  /** Reads and clears an eventfd. Returns its count, or {@code -EAGAIN} where that is 0. */
  public static long eventfdDrain(int fd) {
    CallState state = CallState.get();
    long result = Libc.read(fd, state.address, 8);
    return result < 0 ? result : state.area.get(ValueLayout.JAVA_LONG, 0);
  }

  /** The user who started the process. */
  public static int uid() {
    return Libc.getuid();
  }

  /** The user whose rights the process has; 0 is root. */
  public static int effectiveUid() {
    return Libc.geteuid();
  }

  /** Whether a process lives, by kill(2) with signal 0; one of another user counts as living. */
  public static boolean isAlive(int pid) {
    if (pid <= 0) {
      return false; // these name process groups
    }
    int result = Libc.kill(pid, 0);
    return result == 0 || result == -Errno.EPERM;
  }

  /** Index of a network interface, above 0, or {@code -ENODEV}. */
  public static int interfaceIndex(String name) {
    if (name.isEmpty() || name.length() >= Linux.IFNAMSIZ) {
      return -Errno.ENODEV;
    }
    long text = CallState.get().string(name);
    return text == 0 ? -Errno.ENODEV : Libc.ifNameToIndex(text);
  }

  private static CallState addressRoom() {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, CallState.LENGTH_AT, SockAddr.MAX_BYTES);
    return state;
  }

  private static int length(CallState state) {
    return state.area.get(ValueLayout.JAVA_INT, CallState.LENGTH_AT);
  }
}
