package dev.patchbay.stack.admin.sysctl;

/**
 * The two ways to write a key ({@code slashdot}): what the first separator is, they all are, and
 * the other sign is part of a name. {@code net.ipv4.conf.eth0/42.rp_filter} and {@code
 * net/ipv4/conf/eth0.42/rp_filter} are the same.
 */
final class SysctlNames {
  private SysctlNames() {}

  /**
   * A key with slashes.
   *
   * @param faults takes a warning where two separators follow each other
   */
  static String path(String key, StringBuilder faults) {
    return swap(key, '/', faults);
  }

  /** A key with dots, as it is shown. */
  static String dotted(String key) {
    return swap(key, '.', null);
  }

  private static String swap(
      String key, char wanted, @org.jspecify.annotations.Nullable StringBuilder faults) {
    char[] text = key.toCharArray();
    int first = separator(text, 0);
    if (first == text.length || text[first] == wanted) {
      return key;
    }
    boolean warned = faults == null;
    for (int i = first; i < text.length; i = separator(text, i + 1)) {
      boolean twice = i + 1 < text.length && (text[i + 1] == '.' || text[i + 1] == '/');
      if (twice && !warned && faults != null) {
        faults
            .append("sysctl: separators should not be repeated: ")
            .append(key.substring(i))
            .append('\n');
        warned = true;
      }
      text[i] = text[i] == '.' ? '/' : '.';
    }
    return new String(text);
  }

  private static int separator(char[] text, int from) {
    int at = from;
    while (at < text.length && text[at] != '.' && text[at] != '/') {
      at++;
    }
    return at;
  }

  /** A path as the file system takes it: slashes together are one. */
  static String plain(String path) {
    String one = path.replaceAll("/+", "/");
    int end = one.endsWith("/") ? one.length() - 1 : one.length();
    return one.substring(one.startsWith("/") ? 1 : 0, Math.max(end, one.startsWith("/") ? 1 : 0));
  }
}
