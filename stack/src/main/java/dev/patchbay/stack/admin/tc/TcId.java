package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.Qdisc;

/** Handles and class ids as {@code tc} reads and prints them. */
final class TcId {
  private static final int MAJOR = 0xffff_0000;
  private static final int MINOR = 0xffff;

  private TcId() {}

  /** {@code get_qdisc_handle}: what stands behind the colon is not looked at. */
  static int handle(String word, String message) throws RefusedException {
    if (word.equals("none")) {
      return 0;
    }
    int end = hexEnd(word, 0);
    long major = end == 0 ? -1 : hex(word, 0, end);
    if (major < 0 || major > MINOR || end < word.length() && word.charAt(end) != ':') {
      throw TcArgs.invalid(message, word);
    }
    return (int) major << 16;
  }

  /** {@code get_tc_classid}. */
  static int classId(String word, String message) throws RefusedException {
    if (word.equals("root")) {
      return Qdisc.ROOT;
    } else if (word.equals("none")) {
      return 0;
    }
    int end = hexEnd(word, 0);
    boolean colon = end < word.length() && word.charAt(end) == ':';
    long major = end == 0 ? 0 : hex(word, 0, end);
    int last = colon ? hexEnd(word, end + 1) : end;
    long minor = colon && last > end + 1 ? hex(word, end + 1, last) : 0;
    if (end == 0 && !colon || last != word.length() || minor > MINOR) {
      throw TcArgs.invalid(message, word);
    }
    if (!colon) {
      return (int) major;
    }
    if (major > MINOR) {
      throw TcArgs.invalid(message, word);
    }
    return (int) (major << 16 | minor);
  }

  private static int hexEnd(String word, int from) {
    int end = from;
    while (end < word.length() && Character.digit(word.charAt(end), 16) >= 0 && end - from < 15) {
      end++;
    }
    return end;
  }

  private static long hex(String word, int from, int end) {
    return Long.parseLong(word, from, end, 16);
  }

  /** {@code print_tc_classid}. */
  static String text(int id) {
    if (id == Qdisc.ROOT) {
      return "root";
    } else if (id == 0) {
      return "none";
    }
    String major = (id & MAJOR) == 0 ? "" : Integer.toHexString(id >>> 16);
    String minor = (id & MINOR) == 0 ? "" : Integer.toHexString(id & MINOR);
    return major + ":" + minor;
  }

  /** A handle: its major number and a colon. */
  static String handleText(int handle) {
    return Integer.toHexString(handle >>> 16) + ":";
  }
}
