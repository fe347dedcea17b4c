package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a channel: Netty's own options, and those that are the socket's. Any thread
 * may call it; from others than the loop's it waits for the loop.
 */
abstract class StackChannelConfig extends DefaultChannelConfig {
  private final AbstractStackChannel owner;
  private final Map<ChannelOption<?>, SocketOption<?>> table;

  StackChannelConfig(AbstractStackChannel owner, Map<ChannelOption<?>, SocketOption<?>> table) {
    super(owner);
    this.owner = owner;
    this.table = table;
  }

  StackChannelConfig(
      AbstractStackChannel owner,
      Map<ChannelOption<?>, SocketOption<?>> table,
      RecvByteBufAllocator allocator) {
    super(owner, allocator);
    this.owner = owner;
    this.table = table;
  }

  /** Does something with the socket, on the loop, and waits for it. */
  final <T> T ask(Function<Socket, T> question) {
    return owner.sockets.call(() -> question.apply(owner.socket));
  }

  /** An option of the table. */
  final <T> T get(ChannelOption<T> option) {
    SocketOption<T> found = Objects.requireNonNull(find(option));
    return ask(found::get);
  }

  /** Sets an option of the table. */
  final <T> void set(ChannelOption<T> option, T value) {
    SocketOption<T> found = Objects.requireNonNull(find(option));
    ask(socket -> {
      found.set(socket, value);
      return true;
    });
  }

  @SuppressWarnings("unchecked")
  private <T> @Nullable SocketOption<T> find(ChannelOption<T> option) {
    return (SocketOption<T>) table.get(option);
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(super.getOptions(), table.keySet().toArray(ChannelOption<?>[]::new));
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> @Nullable T getOption(ChannelOption<T> option) {
    if (option instanceof StackIntegerOption number) {
      return (T) ask(socket -> number(socket, number));
    }
    SocketOption<T> found = find(option);
    return found == null ? super.getOption(option) : ask(found::get);
  }

  private static Integer number(Socket socket, StackIntegerOption option) {
    int[] out = new int[1];
    int result = socket.getsockopt(option.level(), option.number(), out);
    if (result < 0) {
      throw SocketOption.failure(option.name(), result);
    }
    return out[0];
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option instanceof StackIntegerOption number) {
      validate(option, value);
      ask(socket -> setNumber(socket, number, (Integer) value));
      return true;
    }
    if (find(option) == null) {
      return super.setOption(option, value);
    }
    validate(option, value);
    set(option, value);
    return true;
  }

  private static boolean setNumber(Socket socket, StackIntegerOption option, int value) {
    if (value != 0 && isErrorQueue(option)) {
      throw new ChannelException(
          option.name() + " is not supported here: a channel does not read the error queue");
    }
    int result = socket.setsockopt(option.level(), option.number(), value);
    if (result < 0) {
      throw SocketOption.failure(option.name(), result);
    }
    return true;
  }

  private static boolean isErrorQueue(StackIntegerOption option) {
    return option.level() == SocketOptions.SOL_IP && option.number() == SocketOptions.IP_RECVERR
        || option.level() == SocketOptions.IPPROTO_IPV6
            && option.number() == SocketOptions.IPV6_RECVERR;
  }

  @Override
  protected final void autoReadCleared() {
    owner.clearReadPending();
  }
}
