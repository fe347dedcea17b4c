package dev.patchbay.qemu.qmp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Version of a QEMU, as its QMP greeting and {@code --version} tell it.
 *
 * @param major first number, e.g. 7
 * @param minor second number
 * @param micro third number; 50 and above is a development build of the next minor version
 */
public record QemuVersion(int major, int minor, int micro) implements Comparable<QemuVersion> {

  private static final Pattern PRINTED =
      Pattern.compile("QEMU emulator version (\\d+)\\.(\\d+)\\.(\\d+)");

  /**
   * Takes the version out of what {@code qemu-system-… --version} prints.
   *
   * @throws IllegalArgumentException if there is no version in it
   */
  public static QemuVersion parse(String printed) {
    Matcher matcher = PRINTED.matcher(printed);
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "not the --version of a QEMU emulator: '" + printed.strip() + "'");
    }
    return new QemuVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** Takes the version out of the value of the key {@code qemu} in QMP's {@code VersionInfo}. */
  static QemuVersion of(JsonNode triple) {
    return new QemuVersion(
        triple.path("major").asInt(0),
        triple.path("minor").asInt(0),
        triple.path("micro").asInt(0));
  }

  /** Whether this is {@code major.minor} or later. */
  public boolean atLeast(int major, int minor) {
    return this.major > major || (this.major == major && this.minor >= minor);
  }

  @Override
  public int compareTo(QemuVersion other) {
    int order = Integer.compare(major, other.major);
    if (order == 0) {
      order = Integer.compare(minor, other.minor);
    }
    return order != 0 ? order : Integer.compare(micro, other.micro);
  }

  /** As QEMU prints it, e.g. {@code 7.2.22}. */
  @Override
  public String toString() {
    return major + "." + minor + "." + micro;
  }
}
