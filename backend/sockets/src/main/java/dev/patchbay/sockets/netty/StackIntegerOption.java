package dev.patchbay.sockets.netty;

import io.netty.channel.ChannelOption;

/**
 * Any option of the virtual network's sockets whose value is an {@code int}, by Linux's numbers
 * ({@link dev.patchbay.stack.socket.SocketOptions}), as {@code IntegerUnixChannelOption} is one of
 * the host's. One that sockets do not know, or refuse, fails with {@link
 * io.netty.channel.ChannelException}.
 */
public final class StackIntegerOption extends ChannelOption<Integer> {
  private final int level;
  private final int number;

  /**
   * @param name for messages
   * @param level for instance {@code SOL_SOCKET}
   * @param number for instance {@code SO_PRIORITY}
   */
  @SuppressWarnings("deprecation")
  public StackIntegerOption(String name, int level, int number) {
    super(name);
    this.level = level;
    this.number = number;
  }

  /** Level of setsockopt(2). */
  public int level() {
    return level;
  }

  /** Name of setsockopt(2), a number. */
  public int number() {
    return number;
  }
}
