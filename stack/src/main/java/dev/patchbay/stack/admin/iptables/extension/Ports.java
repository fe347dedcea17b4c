package dev.patchbay.stack.admin.iptables.extension;

/**
 * A port or a range of ports.
 *
 * @param low the least, 0 to 65535
 * @param high the greatest
 */
public record Ports(int low, int high) {
  /** All of them. */
  public static final Ports ALL = new Ports(0, 0xffff);

  /**
   * Reads {@code PORT}, {@code PORT:PORT}, {@code :PORT} or {@code PORT:}; names are looked up.
   *
   * @param protocol the protocol whose names count
   */
  public static Ports parse(String text, String protocol, Context context)
      throws IptablesException {
    int colon = text.indexOf(':');
    if (colon < 0) {
      int port = port(text, protocol, context);
      return new Ports(port, port);
    }
    String from = text.substring(0, colon);
    String to = text.substring(colon + 1);
    int low = from.isEmpty() ? 0 : port(from, protocol, context);
    int high = to.isEmpty() ? 0xffff : port(to, protocol, context);
    if (low > high) {
      throw IptablesException.parameter("invalid portrange (min > max)");
    }
    return new Ports(low, high);
  }

  /** One port, by number or name. */
  public static int port(String text, String protocol, Context context) throws IptablesException {
    long number = Values.number(text);
    if (number < 0) {
      number = context.services().port(text, protocol);
    }
    if (number < 0 || number > 0xffff) {
      throw IptablesException.parameter("invalid port/service `" + text + "' specified");
    }
    return (int) number;
  }

  /** The range in numbers, as one where it is one port. */
  @Override
  public String toString() {
    return low == high ? String.valueOf(low) : low + ":" + high;
  }

  /** The range in names, where there are and {@code numeric} does not forbid them. */
  public String named(String protocol, boolean numeric, Context context) {
    String first = name(low, protocol, numeric, context);
    return low == high ? first : first + ":" + name(high, protocol, numeric, context);
  }

  private static String name(int port, String protocol, boolean numeric, Context context) {
    String name = numeric ? null : context.services().name(port, protocol);
    return name == null ? String.valueOf(port) : name;
  }

  public boolean isAll() {
    return equals(ALL);
  }
}
