package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding table as administration sees and changes it (Linux: {@code br_fdb_add}, {@code
 * br_fdb_delete}, {@code br_fdb_delete_bulk}). The addresses of the bridge and of its ports stand
 * in it as local entries, in no VLAN and in each of theirs.
 */
public final class Fdb {
  private static final int LOCAL = ForwardingTable.LOCAL | ForwardingTable.STATIC;

  private final Bridge bridge;
  private final ForwardingTable table;
  private final EventLoop loop;

  Fdb(Bridge bridge, ForwardingTable table, EventLoop loop) {
    this.bridge = bridge;
    this.table = table;
    this.loop = loop;
  }

  /** What an entry is ({@code NUD_…} of {@code ndm_state}). */
  public enum State {
    /** An address of our own ({@code local}, {@code NUD_PERMANENT}). */
    PERMANENT,

    /** Does not age ({@code NUD_NOARP}). */
    STATIC,

    /** Ages ({@code NUD_REACHABLE}). */
    DYNAMIC
  }

  /**
   * An entry, as it was when it was asked for.
   *
   * @param vid 0 for none
   * @param port null for the bridge itself
   * @param used ns since a frame was last sent to it
   * @param updated ns since it was last seen or set
   */
  public record Entry(
      long mac,
      int vid,
      @Nullable BridgePort port,
      State state,
      boolean sticky,
      boolean user,
      long used,
      long updated) {}

  /** How {@link #add} treats an entry that there is, or is not. */
  public enum Mode {
    /** Refuses one that exists ({@code bridge fdb add}). */
    ADD,

    /** Makes or changes it ({@code replace}, {@code append}). */
    REPLACE
  }

