package dev.patchbay.backend.sys;

import org.jspecify.annotations.Nullable;

/**
 * Error numbers of Linux on x86-64 ({@code asm-generic/errno.h}), with their names and the words
 * that C library users know (errno(3)). Positive here; calls of this package return them negated.
 */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EBADF = 9;
  public static final int ECHILD = 10;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOTTY = 25;
  public static final int ETXTBSY = 26;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int EPIPE = 32;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int EPROTO = 71;
  public static final int EOVERFLOW = 75;
  public static final int EBADFD = 77;
  public static final int ENOTSOCK = 88;
  public static final int EDESTADDRREQ = 89;
  public static final int EMSGSIZE = 90;
  public static final int EPROTOTYPE = 91;
  public static final int ENOPROTOOPT = 92;
  public static final int EPROTONOSUPPORT = 93;
  public static final int ESOCKTNOSUPPORT = 94;
  public static final int EOPNOTSUPP = 95;
  public static final int EPFNOSUPPORT = 96;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ENETRESET = 102;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ETOOMANYREFS = 109;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTDOWN = 112;
  public static final int EHOSTUNREACH = 113;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;

  private static final int LIMIT = 134;
  private static final @Nullable String[] NAMES = new String[LIMIT];
  private static final @Nullable String[] TEXTS = new String[LIMIT];

  static {
    put(EPERM, "EPERM", "Operation not permitted");
    put(ENOENT, "ENOENT", "No such file or directory");
    put(ESRCH, "ESRCH", "No such process");
    put(EINTR, "EINTR", "Interrupted system call");
    put(EIO, "EIO", "Input/output error");
    put(ENXIO, "ENXIO", "No such device or address");
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
    put(ENAMETOOLONG, "ENAMETOOLONG", "File name too long");
    put(ENOSYS, "ENOSYS", "Function not implemented");
    put(ELOOP, "ELOOP", "Too many levels of symbolic links");
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
  }

  private Errno() {}

  private static void put(int errno, String name, String text) {
    NAMES[errno] = name;
    TEXTS[errno] = text;
  }

  /** The name, as {@code "ECONNREFUSED"}, or {@code "errno N"} for a number not listed here. */
  public static String name(int errno) {
    String name = errno > 0 && errno < LIMIT ? NAMES[errno] : null;
    return name != null ? name : "errno " + errno;
  }

  /**
   * The words, as {@code "Connection refused"}, or {@code "Unknown error N"} for a number not
   * listed here.
   */
  public static String text(int errno) {
    String text = errno > 0 && errno < LIMIT ? TEXTS[errno] : null;
    return text != null ? text : "Unknown error " + errno;
  }

  /**
   * Whether a call only has to be repeated when the descriptor is ready again, or at once (EINTR).
   */
  public static boolean isTransient(int errno) {
    return errno == EAGAIN || errno == EINTR || errno == EINPROGRESS;
  }
}
