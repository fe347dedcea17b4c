package dev.patchbay.stack.admin.iptables.extension;

/**
 * Numbers of 32 bits without sign, both ends included ({@code XTTYPE_UINT32RC}); none where the
 * first is the greater one.
 */
public record NumberRange(long low, long high) {
  /** The greatest number. */
  public static final long MOST = 0xffff_ffffL;

  /** All numbers. */
  public static final NumberRange ALL = new NumberRange(0, MOST);

  /** Reads {@code NUMBER}, {@code NUMBER:NUMBER}, {@code :NUMBER}, {@code NUMBER:} or {@code :}. */
  public static NumberRange parse(String extension, String option, String text)
      throws IptablesException {
    String[] parts = text.split(":", -1);
    long low = bound(extension, option, parts[0], text, 0);
    long high = low;
    if (parts.length > 1) {
      high = bound(extension, option, parts[1], text.substring(parts[0].length() + 1), MOST);
    }
    if (parts.length > 2) {
      throw IptablesException.parameter(
          extension + ": Too many components for option \"--" + option + "\" (max: 2)\n");
    }
    return new NumberRange(low, high);
  }

  /**
   * One end.
   *
   * @param rest the text from there on, which a message tells of
   */
  private static long bound(String extension, String option, String text, String rest, long without)
      throws IptablesException {
    if (text.isEmpty()) {
      return without;
    }
    long value = Values.number(text);
    if (value >= 0) {
      return value;
    }
    int digits = 0;
    while (digits < text.length() && Values.number(text.substring(0, digits + 1)) >= 0) {
      digits++;
    }
    boolean odd =
        digits > 0 && digits < text.length() && Character.digit(text.charAt(digits), 10) < 0;
    throw IptablesException.parameter(
        odd
            ? "%s: Argument to \"--%s\" has unexpected characters near \"%s\".\n"
                .formatted(extension, option, rest.substring(digits))
            : "%s: bad value for option \"--%s\" near \"%s\", or out of range (0-%d).\n"
                .formatted(extension, option, rest, MOST));
  }

  public boolean isAll() {
    return equals(ALL);
  }

  /** The range, as one number where it is one. */
  @Override
  public String toString() {
    return low == high ? String.valueOf(low) : low + ":" + high;
  }
}
