package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.bridge.VlanGroup;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.vxlan.VxlanDevice;
import org.jspecify.annotations.Nullable;

/** {@code bridge fdb add}, {@code append}, {@code replace} and {@code delete}. */
final class FdbChange {
  private final NetDevice device;
  private final long mac;
  private int vlan = -1;
  private boolean self;
  private boolean master;
  private boolean permanent;
  private boolean reachable;
  private boolean noArp = true;
  private boolean sticky;
  private boolean use;
  private @Nullable String refused;
  private final VxlanFdbWords far = new VxlanFdbWords();
  private @Nullable String address;
  private @Nullable String name;

  /** Reads the words. */
  FdbChange(NetworkStack stack, Words words, String usage) throws RefusedException {
    while (words.hasNext()) {
      word(words.next(), words, usage);
    }
    String to = address;
    String dev = name;
    if (to == null || dev == null) {
      throw BridgeArgs.failed("Device and address are required arguments.");
    }
    self |= !master;
    mac = BridgeArgs.mac(to);
    NetDevice found = stack.device(dev);
    if (found == null) {
      throw BridgeArgs.noDevice(dev);
    }
    device = found;
    if (refused == null && !(found instanceof VxlanDevice)) {
      refused = far.word();
    }
    if (refused != null) {
      throw RefusedException.unsupported("bridge fdb " + refused);
    }
  }

  private void word(String word, Words words, String usage) throws RefusedException {
    switch (word) {
      case "dev" -> name = words.next();
      case "dst" -> far.destination = words.next();
      case "port" -> far.port = words.next();
      case "vni" -> far.vni = words.next();
      case "nhid", "src_vni", "via" -> {
        words.next();
        refused = word;
      }
      case "self" -> self = true;
      default -> abbreviated(word, words, usage);
    }
  }

  private void abbreviated(String word, Words words, String usage) throws RefusedException {
    if (BridgeCommand.matches(word, "master")) {
      master = true;
    } else if (BridgeCommand.matches(word, "router")) {
      refused = "router";
    } else if (BridgeCommand.matches(word, "local") || BridgeCommand.matches(word, "permanent")) {
      permanent = true;
    } else if (BridgeCommand.matches(word, "temp") || BridgeCommand.matches(word, "static")) {
      reachable = true;
    } else if (BridgeCommand.matches(word, "dynamic")) {
      reachable = true;
      noArp = false;
    } else if (BridgeCommand.matches(word, "vlan")) {
      if (vlan >= 0) {
        throw RefusedException.garbage("vlan", word);
      }
      vlan = (short) BridgeArgs.atoi(words.next());
    } else if (BridgeCommand.matches(word, "use")) {
      use = true;
    } else if (BridgeCommand.matches(word, "extern_learn")) {
      refused = "extern_learn";
    } else if (BridgeCommand.matches(word, "sticky")) {
      sticky = true;
    } else {
      String to = word.equals("to") ? words.next() : word;
      if (BridgeCommand.matches(to, "help")) {
        throw BridgeArgs.failed(usage);
      }
      if (address != null) {
        throw RefusedException.garbage("to", to);
      }
      address = to;
    }
  }

  private Fdb.State state() {
    if (permanent || !reachable) {
      return Fdb.State.PERMANENT;
    }
    return noArp ? Fdb.State.STATIC : Fdb.State.DYNAMIC;
  }

  /** Where it goes: the bridge, and the port that it is behind, null for the bridge itself. */
  private record Place(Bridge bridge, @Nullable BridgePort port) {}

  /**
   * {@code rtnl_fdb_add} and {@code rtnl_fdb_del}: {@code master} means the bridge of a port,
   * {@code self} the device's own list, which is the table where it is a bridge.
   *
   * @return null for the own list of a device that is none
   */
  private @Nullable Place place() throws RefusedException {
    if (vlan == 0 || vlan >= VlanGroup.IDS - 1) {
      throw BridgeArgs.answered(Errno.EINVAL, "invalid vlan id");
    }
    BridgePort port = BridgeArgs.port(device);
    if (master && port == null) {
      throw FdbObject.notSupportedThere();
    }
    if (self && device instanceof Bridge bridge) {
      return new Place(bridge, null);
    }
    return self || port == null ? null : new Place(port.master(), port);
  }

  /**
   * @param farMode what a VXLAN device makes of it
   */
  void add(Fdb.Mode mode, VxlanDevice.Mode farMode) throws RefusedException {
    if (self && !master && device instanceof VxlanDevice vxlan) {
      if (sticky || use) {
        throw RefusedException.unsupported("bridge fdb " + (use ? "use" : "sticky"));
      }
      far.add(vxlan, mac, state(), farMode);
      return;
    }
    Place place = place();
    if (place == null) {
      // an Ethernet controller's list of further addresses: no device here has one
      throw RefusedException.unsupported("bridge fdb add self");
    }
    Fdb fdb = place.bridge.fdb();
    try {
      if (use) {
        fdb.use(mac, Math.max(vlan, 0), place.port);
      } else {
        fdb.add(mac, Math.max(vlan, 0), place.port, state(), sticky, mode);
      }
    } catch (BridgeRefusedException e) {
      throw BridgeArgs.answered(e);
    }
  }

  void delete() throws RefusedException {
    if (self && !master && device instanceof VxlanDevice vxlan) {
      far.delete(vxlan, mac);
      return;
    }
    Place place = place();
    if (place == null) {
      throw BridgeArgs.answered(Errno.ENOENT, null);
    }
    try {
      place.bridge.fdb().delete(mac, Math.max(vlan, 0), place.port);
    } catch (BridgeRefusedException e) {
      throw BridgeArgs.answered(e);
    }
  }
}
