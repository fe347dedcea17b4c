package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.bridge.VlanGroup;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/** {@code bridge fdb flush}: deletes the entries that its words describe. */
final class FdbFlush {
  private static final int USER = 1;
  private static final int STICKY = 2;

  /** Set on entries of controllers and other software, of which there are none. */
  private static final int FOREIGN = 4;

  private final NetworkStack stack;
  private int state;
  private int stateMask;
  private int flags;
  private int flagsMask;
  private int vlan = -1;
  private boolean master;
  private boolean self;
  private @Nullable String name;
  private @Nullable String port;

  FdbFlush(NetworkStack stack) {
    this.stack = stack;
  }

  void run(Words words) throws RefusedException {
    while (words.hasNext()) {
      word(words.next(), words);
    }
    if (name == null) {
      throw BridgeArgs.failed("Device is a required argument.");
    }
    NetDevice device = BridgeArgs.device(stack, name);
    NetDevice behind = port == null ? null : stack.device(port);
    if (port != null && behind == null) {
      throw BridgeArgs.failed("Cannot find bridge port device \"" + port + "\"");
    }
    if (vlan >= VlanGroup.IDS) {
      throw BridgeArgs.failed("Invalid VLAN ID \"" + vlan + "\"");
    }
    self |= !master;
    Bridge bridge = BridgeArgs.bridge(device);
    BridgePort own = BridgeArgs.port(device);
    boolean asPort = master && own != null;
    if (bridge == null || !asPort && !(self && device instanceof Bridge)) {
      throw BridgeArgs.answered(Errno.EOPNOTSUPP, null);
    }
    if (vlan == 0 || vlan == VlanGroup.IDS - 1) {
      throw BridgeArgs.answered(Errno.EINVAL, "invalid vlan id");
    }
    BridgePort only = asPort ? own : only(bridge, behind);
    bridge.fdb().flush(entry -> fits(entry, only));
  }

  private static @Nullable BridgePort only(Bridge bridge, @Nullable NetDevice behind)
      throws RefusedException {
    if (behind == null || behind.equals(bridge)) {
      return null;
    }
    BridgePort port = BridgeArgs.port(behind);
    if (port == null) {
      throw BridgeArgs.answered(Errno.EINVAL, "Flush device is not a bridge port");
    }
    if (!port.master().equals(bridge)) {
      throw BridgeArgs.answered(
          Errno.EINVAL, "Flush bridge port belongs to a different bridge device");
    }
    return port;
  }

  private boolean fits(Fdb.Entry entry, @Nullable BridgePort only) {
    int is = entry.state() == Fdb.State.PERMANENT ? FdbObject.PERMANENT | FdbObject.NO_ARP : 0;
    is |= entry.state() == Fdb.State.STATIC ? FdbObject.NO_ARP : 0;
    int has = (entry.user() ? USER : 0) | (entry.sticky() ? STICKY : 0);
    return (only == null || only.equals(entry.port()))
        && (vlan < 0 || vlan == entry.vid())
        && (is & stateMask) == state
        && (has & flagsMask) == flags;
  }

  private void word(String word, Words words) throws RefusedException {
    switch (word) {
      case "dev" -> name = words.next();
      case "master" -> master = true;
      case "self" -> self = true;
      case "brport" -> {
        String behind = words.next();
        if (port != null) {
          throw RefusedException.garbage("brport", "brport");
        }
        port = behind;
      }
      case "vlan" -> {
        if (vlan >= 0) {
          throw RefusedException.garbage("vlan", word);
        }
        vlan = (short) BridgeArgs.atoi(words.next());
      }
      case "permanent" -> states(FdbObject.PERMANENT, FdbObject.PERMANENT);
      case "nopermanent" -> states(0, FdbObject.PERMANENT);
      case "static" -> states(FdbObject.NO_ARP, FdbObject.NO_ARP | FdbObject.PERMANENT);
      case "nostatic" -> states(0, FdbObject.NO_ARP);
      case "dynamic" -> states(0, FdbObject.NO_ARP | FdbObject.PERMANENT);
      case "nodynamic" -> states(FdbObject.NO_ARP, FdbObject.NO_ARP);
      default -> flag(word);
    }
  }

  private void states(int value, int mask) {
    state = state & ~mask | value;
    stateMask |= mask;
  }

  private void flag(String word) throws RefusedException {
    int bit =
        switch (word.startsWith("no") ? word.substring(2) : word) {
          case "added_by_user" -> USER;
          case "sticky" -> STICKY;
          case "extern_learn", "offloaded" -> FOREIGN;
          default -> throw RefusedException.unsupported("bridge fdb flush " + word);
        };
    flags = word.startsWith("no") ? flags & ~bit : flags | bit;
    flagsMask |= bit;
  }
}
