package dev.patchbay.stack.admin;

/** The words {@code on} and {@code off}, which iproute2 reads in two ways. */
public final class OnOff {
  private OnOff() {}

  /** As newer words take them ({@code parse_on_off}); {@code status} is that of another word. */
  public static boolean parse(String key, String word, int status) throws RefusedException {
    return read(key, word, "one of \"off\", \"on\"", status);
  }

  /** As older words of {@code ip link} take them ({@code on_off}). */
  public static boolean older(String key, String word) throws RefusedException {
    return read(key, word, "\"on\" or \"off\"", RefusedException.FAILED);
  }

  private static boolean read(String key, String word, String wanted, int status)
      throws RefusedException {
    if (word.equals("on") || word.equals("off")) {
      return word.equals("on");
    }
    throw new RefusedException(
        status, "Error: argument of \"" + key + "\" must be " + wanted + ", not \"" + word + "\"");
  }
}