  /** All entries that are not too old, the newest first. */
  public List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    for (int slot : table.newestFirst()) {
      if (table.find(table.mac(slot), table.vid(slot), loop.now()) == slot) {
        all.add(entry(slot));
      }
    }
    return all;
  }

  /** The entry of an address, or null. */
  public @Nullable Entry get(long mac, int vid) {
    int slot = table.find(mac, vid, loop.now());
    return slot < 0 ? null : entry(slot);
  }

  private Entry entry(int slot) {
    int flags = table.flags(slot);
    State state = State.DYNAMIC;
    if ((flags & ForwardingTable.LOCAL) != 0) {
      state = State.PERMANENT;
    } else if ((flags & ForwardingTable.STATIC) != 0) {
      state = State.STATIC;
    }
    long now = loop.now();
    return new Entry(
        table.mac(slot),
        table.vid(slot),
        table.port(slot),
        state,
        (flags & ForwardingTable.STICKY) != 0,
        (flags & ForwardingTable.USER) != 0,
        now - table.used(slot),
        now - table.seen(slot));
  }

  private VlanGroup vlans(@Nullable BridgePort port) {
    return port == null ? bridge.vlans().own() : port.vlans();
  }

  /**
   * Sets an entry by hand: in {@code vid}, or with 0 in none and in each VLAN of the port.
   *
   * @param port null for the bridge itself
   * @throws BridgeRefusedException as {@code br_fdb_add}
   */
  public void add(
      long mac, int vid, @Nullable BridgePort port, State state, boolean sticky, Mode mode)
      throws BridgeRefusedException {
    if (mac == 0 || vid != 0 && !vlans(port).has(vid)) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    addOne(mac, vid, port, state, sticky, mode);
    if (vid == 0) {
      VlanGroup group = vlans(port);
      for (int id = group.next(1); id > 0; id = group.next(id + 1)) {
        addOne(mac, id, port, state, sticky, mode);
      }
    }
  }

  /** {@code fdb_add_entry}. */
  private void addOne(
      long mac, int vid, @Nullable BridgePort port, State state, boolean sticky, Mode mode)
      throws BridgeRefusedException {
    if (port != null && state == State.DYNAMIC && !learns(port)) {
      throw new BridgeRefusedException(Errno.EPERM);
    }
    if (port == null && state != State.PERMANENT || sticky && state == State.PERMANENT) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    if (mode == Mode.ADD && table.find(mac, vid, loop.now()) >= 0) {
      throw new BridgeRefusedException(Errno.EEXIST);
    }
    int flags =
        switch (state) {
          case PERMANENT -> LOCAL;
          case STATIC -> ForwardingTable.STATIC;
          case DYNAMIC -> 0;
        };
    flags |= ForwardingTable.USER | (sticky ? ForwardingTable.STICKY : 0);
    table.set(mac, vid, port, flags, loop.now());
  }

  private static boolean learns(BridgePort port) {
    return port.state() == PortState.LEARNING || port.state() == PortState.FORWARDING;
  }

  /**
   * As if a frame had come from {@code mac} ({@code NTF_USE}).
   *
   * @throws BridgeRefusedException as {@code br_fdb_add}
   */
  public void use(long mac, int vid, @Nullable BridgePort port) throws BridgeRefusedException {
    if (port == null || mac == 0 || vid != 0 && !port.vlans().has(vid)) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    if (!learns(port)) {
      return;
    }
    table.learn(mac, vid, port, loop.now());
    if (vid == 0) {
      VlanGroup group = port.vlans();
      for (int id = group.next(1); id > 0; id = group.next(id + 1)) {
        table.learn(mac, id, port, loop.now());
      }
    }
  }

  /**
   * Deletes an entry of a port, with {@code vid} 0 in all its VLANs.
   *
   * @throws BridgeRefusedException ENOENT
   */
  public void delete(long mac, int vid, @Nullable BridgePort port) throws BridgeRefusedException {
    boolean any = deleteOne(mac, vid, port);
    if (vid == 0) {
      VlanGroup group = vlans(port);
      for (int id = group.next(1); id > 0; id = group.next(id + 1)) {
        any |= deleteOne(mac, id, port);
      }
    }
    if (!any) {
      throw new BridgeRefusedException(Errno.ENOENT);
    }
  }

  private boolean deleteOne(long mac, int vid, @Nullable BridgePort port) {
    int slot = table.find(mac, vid, loop.now());
    if (slot < 0 || table.port(slot) != port) {
      return false;
    }
    table.remove(slot);
    return true;
  }

  /** Deletes each entry that {@code which} says. */
  public void flush(Predicate<Entry> which) {
    removeIf(slot -> which.test(entry(slot)));
  }

  private void removeIf(IntPredicate which) {
    for (int slot = 0; slot < table.slots(); slot++) {
      if (table.isPresent(slot) && which.test(slot)) {
        table.remove(slot);
      }
    }
  }

  /**
   * Forgets what ages behind a port ({@code br_fdb_delete_by_port}).
   *
   * @param vid 0 for all
   */
  void forget(@Nullable BridgePort port, int vid) {
    removeIf(slot ->
        table.port(slot) == port
            && (table.flags(slot) & ForwardingTable.STATIC) == 0
            && (vid == 0 || table.vid(slot) == vid));
  }

  /** Forgets what ages behind a port ({@code fdb_flush} of a port). */
  public void flushLearned(BridgePort port) {
    forget(port, 0);
  }

  /** Forgets all that is behind a port that is taken away. */
  void forgetAll(BridgePort port) {
    removeIf(slot -> table.port(slot) == port);
    table.forget(port);
  }

  /** Enters an address of our own ({@code br_fdb_add_local}). */
  void addLocal(@Nullable BridgePort port, long mac, int vid) {
    int slot = table.find(mac, vid, loop.now());
    if (mac != 0 && (slot < 0 || (table.flags(slot) & ForwardingTable.LOCAL) == 0)) {
      table.set(mac, vid, port, LOCAL, loop.now());
    }
  }

  /** Takes one out, or gives it to another port that has it too ({@code fdb_delete_local}). */
  void deleteLocal(@Nullable BridgePort port, long mac, int vid) {
    int slot = table.find(mac, vid, loop.now());
    int own = ForwardingTable.LOCAL | ForwardingTable.USER;
    if (slot < 0
        || table.port(slot) != port
        || (table.flags(slot) & own) != ForwardingTable.LOCAL) {
      return;
    }
    for (BridgePort other : bridge.bridgePorts()) {
      if (other != port && other.device().mac() == mac && (vid == 0 || other.vlans().has(vid))) {
        table.set(mac, vid, other, LOCAL, loop.now());
        return;
      }
    }
    if (port != null && bridge.mac() == mac && (vid == 0 || bridge.vlans().own().has(vid))) {
      table.set(mac, vid, null, LOCAL, loop.now());
    } else {
      table.remove(slot);
    }
  }

  /** The port's address is another one ({@code br_fdb_changeaddr}). */
  void portAddressChanged(BridgePort port, long before) {
    move(port, before, port.device());
  }

  /** The bridge's address is another one ({@code br_fdb_change_mac_address}). */
  void bridgeAddressChanged(long before) {
    move(null, before, bridge);
  }

  private void move(@Nullable BridgePort port, long before, NetDevice device) {
    VlanGroup group = vlans(port);
    deleteLocal(port, before, 0);
    addLocal(port, device.mac(), 0);
    for (int id = group.next(1); id > 0; id = group.next(id + 1)) {
      deleteLocal(port, before, id);
      addLocal(port, device.mac(), id);
    }
  }
}
