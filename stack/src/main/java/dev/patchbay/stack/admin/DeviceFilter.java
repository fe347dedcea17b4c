package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words behind {@code ip address show} and {@code ip link show} that choose devices.
 *
 * @param device the only one, or null
 * @param master of its ports alone, or null
 * @param type of a kind alone, or of the ports of a kind ({@code bridge_slave}); or null
 * @param group of a group alone, or -1
 */
public record DeviceFilter(
    @Nullable NetDevice device,
    boolean up,
    @Nullable NetDevice master,
    boolean noMaster,
    @Nullable String type,
    long group) {
  private static final List<String> OTHERS =
      List.of(
          "scope",
          "to",
          "label",
          "dynamic",
          "permanent",
          "tentative",
          "deprecated",
          "dadfailed",
          "temporary",
          "primary",
          "secondary",
          "home",
          "mngtmpaddr",
          "nodad",
          "optimistic",
          "noprefixroute",
          "autojoin",
          "proto");

  public static DeviceFilter parse(String object, NetworkStack stack, List<String> words)
      throws RefusedException {
    String name = null;
    boolean up = false;
    boolean noMaster = false;
    NetDevice master = null;
    String type = null;
    long group = -1;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "up" -> up = true;
        case "master" -> master = master(stack, following(words, ++i));
        case "nomaster" -> noMaster = true;
        case "type" -> type = following(words, ++i);
        case "group" -> group = group(following(words, ++i));
        case "vrf" -> throw RefusedException.wrong(following(words, ++i), "Not a valid VRF name\n");
        default -> {
          if (OTHERS.contains(word)) {
            throw RefusedException.unsupported("ip " + object + " show " + word);
          }
          String wanted = word.equals("dev") ? following(words, ++i) : word;
          if (name != null) {
            throw RefusedException.garbage(wanted);
          }
          name = wanted;
        }
      }
    }
    return new DeviceFilter(
        name == null ? null : device(stack, name), up, master, noMaster, type, group);
  }

  private static NetDevice master(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw RefusedException.wrong(name, "Device does not exist\n");
    }
    return found;
  }

  /** A group of devices ({@code rtnl_group_a2n}): 32 bits of a number count. */
  public static long group(String word) throws RefusedException {
    if (word.equals("default")) {
      return 0;
    }
    try {
      return Long.decode(word) & 0xffff_ffffL;
    } catch (NumberFormatException e) {
      throw RefusedException.wrong(word, "Invalid \"group\" value\n");
    }
  }

  /** The word at {@code at}, which is the argument of the one before. */
  public static String following(List<String> words, int at) throws RefusedException {
    if (at == words.size()) {
      throw RefusedException.incomplete();
    }
    return words.get(at);
  }

  /** The device by which something leaves, in the words of routes and neighbours. */
  public static NetDevice outgoing(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw new RefusedException(RefusedException.FAILED, "Cannot find device \"" + name + "\"");
    }
    return found;
  }

  private static NetDevice device(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw new RefusedException(
          RefusedException.FAILED, "Device \"" + name + "\" does not exist.");
    }
    return found;
  }

  /** The devices that it lets through, in the order of their indices. */
  public List<NetDevice> select(NetworkStack stack) {
    return stack.devices().stream()
        .filter(d -> device == null || d.equals(device))
        .filter(d -> !up || d.isUp())
        .filter(d -> master == null || master.equals(d.master()))
        .filter(d -> !noMaster || d.master() == null)
        .filter(d -> group < 0 || (d.attributes().group & 0xffff_ffffL) == group)
        .filter(d -> type == null || isOfType(d, type))
        .sorted(Comparator.comparingInt(NetDevice::index))
        .toList();
  }

  /** Whether a device or what its master makes of it is of a kind. */
  private static boolean isOfType(NetDevice device, String type) {
    NetDevice master = device.master();
    return type.equals(device.type()) || master != null && type.equals(master.type() + "_slave");
  }
}
