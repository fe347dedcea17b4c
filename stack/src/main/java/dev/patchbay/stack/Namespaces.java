package dev.patchbay.stack;

import dev.patchbay.stack.device.Loopback;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.vxlan.VxlanNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The network namespaces of an appliance: the one that is always there, and those that {@code ip
 * netns add} named. All belong to one loop and one pool of packets; nothing else is common to them.
 *
 * <p>Of the loop's thread.
 */
public final class Namespaces {
  /** How many names there may be; each costs some hundred KiB of tables. */
  public static final int LIMIT = 256;

  private final NetworkStack initial;
  private final SequencedMap<String, NetworkStack> named = new LinkedHashMap<>();
  private @Nullable HostLinks host;
  private final VxlanNet vxlans = new VxlanNet(() -> host);
  private final List<Runnable> changed = new ArrayList<>();

  Namespaces(NetworkStack initial) {
    this.initial = initial;
  }

  /** One more who is told after a namespace came or went. */
  public void onChange(Runnable listener) {
    changed.add(listener);
  }

  private void told() {
    changed.forEach(Runnable::run);
  }

  /** All of them by their names, the initial one first with the empty name. */
  public SequencedMap<String, NetworkStack> all() {
    SequencedMap<String, NetworkStack> all = new LinkedHashMap<>();
    all.put("", initial);
    all.putAll(named);
    return all;
  }

  /** The one without a name. */
  public NetworkStack initial() {
    return initial;
  }

  /** What connects devices with the host, or null where there is none. */
  public @Nullable HostLinks host() {
    return host;
  }

  /** The VXLAN devices of all of them. */
  public VxlanNet vxlans() {
    return vxlans;
  }

  /** Sets what connects devices with the host; once, before there are such devices. */
  public void host(HostLinks links) {
    host = links;
  }

  /** The one of that name, or null. */
  public @Nullable NetworkStack find(String name) {
    return named.get(name);
  }

  /** The name of a namespace; empty for the initial one. */
  public String nameOf(NetworkStack stack) {
    for (var entry : named.entrySet()) {
      if (entry.getValue().equals(stack)) {
        return entry.getKey();
      }
    }
    return "";
  }

  /** All names, the newest first, as the file system lists them to {@code ip netns}. */
  public List<String> names() {
    return List.copyOf(named.reversed().keySet());
  }

  /** Whether a file could have that name: what a namespace is on Linux. */
  public static boolean isValidName(String name) {
    return !name.isEmpty()
        && name.length() < 256
        && name.indexOf('/') < 0
        && !name.equals(".")
        && !name.equals("..");
  }

  /**
   * Makes an empty one: {@code lo} alone, down.
   *
   * @return null where the name is taken, or {@link #LIMIT} are there
   * @throws IllegalArgumentException for a name that {@link #isValidName} does not allow
   */
  public @Nullable NetworkStack add(String name) {
    if (!isValidName(name)) {
      throw new IllegalArgumentException("not a name of a namespace: '" + name + "'");
    }
    if (named.containsKey(name) || named.size() >= LIMIT) {
      return null;
    }
    NetworkStack made = new NetworkStack(this, initial.random().derive("netns " + name));
    named.put(name, made);
    told();
    return made;
  }

  /** One as {@link #add} would make it now, in no list: to see what it has by itself. */
  public NetworkStack sample() {
    return new NetworkStack(this, initial.random().derive("netns"));
  }

  /**
   * Takes a name away and what was behind it: cables go back to the initial namespace, down; all
   * other devices end ({@code default_device_exit_net}). A socket that is still open in it finds no
   * route and no device any more; on Linux the namespace lives on for it.
   *
   * @return false where there is no such name
   */
  public boolean delete(String name) {
    NetworkStack gone = named.remove(name);
    if (gone == null) {
      return false;
    }
    for (NetDevice device : new ArrayList<>(gone.devices())) {
      if (!gone.devices().contains(device)) {
        continue; // it went with another one
      }
      if (device instanceof PortDevice && device.type() == null) {
        if (initial.device(device.name()) != null) {
          device.name(freeName());
        }
        move(device, gone, initial);
      } else {
        gone.remove(device);
      }
    }
    gone.netfilter().close();
    all().values().forEach(other -> other.numbers().forget(gone));
    told();
    return true;
  }

  /** {@code dev%d}, as Linux renames what comes back and finds its name taken. */
  private String freeName() {
    int number = 0;
    while (initial.device("dev" + number) != null) {
      number++;
    }
    return "dev" + number;
  }

  /**
   * The number by which the namespace of a device knows that of the device to which its link leads
   * ({@code rtnl_fill_link_netnsid}); it has one from now on. -1 where both are in one.
   */
  public static int linkNumber(NetDevice device) {
    NetDevice to = device.linked();
    if (to != null
        && device.host() instanceof NetworkStack here
        && to.host() instanceof NetworkStack there
        && !here.equals(there)) {
      return here.numbers().of(there);
    }
    return -1;
  }

  /** Whether a device may leave its namespace at all ({@code NETIF_F_NETNS_LOCAL}). */
  public static boolean isMovable(NetDevice device) {
    return !(device instanceof Loopback) && !device.isBoundToNamespace();
  }

  /**
   * Moves a device ({@code dev_change_net_namespace}): it goes down and loses addresses, routes,
   * neighbours, qdiscs and master, and keeps its name, and its index where that is free.
   *
   * @throws IllegalArgumentException where the name is taken there, or the device cannot move
   */
  public static void move(NetDevice device, NetworkStack from, NetworkStack to) {
    move(device, from, to, device.name(), device.index());
  }

  /**
   * Moves a device and gives it a name and an index on its way.
   *
   * @param name one that is free there
   * @param index one that it gets where it is free there, else another
   * @throws IllegalArgumentException where the name is taken there, or the device cannot move
   */
  public static void move(
      NetDevice device, NetworkStack from, NetworkStack to, String name, int index) {
    if (from.equals(to)) {
      return;
    }
    if (!isMovable(device) || to.device(name) != null) {
      throw new IllegalArgumentException(device.name() + " cannot move");
    }
    from.numbers().of(to);
    from.release(device);
    if (!name.equals(device.name())) {
      device.name(name);
    }
    device.index(index);
    to.adopt(device);
  }
}
