package dev.patchbay.backend.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Locale;

/**
 * The bindings. Each method is one libc function, takes addresses as {@code long}, and returns what
 * the function returned or the negative errno.
 *
 * <p>On x86-64 each integer or pointer argument travels in a 64-bit register of its own whose upper
 * half the callee ignores for an {@code int}. So all functions of n arguments share one signature
 * of n longs: six shapes to be linked at start-up instead of thirty. Only results differ: of an
 * {@code int} the upper half of the register is undefined.
 *
 * <p>Addresses, not segments, are passed since that needs no slice objects and no liveness protocol
 * per call: the callers in this package keep the memory reachable and open for the duration.
 */
final class Libc {
  private static final boolean SUPPORTED = isLinux() && isAmd64();

  private static final MethodHandle SOCKET = link("socket", 3);
  private static final MethodHandle SOCKETPAIR = link("socketpair", 4);
  private static final MethodHandle BIND = link("bind", 3);
  private static final MethodHandle CONNECT = link("connect", 3);
  private static final MethodHandle LISTEN = link("listen", 2);
  private static final MethodHandle ACCEPT4 = link("accept4", 4);
  private static final MethodHandle SHUTDOWN = link("shutdown", 2);
  private static final MethodHandle CLOSE = link("close", 1);
  private static final MethodHandle READ = link("read", 3);
  private static final MethodHandle WRITE = link("write", 3);
  private static final MethodHandle SEND = link("send", 4);
  private static final MethodHandle RECV = link("recv", 4);
  private static final MethodHandle SEND_ARRAY = linkArray("send");
  private static final MethodHandle RECV_ARRAY = linkArray("recv");
  private static final MethodHandle SENDMSG = link("sendmsg", 3);
  private static final MethodHandle RECVMSG = link("recvmsg", 3);
  private static final MethodHandle SENDMMSG = link("sendmmsg", 4);
  private static final MethodHandle RECVMMSG = link("recvmmsg", 5);
  private static final MethodHandle GETSOCKOPT = link("getsockopt", 5);
  private static final MethodHandle SETSOCKOPT = link("setsockopt", 5);
  private static final MethodHandle GETSOCKNAME = link("getsockname", 3);
  private static final MethodHandle GETPEERNAME = link("getpeername", 3);
  private static final MethodHandle FCNTL = link("fcntl", 3, Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL = link("ioctl", 3, Linker.Option.firstVariadicArg(2));
  private static final MethodHandle OPEN = link("open", 3, Linker.Option.firstVariadicArg(2));
  private static final MethodHandle UNLINK = link("unlink", 1);
  private static final MethodHandle CHMOD = link("chmod", 2);
  private static final MethodHandle MKDIR = link("mkdir", 2);
  private static final MethodHandle UMASK = link("umask", 1);
  private static final MethodHandle EVENTFD = link("eventfd", 2);
  private static final MethodHandle KILL = link("kill", 2);
  private static final MethodHandle GETUID = link("getuid", 0);
  private static final MethodHandle GETEUID = link("geteuid", 0);
  private static final MethodHandle IF_NAMETOINDEX = link("if_nametoindex", 1);

  /** For daemons with a COMMAND only: not linked at every start. */
  private static final class OfChildren {
    static final MethodHandle PRCTL = link("prctl", 5, Linker.Option.firstVariadicArg(1));
    static final MethodHandle WAITPID = link("waitpid", 3);

    private OfChildren() {}
  }

  private Libc() {}

  private static boolean isLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
  }

  private static boolean isAmd64() {
    return System.getProperty("os.arch", "").equals("amd64");
  }

