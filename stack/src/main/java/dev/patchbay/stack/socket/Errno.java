package dev.patchbay.stack.socket;

/**
 * Linux's error numbers (asm-generic/errno.h), as far as sockets give them. Operations return them
 * negated.
 */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** Interrupted system call. */
  public static final int EINTR = 4;

  /** Input/output error. */
  public static final int EIO = 5;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Bad file descriptor. */
  public static final int EBADF = 9;

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

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Too many open files. */
  public static final int EMFILE = 24;

  /** Broken pipe. */
  public static final int EPIPE = 32;

  /** Numerical argument out of domain. */
  public static final int EDOM = 33;

  /** Numerical result out of range. */
  public static final int ERANGE = 34;

  /** Machine is not on the network. */
  public static final int ENONET = 64;

  /** Protocol error. */
  public static final int EPROTO = 71;

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

  private Errno() {}

  /**
   * The name of an error.
   *
   * @param errno the number, positive, or negative as operations return it
   * @return for instance {@code ECONNREFUSED}; {@code errno 999} for one that sockets never give
   */
  public static String name(int errno) {
    return switch (Math.abs(errno)) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EINTR -> "EINTR";
      case EIO -> "EIO";
      case ENXIO -> "ENXIO";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case ENOMEM -> "ENOMEM";
      case EACCES -> "EACCES";
      case EFAULT -> "EFAULT";
      case EBUSY -> "EBUSY";
      case EEXIST -> "EEXIST";
      case ENODEV -> "ENODEV";
      case EINVAL -> "EINVAL";
      case EMFILE -> "EMFILE";
      case EPIPE -> "EPIPE";
      case EDOM -> "EDOM";
      case ERANGE -> "ERANGE";
      case ENONET -> "ENONET";
      case EPROTO -> "EPROTO";
      case EDESTADDRREQ -> "EDESTADDRREQ";
      case EMSGSIZE -> "EMSGSIZE";
      case EPROTOTYPE -> "EPROTOTYPE";
      case ENOPROTOOPT -> "ENOPROTOOPT";
      case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
      case ESOCKTNOSUPPORT -> "ESOCKTNOSUPPORT";
      case EOPNOTSUPP -> "EOPNOTSUPP";
      case EPFNOSUPPORT -> "EPFNOSUPPORT";
      case EAFNOSUPPORT -> "EAFNOSUPPORT";
      case EADDRINUSE -> "EADDRINUSE";
      case EADDRNOTAVAIL -> "EADDRNOTAVAIL";
      case ENETDOWN -> "ENETDOWN";
      case ENETUNREACH -> "ENETUNREACH";
      case ECONNABORTED -> "ECONNABORTED";
      case ECONNRESET -> "ECONNRESET";
      case ENOBUFS -> "ENOBUFS";
      case EISCONN -> "EISCONN";
      case ENOTCONN -> "ENOTCONN";
      case ETIMEDOUT -> "ETIMEDOUT";
      case ECONNREFUSED -> "ECONNREFUSED";
      case EHOSTDOWN -> "EHOSTDOWN";
      case EHOSTUNREACH -> "EHOSTUNREACH";
      case EALREADY -> "EALREADY";
      case EINPROGRESS -> "EINPROGRESS";
      case EREMOTEIO -> "EREMOTEIO";
      default -> "errno " + Math.abs(errno);
    };
  }

  /**
   * What {@code strerror} says of an error.
   *
   * @param errno the number, positive, or negative as operations return it
   */
  public static String text(int errno) {
    return switch (Math.abs(errno)) {
      case EPERM -> "Operation not permitted";
      case ENOENT -> "No such file or directory";
      case EINTR -> "Interrupted system call";
      case EIO -> "Input/output error";
      case ENXIO -> "No such device or address";
      case EBADF -> "Bad file descriptor";
      case EAGAIN -> "Resource temporarily unavailable";
      case ENOMEM -> "Cannot allocate memory";
      case EACCES -> "Permission denied";
      case EFAULT -> "Bad address";
      case EBUSY -> "Device or resource busy";
      case EEXIST -> "File exists";
      case ENODEV -> "No such device";
      case EINVAL -> "Invalid argument";
      case EMFILE -> "Too many open files";
      case EPIPE -> "Broken pipe";
      case EDOM -> "Numerical argument out of domain";
      case ERANGE -> "Numerical result out of range";
      case ENONET -> "Machine is not on the network";
      case EPROTO -> "Protocol error";
      case EDESTADDRREQ -> "Destination address required";
      case EMSGSIZE -> "Message too long";
      case EPROTOTYPE -> "Protocol wrong type for socket";
      case ENOPROTOOPT -> "Protocol not available";
      case EPROTONOSUPPORT -> "Protocol not supported";
      case ESOCKTNOSUPPORT -> "Socket type not supported";
      case EOPNOTSUPP -> "Operation not supported";
      case EPFNOSUPPORT -> "Protocol family not supported";
      case EAFNOSUPPORT -> "Address family not supported by protocol";
      case EADDRINUSE -> "Address already in use";
      case EADDRNOTAVAIL -> "Cannot assign requested address";
      case ENETDOWN -> "Network is down";
      case ENETUNREACH -> "Network is unreachable";
      case ECONNABORTED -> "Software caused connection abort";
      case ECONNRESET -> "Connection reset by peer";
      case ENOBUFS -> "No buffer space available";
      case EISCONN -> "Transport endpoint is already connected";
      case ENOTCONN -> "Transport endpoint is not connected";
      case ETIMEDOUT -> "Connection timed out";
      case ECONNREFUSED -> "Connection refused";
      case EHOSTDOWN -> "Host is down";
      case EHOSTUNREACH -> "No route to host";
      case EALREADY -> "Operation already in progress";
      case EINPROGRESS -> "Operation now in progress";
      case EREMOTEIO -> "Remote I/O error";
      default -> "Unknown error " + Math.abs(errno);
    };
  }
}
