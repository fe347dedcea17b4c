package dev.patchbay.stack.admin.ethtool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options that ask a driver for what no device here has: how ethtool says so, as it does of Linux's
 * own virtual devices.
 */
enum EthtoolLack {
  SHOW_PAUSE(List.of("-a", "--show-pause"), 1, null),
  PAUSE(List.of("-A", "--pause"), 76, null),
  SHOW_COALESCE(List.of("-c", "--show-coalesce"), 1, null),
  COALESCE(List.of("-C", "--coalesce"), 1, null),
  SHOW_RING(List.of("-g", "--show-ring"), 1, null),
  SET_RING(List.of("-G", "--set-ring"), 81, null),
  SHOW_CHANNELS(List.of("-l", "--show-channels"), 1, null),
  SET_CHANNELS(List.of("-L", "--set-channels"), 1, null),
  CHANGE(List.of("-s", "--change"), 75, null),
  NEGOTIATE(List.of("-r", "--negotiate"), 255, "Cannot restart autonegotiation"),
  IDENTIFY(List.of("-p", "--identify"), 255, "Cannot identify NIC"),
  TEST(List.of("-t", "--test"), 74, "Cannot test"),
  REGISTERS(List.of("-d", "--register-dump"), 74, "Cannot get register dump"),
  EEPROM(List.of("-e", "--eeprom-dump"), 74, "Cannot get EEPROM data"),
  MODULE_EEPROM(List.of("-m", "--dump-module-eeprom", "--module-info"), 1, null),
  SHOW_EEE(List.of("--show-eee"), 1, null),
  SET_EEE(List.of("--set-eee"), 76, null),
  SHOW_PRIVATE(List.of("--show-priv-flags"), 1, null),
  SET_PRIVATE(List.of("--set-priv-flags"), 1, null),
  SHOW_FEC(List.of("--show-fec"), 1, null),
  SET_FEC(List.of("--set-fec"), 83, null),
  CABLE_TEST(List.of("--cable-test"), 1, null);

  /** Words that some of them take behind the device, each with an argument. */
  private static final List<String> PAUSE_WORDS = List.of("autoneg", "rx", "tx");

  private static final List<String> CHANGE_WORDS =
      List.of(
          "speed",
          "duplex",
          "port",
          "mdix",
          "autoneg",
          "advertise",
          "phyad",
          "xcvr",
          "wol",
          "sopass",
          "msglvl",
          "lanes",
          "master-slave");

  private final List<String> names;
  private final int status;
  private final @Nullable String failure;

  EthtoolLack(List<String> names, int status, @Nullable String failure) {
    this.names = names;
    this.status = status;
    this.failure = failure;
  }

  /** The option of that name, or null. */
  static @Nullable EthtoolLack of(String name) {
    for (EthtoolLack lack : values()) {
      if (lack.names.contains(name)) {
        return lack;
      }
    }
    return null;
  }

  /** Exit status where the driver cannot. */
  int status() {
    return status;
  }

  /** Whether {@code --json} may stand before it. */
  boolean hasJson() {
    return this == SHOW_PAUSE;
  }

  /** What it says, with the words for the error. */
  String message(String error) {
    return failure == null ? "netlink error: " + error : failure + ": " + error;
  }

  /** Whether it asks by netlink, which says more of a device that is missing. */
  boolean isNetlink() {
    return failure == null;
  }

  /** Whether nothing is asked of the device where no word stands behind it. */
  boolean mayBeIdle() {
    return this == CHANGE;
  }

  /** The words that it knows, or empty for those that are not looked at. */
  List<String> words() {
    return switch (this) {
      case PAUSE -> PAUSE_WORDS;
      case CHANGE -> CHANGE_WORDS;
      default -> List.of();
    };
  }
}
