package dev.patchbay.stack.admin.ip;

/** Layout that the listings share. */
final class IpText {
  private IpText() {}

  /**
   * A record of complete lines; with {@code oneLine} ({@code -o}) line feeds become backslashes.
   */
  static String line(String lines, boolean oneLine) {
    if (!oneLine || lines.isEmpty()) {
      return lines;
    }
    return lines.substring(0, lines.length() - 1).replace('\n', '\\') + "\n";
  }
}
