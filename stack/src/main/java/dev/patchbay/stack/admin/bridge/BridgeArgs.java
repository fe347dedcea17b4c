package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.LinkLayer;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.PortState;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How {@code bridge} reads its words and says what is wrong with them. */
final class BridgeArgs {
  private static final Pattern NUMBER = Pattern.compile("\\s*([+-]?\\d{1,18}).*");

  private BridgeArgs() {}

  /** Fails with the status of almost all that {@code bridge} refuses. */
  static RefusedException failed(String message) {
    return new RefusedException(RefusedException.SYNTAX, message);
  }

  /** What Linux answers. */
  static RefusedException answered(int errno, @Nullable String sentence) {
    return failed(
        sentence != null ? "Error: " + sentence + "." : "RTNETLINK answers: " + Errno.text(errno));
  }

  static RefusedException answered(BridgeRefusedException e) {
    return answered(e.errno(), e.getMessage());
  }

  static RefusedException noDevice(String name) {
    return failed("Cannot find device \"" + name + "\"");
  }

  static RefusedException noBridge(String name) {
    return failed("Cannot find bridge device \"" + name + "\"");
  }

  /** A device, or the message that there is no such bridge device. */
  static NetDevice device(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw noBridge(name);
    }
    return found;
  }

  /** The port that a device is. */
  static @Nullable BridgePort port(NetDevice device) {
    return device.masterPort() instanceof BridgePort port ? port : null;
  }

  /** The bridge of a device that is one or a port of one, or null. */
  static @Nullable Bridge bridge(NetDevice device) {
    BridgePort port = port(device);
    if (port != null) {
      return port.master();
    }
    return device instanceof Bridge bridge ? bridge : null;
  }

  /** A number as C's {@code atoi} reads it: what stands behind it is passed over, none is 0. */
  static int atoi(String word) {
    Matcher matcher = NUMBER.matcher(word);
    return matcher.matches() ? (int) Long.parseLong(matcher.group(1)) : 0;
  }

  /**
   * An Ethernet address.
   *
   * @throws RefusedException where it is none
   */
  static long mac(String word) throws RefusedException {
    long mac = LinkLayer.scanned(word);
    if (mac < 0) {
      throw failed("Invalid mac address " + word);
    }
    return mac;
  }

  /** The number of a port's state by its word, or -1. */
  static int state(String word) {
    for (PortState state : PortState.values()) {
      if (state.text().equals(word)) {
        return state.ordinal();
      }
    }
    return -1;
  }
}
