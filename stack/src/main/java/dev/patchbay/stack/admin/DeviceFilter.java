package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words behind {@code ip address show} and {@code ip link show}: {@code [dev] NAME}, {@code
 * up}, {@code master NAME}.
 */
public record DeviceFilter(@Nullable NetDevice device, boolean up, @Nullable NetDevice master) {
  private static final List<String> OTHERS =
      List.of(
          "scope",
          "to",
          "type",
          "vrf",
          "group",
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
          "nomaster",
          "proto");

  public static DeviceFilter parse(String object, NetworkStack stack, List<String> words)
      throws RefusedException {
    String name = null;
    boolean up = false;
    NetDevice master = null;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("up")) {
        up = true;
      } else if (word.equals("master")) {
        master = device(stack, following(words, ++i));
      } else if (OTHERS.contains(word)) {
        throw RefusedException.unsupported("ip " + object + " show " + word);
      } else {
        String wanted = word.equals("dev") ? following(words, ++i) : word;
        if (name != null) {
          throw RefusedException.garbage(wanted);
        }
        name = wanted;
      }
    }
    return new DeviceFilter(name == null ? null : device(stack, name), up, master);
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

  public List<NetDevice> select(NetworkStack stack) {
    return stack.devices().stream()
        .filter(d -> device == null || d.equals(device))
        .filter(d -> !up || d.isUp())
        .filter(d -> master == null || master.equals(d.master()))
        .toList();
  }
}
