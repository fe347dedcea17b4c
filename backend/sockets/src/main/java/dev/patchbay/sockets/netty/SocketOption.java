package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * How one of Netty's options is kept in a socket. On the loop; what the socket refuses is a {@link
 * ChannelException} that names the option and Linux's error.
 *
 * @param <T> type of the value
 */
abstract class SocketOption<T> {
  private final ChannelOption<T> option;

  SocketOption(ChannelOption<T> option) {
    this.option = option;
  }

  /** Its name towards Netty. */
  final ChannelOption<T> option() {
    return option;
  }

  abstract void set(Socket socket, T value);

  abstract T get(Socket socket);

  /**
   * The result of a call.
   *
   * @throws ChannelException where it is an error
   */
  final int check(int result) {
    if (result < 0) {
      throw failure(result);
    }
    return result;
  }

  /** The exception for an error. */
  final ChannelException failure(int error) {
    return failure(option.name(), error);
  }

  static ChannelException failure(String name, int error) {
    String text = name + ": " + Errno.text(error);
    return new ChannelException(text, new SocketException(text));
  }

  final int getInt(Socket socket, int level, int name) {
    int[] out = new int[1];
    check(socket.getsockopt(level, name, out));
    return out[0];
  }

  static boolean isV6(Socket socket) {
    return socket.family() == AddressFamily.AF_INET6;
  }

  // ---- the common kinds

  /** A number. */
  static SocketOption<Integer> number(ChannelOption<Integer> option, int level, int name) {
    return new SocketOption<>(option) {
      @Override
      void set(Socket socket, Integer value) {
        check(socket.setsockopt(level, name, value));
      }

      @Override
      Integer get(Socket socket) {
        return getInt(socket, level, name);
      }
    };
  }

  /** A flag, whose number is 0 or 1. */
  static SocketOption<Boolean> flag(ChannelOption<Boolean> option, int level, int name) {
    return new SocketOption<>(option) {
      @Override
      void set(Socket socket, Boolean value) {
        check(socket.setsockopt(level, name, value ? 1 : 0));
      }

      @Override
      Boolean get(Socket socket) {
        return getInt(socket, level, name) != 0;
      }
    };
  }

  /** A name of at most 15 bytes. */
  static SocketOption<String> text(ChannelOption<String> option, int level, int name) {
    return new SocketOption<>(option) {
      @Override
      void set(Socket socket, String value) {
        byte[] bytes = (value + "\0").getBytes(StandardCharsets.UTF_8);
        check(socket.setsockopt(level, name, bytes, bytes.length));
      }

      @Override
      String get(Socket socket) {
        byte[] bytes = new byte[16];
        int n = check(socket.getsockopt(level, name, bytes, bytes.length));
        String text = new String(bytes, 0, n, StandardCharsets.UTF_8);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
      }
    };
  }

  /**
   * A number of which IPv4 and IPv6 have one each: a socket of IPv6, which speaks both, has two.
   */
  static SocketOption<Integer> ofBoth(ChannelOption<Integer> option, int name4, int name6) {
    return new SocketOption<>(option) {
      @Override
      void set(Socket socket, Integer value) {
        check(socket.setsockopt(SocketOptions.SOL_IP, name4, value));
        if (isV6(socket)) {
          check(socket.setsockopt(SocketOptions.IPPROTO_IPV6, name6, value));
        }
      }

      @Override
      Integer get(Socket socket) {
        return isV6(socket)
            ? getInt(socket, SocketOptions.IPPROTO_IPV6, name6)
            : getInt(socket, SocketOptions.SOL_IP, name4);
      }
    };
  }

  /** As {@link #ofBoth}, of a flag. */
  static SocketOption<Boolean> flagOfBoth(
      ChannelOption<Boolean> option, int name4, int name6, boolean inverted) {
    return new SocketOption<>(option) {
      @Override
      void set(Socket socket, Boolean value) {
        int number = value != inverted ? 1 : 0;
        check(socket.setsockopt(SocketOptions.SOL_IP, name4, number));
        if (isV6(socket)) {
          check(socket.setsockopt(SocketOptions.IPPROTO_IPV6, name6, number));
        }
      }

      @Override
      Boolean get(Socket socket) {
        int number =
            isV6(socket)
                ? getInt(socket, SocketOptions.IPPROTO_IPV6, name6)
                : getInt(socket, SocketOptions.SOL_IP, name4);
        return number != 0 != inverted;
      }
    };
  }
}
