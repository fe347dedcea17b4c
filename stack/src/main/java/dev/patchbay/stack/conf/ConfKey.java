package dev.patchbay.stack.conf;

/** One of the values of a device, under Linux's name. */
public interface ConfKey {
  /** The last part of its name: {@code rp_filter}. */
  String text();

  /** What {@code default} is at the start. */
  int initial();

  /** What {@code all} is at the start. */
  default int initialAll() {
    return initial();
  }

  /** The least value that is taken. */
  default int least() {
    return Integer.MIN_VALUE;
  }

  /** The greatest value that is taken. */
  default int greatest() {
    return Integer.MAX_VALUE;
  }
}
