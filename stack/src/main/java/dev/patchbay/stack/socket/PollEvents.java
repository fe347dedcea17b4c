package dev.patchbay.stack.socket;

/** Linux's readiness bits ({@code POLL*}, {@code EPOLL*}: the same numbers). */
public final class PollEvents {
  /** Something can be read, or accepted. */
  public static final int POLLIN = 0x1;

  /** Urgent data, or an error queue with {@code SO_SELECT_ERR_QUEUE}. */
  public static final int POLLPRI = 0x2;

  /** Something can be written. */
  public static final int POLLOUT = 0x4;

  /** An error waits; always reported. */
  public static final int POLLERR = 0x8;

  /** Both directions have ended; always reported. */
  public static final int POLLHUP = 0x10;

  /** As {@link #POLLIN}. */
  public static final int POLLRDNORM = 0x40;

  /** As {@link #POLLOUT}. */
  public static final int POLLWRNORM = 0x100;

  /** As {@link #POLLOUT}, of datagrams. */
  public static final int POLLWRBAND = 0x200;

  /** The peer has ended its direction. */
  public static final int POLLRDHUP = 0x2000;

  /** One report, then silence until {@link Epoll#modify} ({@code EPOLLONESHOT}). */
  public static final int EPOLLONESHOT = 1 << 30;

  /** Reports of changes rather than of states ({@code EPOLLET}). */
  public static final int EPOLLET = 1 << 31;

  static final int READABLE = POLLIN | POLLRDNORM;
  static final int WRITABLE = POLLOUT | POLLWRNORM;

  private PollEvents() {}

  /** {@code IN|OUT|RDHUP}, for messages and tests. */
  public static String toString(int mask) {
    StringBuilder out = new StringBuilder();
    String[] names = {"IN", "PRI", "OUT", "ERR", "HUP", "RDNORM", "WRNORM", "WRBAND", "RDHUP"};
    int[] bits = {
      POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLRDNORM, POLLWRNORM, POLLWRBAND, POLLRDHUP
    };
    for (int i = 0; i < bits.length; i++) {
      if ((mask & bits[i]) != 0) {
        out.append(out.isEmpty() ? "" : "|").append(names[i]);
      }
    }
    return out.isEmpty() ? "0" : out.toString();
  }
}