  private static MethodHandle link(String name, int arguments, Linker.Option... more) {
    if (!SUPPORTED) {
      Class<?>[] types = new Class<?>[arguments];
      Arrays.fill(types, long.class);
      return refusal(MethodType.methodType(long.class, MemorySegment.class, types));
    }
    MemoryLayout[] longs = new MemoryLayout[arguments];
    Arrays.fill(longs, ValueLayout.JAVA_LONG);
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs),
        options);
  }

  /**
   * send or recv with an array of the heap in the kernel's hands, which saves the copy to or from
   * native memory. No collection can run meanwhile, so it is for non-blocking descriptors only.
   */
  private static MethodHandle linkArray(String name) {
    MethodType type =
        MethodType.methodType(
            long.class,
            MemorySegment.class,
            long.class,
            MemorySegment.class,
            long.class,
            long.class);
    if (!SUPPORTED) {
      return refusal(type);
    }
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG),
        Linker.Option.critical(true),
        Linker.Option.captureCallState("errno"));
  }

  /**
   * A handle of the same type that throws when it is called: loading this class elsewhere than on
   * Linux harms nobody.
   */
  private static MethodHandle refusal(MethodType type) {
    MethodHandle raise =
        MethodHandles.throwException(long.class, UnsupportedOperationException.class)
            .bindTo(new UnsupportedOperationException("needs Linux (x86-64)"));
    return MethodHandles.dropArguments(raise, 0, type.parameterList());
  }

  static int socket(int domain, int type, int protocol) {
    return callInt(SOCKET, domain, type, protocol);
  }

  static int socketpair(int domain, int type, int protocol, long pair) {
    return callInt(SOCKETPAIR, domain, type, protocol, pair);
  }

  static int prctl(int option, long value) {
    return callInt(OfChildren.PRCTL, option, value, 0, 0, 0);
  }

  static int waitpid(long pid, long status, int options) {
    return callInt(OfChildren.WAITPID, pid, status, options);
  }

  static int bind(int fd, long address, int length) {
    return callInt(BIND, fd, address, length);
  }

  static int connect(int fd, long address, int length) {
    return callInt(CONNECT, fd, address, length);
  }

  static int listen(int fd, int backlog) {
    return callInt(LISTEN, fd, backlog);
  }

  static int accept4(int fd, long address, long length, int flags) {
    return callInt(ACCEPT4, fd, address, length, flags);
  }

  static int shutdown(int fd, int how) {
    return callInt(SHUTDOWN, fd, how);
  }

  static int close(int fd) {
    return callInt(CLOSE, fd);
  }

  static long read(int fd, long address, long length) {
    CallState state = CallState.get();
    try {
      long result =
          (long)
              READ.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  address,
                  length);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static long write(int fd, long address, long length) {
    CallState state = CallState.get();
    try {
      long result =
          (long)
              WRITE.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  address,
                  length);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static long send(int fd, long address, long length, int flags) {
    CallState state = CallState.get();
    try {
      long result =
          (long)
              SEND.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  address,
                  length,
                  (long) flags);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static long recv(int fd, long address, long length, int flags) {
    CallState state = CallState.get();
    try {
      long result =
          (long)
              RECV.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  address,
                  length,
                  (long) flags);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  /** A range of an array; MSG_DONTWAIT is added, since the call holds up the collector. */
  static long send(int fd, byte[] from, int at, int length, int flags) {
    CallState state = CallState.get();
    MemorySegment range = MemorySegment.ofArray(from).asSlice(at, length);
    long all = flags | Linux.MSG_DONTWAIT;
    try {
      long result =
          (long)
              SEND_ARRAY.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  range,
                  (long) length,
                  all);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  /** As {@link #send(int, byte[], int, int, int)}. */
  static long recv(int fd, byte[] into, int at, int length, int flags) {
    CallState state = CallState.get();
    MemorySegment range = MemorySegment.ofArray(into).asSlice(at, length);
    long all = flags | Linux.MSG_DONTWAIT;
    try {
      long result =
          (long)
              RECV_ARRAY.invokeExact(
                  CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                  (long) fd,
                  range,
                  (long) length,
                  all);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  /** Messages here are far below 2 GiB: the int variant of the result is enough. */
  static int sendmsg(int fd, long header, int flags) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  SENDMSG.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      (long) fd,
                      header,
                      (long) flags);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static int recvmsg(int fd, long header, int flags) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  RECVMSG.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      (long) fd,
                      header,
                      (long) flags);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static int sendmmsg(int fd, long headers, int count, int flags) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  SENDMMSG.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      (long) fd,
                      headers,
                      (long) count,
                      (long) flags);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  /** Without the timeout of recvmmsg(2), which is of no use to non-blocking descriptors. */
  static int recvmmsg(int fd, long headers, int count, int flags) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  RECVMMSG.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      (long) fd,
                      headers,
                      (long) count,
                      (long) flags,
                      0L);
      return result >= 0 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static int getsockopt(int fd, int level, int name, long value, long length) {
    return callInt(GETSOCKOPT, fd, level, name, value, length);
  }

  static int setsockopt(int fd, int level, int name, long value, long length) {
    return callInt(SETSOCKOPT, fd, level, name, value, length);
  }

  static int getsockname(int fd, long address, long length) {
    return callInt(GETSOCKNAME, fd, address, length);
  }

  static int getpeername(int fd, long address, long length) {
    return callInt(GETPEERNAME, fd, address, length);
  }

  static int fcntl(int fd, int command, int argument) {
    return callInt(FCNTL, fd, command, argument);
  }

  static int ioctl(int fd, long request, long argument) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  IOCTL.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      (long) fd,
                      request,
                      argument);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  static int open(long path, int flags, int mode) {
    return callInt(OPEN, path, flags, mode);
  }

  static int unlink(long path) {
    return callInt(UNLINK, path);
  }

  static int chmod(long path, int mode) {
    return callInt(CHMOD, path, mode);
  }

  static int mkdir(long path, int mode) {
    return callInt(MKDIR, path, mode);
  }

  static int umask(int mask) {
    return callInt(UMASK, mask);
  }

  static int eventfd(int initial, int flags) {
    return callInt(EVENTFD, initial, flags);
  }

  static int kill(int pid, int signal) {
    return callInt(KILL, pid, signal);
  }

  static int getuid() {
    return callInt(GETUID);
  }

  static int geteuid() {
    return callInt(GETEUID);
  }

  /** 0 is the failure of if_nametoindex(3). */
  static int ifNameToIndex(long name) {
    int result = callInt(IF_NAMETOINDEX, name);
    return result != 0 ? result : -CallState.get().code();
  }

  // One method for each number of arguments, for what is not called for each packet: the handle is
  // a constant only where the compiler has inlined them, and costs an object where it has not.

  private static int callInt(MethodHandle handle) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES));
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static int callInt(MethodHandle handle, long a) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES), a);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static int callInt(MethodHandle handle, long a, long b) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES), a, b);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static int callInt(MethodHandle handle, long a, long b, long c) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES), a, b, c);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static int callInt(MethodHandle handle, long a, long b, long c, long d) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      a,
                      b,
                      c,
                      d);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static int callInt(MethodHandle handle, long a, long b, long c, long d, long e) {
    CallState state = CallState.get();
    try {
      int result =
          (int)
              (long)
                  handle.invokeExact(
                      CallState.MEMORY.asSlice(state.errnoAddress, CallState.ERRNO_BYTES),
                      a,
                      b,
                      c,
                      d,
                      e);
      return result != -1 ? result : -state.code();
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static RuntimeException rethrow(Throwable t) {
    if (t instanceof RuntimeException e) {
      throw e;
    }
    if (t instanceof Error e) {
      throw e;
    }
    // a downcall declares Throwable but has no checked exceptions
    throw new AssertionError(t);
  }
}
