package dev.patchbay.stack.route;

import dev.patchbay.stack.ip.IpAddress;

/**
 * A route with what it is for, as it is listed and changed.
 *
 * @param table number of its table, 1 to 2^32-1
 * @param destination network address
 * @param prefix length of its prefix within the family, 0 to 32 or 128
 * @param route what it says
 */
public record RouteEntry(long table, IpAddress destination, int prefix, Route route) {
  /** The number of the table of our own addresses ({@code RT_TABLE_LOCAL}). */
  public static final long LOCAL = 255;

  /** The number of the ordinary table ({@code RT_TABLE_MAIN}). */
  public static final long MAIN = 254;

  /** The number of the table that is asked last ({@code RT_TABLE_DEFAULT}). */
  public static final long DEFAULT = 253;

  /** The same prefix with another route. */
  public RouteEntry with(Route other) {
    return new RouteEntry(table, destination, prefix, other);
  }
}
