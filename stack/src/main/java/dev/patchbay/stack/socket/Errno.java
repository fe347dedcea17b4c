package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/**
 * Linux's error numbers (asm-generic/errno.h), as far as sockets and the calls of a host give them,
 * with names and words: the one table of the product. Operations return them negated.
 */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** No such process. */
  public static final int ESRCH = 3;

  /** Interrupted system call. */
  public static final int EINTR = 4;

  /** Input/output error. */
  public static final int EIO = 5;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** A table has no room for more. */
  public static final int E2BIG = 7;

  /** Bad file descriptor. */
  public static final int EBADF = 9;

  /** No child processes. */
  public static final int ECHILD = 10;

  /** Resource temporarily unavailable. */
  public static final int EAGAIN = 11;

  /** Cannot allocate memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** Bad address. */
  public static final int EFAULT = 14;

  /** Device or resource busy. */
  public static final int EBUSY = 16;

  /** File exists. */
  public static final int EEXIST = 17;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** Is a directory. */
  public static final int EISDIR = 21;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Too many open files in system. */
  public static final int ENFILE = 23;

  /** Too many open files. */
  public static final int EMFILE = 24;

  /** Inappropriate ioctl for device. */
  public static final int ENOTTY = 25;

  /** Text file busy. */
  public static final int ETXTBSY = 26;

  /** File too large. */
  public static final int EFBIG = 27;

  /** No space left on device. */
  public static final int ENOSPC = 28;

  /** Too many links. */
  public static final int EMLINK = 31;

  /** Read-only file system. */
  public static final int EROFS = 30;

  /** Broken pipe. */
  public static final int EPIPE = 32;

  /** Numerical argument out of domain. */
  public static final int EDOM = 33;

  /** Numerical result out of range. */
  public static final int ERANGE = 34;

  /** File name too long. */
  public static final int ENAMETOOLONG = 36;

  /** Function not implemented. */
  public static final int ENOSYS = 38;

  /** Too many levels of symbolic links. */
  public static final int ELOOP = 40;

  /** Exchange full. */
  public static final int EXFULL = 54;

  /** Machine is not on the network. */
  public static final int ENONET = 64;

  /** Protocol error. */
  public static final int EPROTO = 71;

  /** Value too large for defined data type. */
  public static final int EOVERFLOW = 75;

  /** File descriptor in bad state. */
  public static final int EBADFD = 77;

  /** Socket operation on non-socket. */
  public static final int ENOTSOCK = 88;

  /** Destination address required. */
  public static final int EDESTADDRREQ = 89;

  /** Message too long. */
  public static final int EMSGSIZE = 90;

  /** Protocol wrong type for socket. */
  public static final int EPROTOTYPE = 91;

  /** Protocol not available. */
  public static final int ENOPROTOOPT = 92;

  /** Protocol not supported. */
  public static final int EPROTONOSUPPORT = 93;

  /** Socket type not supported. */
  public static final int ESOCKTNOSUPPORT = 94;

  /** Operation not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Protocol family not supported. */
  public static final int EPFNOSUPPORT = 96;

  /** Address family not supported by protocol. */
  public static final int EAFNOSUPPORT = 97;

  /** Address already in use. */
  public static final int EADDRINUSE = 98;

  /** Cannot assign requested address. */
  public static final int EADDRNOTAVAIL = 99;

  /** Network is down. */
  public static final int ENETDOWN = 100;

  /** Network is unreachable. */
  public static final int ENETUNREACH = 101;

  /** Network dropped connection on reset. */
  public static final int ENETRESET = 102;

  /** Software caused connection abort. */
  public static final int ECONNABORTED = 103;

  /** Connection reset by peer. */
  public static final int ECONNRESET = 104;

  /** No buffer space available. */
  public static final int ENOBUFS = 105;

  /** Transport endpoint is already connected. */
  public static final int EISCONN = 106;

  /** Transport endpoint is not connected. */
  public static final int ENOTCONN = 107;

  /** Too many references: cannot splice. */
  public static final int ETOOMANYREFS = 109;

  /** Connection timed out. */
  public static final int ETIMEDOUT = 110;

  /** Connection refused. */
  public static final int ECONNREFUSED = 111;

  /** Host is down. */
  public static final int EHOSTDOWN = 112;

  /** No route to host. */
  public static final int EHOSTUNREACH = 113;

  /** Operation already in progress. */
  public static final int EALREADY = 114;

  /** Operation now in progress. */
  public static final int EINPROGRESS = 115;

  /** Remote I/O error: what a ping socket hears of a source quench. */
  public static final int EREMOTEIO = 121;

  private static final int LIMIT = 122;
  private static final @Nullable String[] NAMES = new String[LIMIT];
  private static final @Nullable String[] TEXTS = new String[LIMIT];

  static {
    put(EPERM, "EPERM", "Operation not permitted");
    put(ENOENT, "ENOENT", "No such file or directory");
    put(ESRCH, "ESRCH", "No such process");
    put(EINTR, "EINTR", "Interrupted system call");
    put(EIO, "EIO", "Input/output error");
    put(ENXIO, "ENXIO", "No such device or address");
    put(E2BIG, "E2BIG", "Argument list too long");
    put(EBADF, "EBADF", "Bad file descriptor");
    put(ECHILD, "ECHILD", "No child processes");
    put(EAGAIN, "EAGAIN", "Resource temporarily unavailable");
    put(ENOMEM, "ENOMEM", "Cannot allocate memory");
    put(EACCES, "EACCES", "Permission denied");
    put(EFAULT, "EFAULT", "Bad address");
    put(EBUSY, "EBUSY", "Device or resource busy");
    put(EEXIST, "EEXIST", "File exists");
    put(ENODEV, "ENODEV", "No such device");
    put(ENOTDIR, "ENOTDIR", "Not a directory");
    put(EISDIR, "EISDIR", "Is a directory");
    put(EINVAL, "EINVAL", "Invalid argument");
    put(ENFILE, "ENFILE", "Too many open files in system");
    put(EMFILE, "EMFILE", "Too many open files");
    put(ENOTTY, "ENOTTY", "Inappropriate ioctl for device");
    put(ETXTBSY, "ETXTBSY", "Text file busy");
    put(EFBIG, "EFBIG", "File too large");
    put(ENOSPC, "ENOSPC", "No space left on device");
    put(EROFS, "EROFS", "Read-only file system");
    put(EPIPE, "EPIPE", "Broken pipe");
    put(EDOM, "EDOM", "Numerical argument out of domain");
    put(EMLINK, "EMLINK", "Too many links");
    put(ERANGE, "ERANGE", "Numerical result out of range");
    put(ENAMETOOLONG, "ENAMETOOLONG", "File name too long");
    put(ENOSYS, "ENOSYS", "Function not implemented");
    put(ELOOP, "ELOOP", "Too many levels of symbolic links");
    put(EXFULL, "EXFULL", "Exchange full");
    put(ENONET, "ENONET", "Machine is not on the network");
    put(EPROTO, "EPROTO", "Protocol error");
    put(EOVERFLOW, "EOVERFLOW", "Value too large for defined data type");
    put(EBADFD, "EBADFD", "File descriptor in bad state");
    put(ENOTSOCK, "ENOTSOCK", "Socket operation on non-socket");
    put(EDESTADDRREQ, "EDESTADDRREQ", "Destination address required");
    put(EMSGSIZE, "EMSGSIZE", "Message too long");
    put(EPROTOTYPE, "EPROTOTYPE", "Protocol wrong type for socket");
    put(ENOPROTOOPT, "ENOPROTOOPT", "Protocol not available");
    put(EPROTONOSUPPORT, "EPROTONOSUPPORT", "Protocol not supported");
    put(ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT", "Socket type not supported");
    put(EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported");
    put(EPFNOSUPPORT, "EPFNOSUPPORT", "Protocol family not supported");
    put(EAFNOSUPPORT, "EAFNOSUPPORT", "Address family not supported by protocol");
    put(EADDRINUSE, "EADDRINUSE", "Address already in use");
    put(EADDRNOTAVAIL, "EADDRNOTAVAIL", "Cannot assign requested address");
    put(ENETDOWN, "ENETDOWN", "Network is down");
    put(ENETUNREACH, "ENETUNREACH", "Network is unreachable");
    put(ENETRESET, "ENETRESET", "Network dropped connection on reset");
    put(ECONNABORTED, "ECONNABORTED", "Software caused connection abort");
    put(ECONNRESET, "ECONNRESET", "Connection reset by peer");
    put(ENOBUFS, "ENOBUFS", "No buffer space available");
    put(EISCONN, "EISCONN", "Transport endpoint is already connected");
    put(ENOTCONN, "ENOTCONN", "Transport endpoint is not connected");
    put(ETOOMANYREFS, "ETOOMANYREFS", "Too many references: cannot splice");
    put(ETIMEDOUT, "ETIMEDOUT", "Connection timed out");
    put(ECONNREFUSED, "ECONNREFUSED", "Connection refused");
    put(EHOSTDOWN, "EHOSTDOWN", "Host is down");
    put(EHOSTUNREACH, "EHOSTUNREACH", "No route to host");
    put(EALREADY, "EALREADY", "Operation already in progress");
    put(EINPROGRESS, "EINPROGRESS", "Operation now in progress");
    put(EREMOTEIO, "EREMOTEIO", "Remote I/O error");
  }

  private Errno() {}

  private static void put(int errno, String name, String text) {
    NAMES[errno] = name;
    TEXTS[errno] = text;
  }

  private static @Nullable String at(@Nullable String[] table, int number) {
    return number > 0 && number < LIMIT ? table[number] : null;
  }

  /**
   * The name of an error.
   *
   * @param errno the number, positive, or negative as operations return it
   * @return for instance {@code ECONNREFUSED}; {@code errno 999} for one that is not listed here
   */
  public static String name(int errno) {
    String name = at(NAMES, Math.abs(errno));
    return name != null ? name : "errno " + Math.abs(errno);
  }

  /**
   * What {@code strerror} says of an error.
   *
   * @param errno the number, positive, or negative as operations return it
   */
  public static String text(int errno) {
    String text = at(TEXTS, Math.abs(errno));
    return text != null ? text : "Unknown error " + Math.abs(errno);
  }
}
