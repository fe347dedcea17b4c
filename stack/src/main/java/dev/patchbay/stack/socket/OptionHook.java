package dev.patchbay.stack.socket;

/**
 * Further options of inet sockets, such as those of multicast, for {@link InetSocket#addHook}. Both
 * methods return {@code -ENOPROTOOPT} for what is not theirs.
 */
public interface OptionHook {
  /** setsockopt(2): 0 or a negative error. */
  int set(int level, int name, byte[] value, int length);

  /** getsockopt(2): bytes written or a negative error. */
  int get(int level, int name, byte[] value, int length);
}
