package dev.patchbay.stack.admin.iptables.extension;

import java.util.Locale;
import java.util.Map;

/** Differentiated services code points and the names of their classes (RFC 2597, 3246, 8622). */
public final class Dscp {
  private static final Map<String, Integer> CLASSES =
      Map.ofEntries(
          Map.entry("cs0", 0x00),
          Map.entry("cs1", 0x08),
          Map.entry("cs2", 0x10),
          Map.entry("cs3", 0x18),
          Map.entry("cs4", 0x20),
          Map.entry("cs5", 0x28),
          Map.entry("cs6", 0x30),
          Map.entry("cs7", 0x38),
          Map.entry("be", 0x00),
          Map.entry("af11", 0x0a),
          Map.entry("af12", 0x0c),
          Map.entry("af13", 0x0e),
          Map.entry("af21", 0x12),
          Map.entry("af22", 0x14),
          Map.entry("af23", 0x16),
          Map.entry("af31", 0x1a),
          Map.entry("af32", 0x1c),
          Map.entry("af33", 0x1e),
          Map.entry("af41", 0x22),
          Map.entry("af42", 0x24),
          Map.entry("af43", 0x26),
          Map.entry("ef", 0x2e));

  private Dscp() {}

  /** The code point of a class. */
  public static int ofClass(String name) throws IptablesException {
    Integer value = CLASSES.get(name.toLowerCase(Locale.ROOT));
    if (value == null) {
      throw IptablesException.parameter("Invalid DSCP value `" + name + "'");
    }
    return value;
  }
}
