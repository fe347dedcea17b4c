package dev.patchbay.sockets.blocking;

/** One socket of {@link BlockingNetwork#poll} ({@code struct pollfd}). */
public final class PollFd {
  /** The socket is closed ({@code POLLNVAL}); only in {@link #revents}. */
  public static final int POLLNVAL = 0x20;

  private final BlockingSocket socket;

  /** What is waited for, bits of {@link dev.patchbay.stack.socket.PollEvents}. */
  public int events;

  /** What is so; {@code POLLERR}, {@code POLLHUP} and {@link #POLLNVAL} without being asked. */
  public int revents;

  /** A socket and what is waited for. */
  public PollFd(BlockingSocket socket, int events) {
    this.socket = socket;
    this.events = events;
  }

  /** The socket. */
  public BlockingSocket socket() {
    return socket;
  }
}
