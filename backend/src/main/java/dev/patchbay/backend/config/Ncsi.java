package dev.patchbay.backend.config;

import java.util.Locale;

/**
 * What a port answers to NC-SI (DSP0222).
 *
 * @param profile how absent packages are answered
 * @param packages number of packages, 1 to {@value #MAX_PACKAGES}
 * @param channels number of channels in each package, 1 to {@value #MAX_CHANNELS}
 * @param vendor whose OEM commands are understood
 */
public record Ncsi(Profile profile, int packages, int channels, Vendor vendor) {
  /** Package identifiers have three bits (DSP0222 section 6.2.9). */
  public static final int MAX_PACKAGES = 8;

  /** Channel identifiers have five bits, of which 0x1f addresses the package itself. */
  public static final int MAX_CHANNELS = 31;

  /** What a port has behind which no guest is. */
  public static final Ncsi NONE = new Ncsi(Profile.OFF, 1, 1, Vendor.NONE);

  /** What a port has when nothing is said. */
  public static final Ncsi DEFAULT = new Ncsi(Profile.FAST, 1, 1, Vendor.NONE);

  /** How a port behaves. */
  public enum Profile {
    /** Absent packages are refused at once, so that Linux's probe ends within two seconds. */
    FAST,
    /** As a real card: silence for absent packages. */
    STRICT,
    /** No NC-SI. */
    OFF;

    /** The word of the option. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whose OEM commands are understood. */
  public enum Vendor {
    /** Nobody's. */
    NONE,
    /** Mellanox (IANA 0x8119). */
    MELLANOX,
    /** Broadcom (IANA 0x113d). */
    BROADCOM,
    /** Intel (IANA 0x157). */
    INTEL;

    /** The word of the option. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
