package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One key: a file below {@code /proc/sys}.
 *
 * @param path its name with slashes: {@code net/ipv4/conf/eth0.42/rp_filter}
 * @param reader tells the value as the file has it, without a line feed
 * @param writer takes a value, null where there is none
 */
public record SysctlKey(String path, Supplier<String> reader, @Nullable Writer writer) {
  /** Takes a value. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Sets it.
     *
     * @throws SysctlException where it is none; nothing has changed
     */
    void write(String value) throws SysctlException;
  }

  /** Characters of a number in {@code proc_get_long}. */
  private static final int LONGEST = 22;

  /** A number. */
  static SysctlKey number(String path, int least, int greatest, IntSupplier get, IntConsumer set) {
    return new SysctlKey(
        path,
        () -> String.valueOf(get.getAsInt()),
        value -> set.accept(numbers(value, 1, least, greatest)[0]));
  }

  /** 0 or 1. */
  static SysctlKey flag(String path, IntSupplier get, IntConsumer set) {
    return number(path, 0, 1, get, set);
  }

  /** A text that none writes. */
  static SysctlKey text(String path, Supplier<String> get) {
    return new SysctlKey(path, get, null);
  }

  /**
   * The numbers of a value ({@code proc_dointvec}): decimal, octal behind 0, hexadecimal behind 0x.
   *
   * @throws SysctlException {@code EINVAL} where there are not as many, or one is out of range
   */
  static int[] numbers(String value, int count, int least, int greatest) throws SysctlException {
    List<Integer> all = new ArrayList<>();
    for (String word : value.strip().split("\\s+")) {
      all.add(parse(word, least, greatest));
    }
    if (all.size() != count) {
      throw new SysctlException(Errno.EINVAL);
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int parse(String word, int least, int greatest) throws SysctlException {
    String digits = word.startsWith("-") ? word.substring(1) : word;
    boolean numeric = !digits.isEmpty() && Character.digit(digits.charAt(0), 10) >= 0;
    if (numeric && word.length() <= LONGEST) {
      try {
        long found = digits.equals("08") || digits.equals("09") ? -1 : Long.decode(word);
        if (found >= least && found <= greatest) {
          return (int) found;
        }
      } catch (NumberFormatException e) {
        // told below
      }
    }
    throw new SysctlException(Errno.EINVAL);
  }
}
