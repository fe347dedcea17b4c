package dev.patchbay.stack.admin.ethtool;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VethDevice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code ethtool} (6.1): settings, {@code -i}, {@code -k}, {@code -K}, {@code -S},
 * {@code -P}, {@code -l}, and those that devices without hardware cannot answer.
 */
public final class EthtoolCommand {
  private static final int FAILED = 1;
  private static final int NO_SETTINGS = 75;

  /** How often ethtool asks about a device before it gives up. */
  private static final int SETTINGS_ASKED = 5;

  private static final String BAD =
      "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n";
  private static final String MISSING =
      "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";
  private static final String USAGE =
      """
      Usage:
              ethtool [ --json ] DEVNAME
              ethtool -i|--driver DEVNAME
              ethtool [ --json ] -k|--show-features|--show-offload DEVNAME
              ethtool -K|--features|--offload DEVNAME FEATURE on|off ...
              ethtool -S|--statistics DEVNAME
              ethtool -P|--show-permaddr DEVNAME
              ethtool -l|--show-channels DEVNAME
              ethtool -h|--help
              ethtool --version
      """;

  /** Options of Linux's ethtool that are not here. */
  private static final List<String> NOT_HERE =
      List.of(
          "--debug",
          "-I",
          "--include-statistics",
          "-T",
          "--show-time-stamping",
          "-E",
          "--change-eeprom",
          "-n",
          "-u",
          "--show-nfc",
          "--show-ntuple",
          "-N",
          "-U",
          "--config-nfc",
          "--config-ntuple",
          "-x",
          "--show-rxfh-indir",
          "--show-rxfh",
          "-X",
          "--set-rxfh-indir",
          "--rxfh",
          "-f",
          "--flash",
          "-w",
          "--get-dump",
          "-W",
          "--set-dump",
          "--phy-statistics",
          "--get-phy-tunable",
          "--set-phy-tunable",
          "--get-tunable",
          "--set-tunable",
          "--reset",
          "--show-module",
          "--set-module",
          "--cable-test-tdr",
          "--show-tunnels",
          "-Q",
          "--per-queue",
          "--monitor",
          "--get-plca-cfg",
          "--set-plca-cfg",
          "--get-plca-status");

  /**
   * Answers what no namespace is needed for: the version and the usage.
   *
   * @param argv the words behind {@code ethtool}
   * @return null for all else
   */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    return switch (argv.isEmpty() ? "" : argv.getFirst()) {
      case "-h", "--help" -> new IpCommand.Result(0, USAGE, "");
      case "--version" -> new IpCommand.Result(0, "ethtool, patchbay (as ethtool 6.1)\n", "");
      default -> null;
    };
  }

  /**
   * Runs a command on the loop of the namespace.
   *
   * @param argv the words behind {@code ethtool}
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv) {
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    boolean json = !argv.isEmpty() && argv.getFirst().equals("--json");
    List<String> words = json ? argv.subList(1, argv.size()) : argv;
    if (words.isEmpty()) {
      return bad();
    }
    String option = words.getFirst();
    if (NOT_HERE.contains(option) && words.size() > 1 || json && !option.startsWith("-")) {
      return json && !option.startsWith("-") ? bad() : notHere(option);
    }
    if (!option.startsWith("-")) {
      NetDevice device = stack.device(option);
      return device == null
          ? new IpCommand.Result(NO_SETTINGS, "No data available\n", MISSING.repeat(SETTINGS_ASKED))
          : EthtoolSettings.settings(device);
    }
    if (words.size() == 1) {
      return bad();
    }
    return answer(option, stack.device(words.get(1)), words.subList(2, words.size()), json);
  }

  private static IpCommand.Result bad() {
    return new IpCommand.Result(FAILED, "", BAD);
  }

  private static IpCommand.Result notHere(String option) {
    return new IpCommand.Result(
        RefusedException.UNSUPPORTED,
        "",
        "Error: 'ethtool " + option + "' is not supported here.\n");
  }

  private static IpCommand.Result answer(
      String option, @Nullable NetDevice device, List<String> rest, boolean json) {
    switch (option) {
      case "-i", "--driver" -> {
        if (json || !rest.isEmpty()) {
          return bad();
        }
        return device == null
            ? failed(71, "Cannot get driver information: No such device")
            : EthtoolSettings.driver(device);
      }
      case "-S", "--statistics" -> {
        if (json || !rest.isEmpty()) {
          return notHere(option + (json ? " --json" : " " + rest.getFirst()));
        }
        return device == null
            ? failed(96, "Cannot get stats strings information: No such device")
            : EthtoolSettings.statistics(device);
      }
      case "-P", "--show-permaddr" -> {
        if (json) {
          return bad();
        }
        return device == null
            ? failed(FAILED, "netlink error: No such device")
            : EthtoolSettings.permanentAddress(device);
      }
      case "-k", "--show-features", "--show-offload" -> {
        if (!rest.isEmpty()) {
          return failed(FAILED, "ethtool: unexpected parameter '" + rest.getFirst() + "'");
        }
        return device == null
            ? new IpCommand.Result(FAILED, "", MISSING)
            : EthtoolFeatures.show(device, json);
      }
      case "-K", "--features", "--offload" -> {
        return json ? bad() : features(device, rest);
      }
      default -> {
        return lack(option, device, rest, json);
      }
    }
  }

  private static IpCommand.Result failed(int status, String message) {
    return new IpCommand.Result(status, "", message + "\n");
  }

  private static IpCommand.Result features(@Nullable NetDevice device, List<String> rest) {
    List<EthtoolFeatures.Wish> wanted = new ArrayList<>();
    IpCommand.Result wrong = EthtoolFeatures.read(rest, wanted);
    if (wrong != null) {
      return wrong;
    }
    return device == null
        ? new IpCommand.Result(92, "", MISSING)
        : EthtoolFeatures.change(device, wanted);
  }

  private static IpCommand.Result lack(
      String option, @Nullable NetDevice device, List<String> rest, boolean json) {
    EthtoolLack lack = EthtoolLack.of(option);
    if (lack == null || json && !lack.hasJson()) {
      return bad();
    }
    List<String> known = lack.words();
    if (!known.isEmpty()) {
      for (int i = 0; i < rest.size(); i += 2) {
        if (!known.contains(rest.get(i))) {
          return failed(
              FAILED, "ethtool (" + option + "): unknown parameter '" + rest.get(i) + "'");
        }
      }
    }
    if (lack.mayBeIdle() && rest.isEmpty()) {
      return new IpCommand.Result(0, "", "");
    }
    if (lack == EthtoolLack.SHOW_CHANNELS && device instanceof VethDevice) {
      return EthtoolSettings.channels(device);
    }
    String array = json ? "[ ]\n" : "";
    if (device == null) {
      String message = lack.isNetlink() ? MISSING : lack.message("No such device") + "\n";
      return new IpCommand.Result(lack.status(), array, message);
    }
    return new IpCommand.Result(
        lack.status(), array, lack.message("Operation not supported") + "\n");
  }
}
