package dev.patchbay.stack.admin.iptables.extension;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A type of service under a mask, and its names in RFC 1349. */
public record TosValue(int value, int mask) {
  private static final Map<String, Integer> SYMBOLS = symbols();

  private static Map<String, Integer> symbols() {
    Map<String, Integer> all = new LinkedHashMap<>();
    all.put("Minimize-Delay", 0x10);
    all.put("Maximize-Throughput", 0x08);
    all.put("Maximize-Reliability", 0x04);
    all.put("Minimize-Cost", 0x02);
    all.put("Normal-Service", 0x00);
    return all;
  }

  /**
   * Reads {@code VALUE[/MASK]} or a name.
   *
   * @param symbolMask the mask that a name stands for
   */
  public static TosValue parse(String extension, String option, String text, int symbolMask)
      throws IptablesException {
    int slash = text.indexOf('/');
    long value = Values.number(slash < 0 ? text : text.substring(0, slash));
    if (value >= 0) {
      long mask = slash < 0 ? 0xff : Values.number(text.substring(slash + 1));
      if (value <= 255 && mask >= 0 && mask <= 255) {
        return new TosValue((int) value, (int) mask);
      }
    } else {
      String lower = text.toLowerCase(Locale.ROOT);
      for (Map.Entry<String, Integer> entry : SYMBOLS.entrySet()) {
        if (entry.getKey().toLowerCase(Locale.ROOT).equals(lower)) {
          return new TosValue(entry.getValue(), symbolMask);
        }
      }
    }
    throw IptablesException.parameter(
        extension + ": Bad value for \"--" + option + "\" option: \"" + text + "\"");
  }

  /** Its name, where it has the mask that names stand for; else the empty text. */
  public String symbol(int symbolMask) {
    if (mask == symbolMask) {
      for (Map.Entry<String, Integer> entry : SYMBOLS.entrySet()) {
        if (entry.getValue() == value) {
          return entry.getKey();
        }
      }
    }
    return "";
  }

  @Override
  public String toString() {
    return Values.hex2(value) + "/" + Values.hex2(mask);
  }
}
