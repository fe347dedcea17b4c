package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.LinkLayer;
import dev.patchbay.stack.admin.OnOff;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.OperState;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words of a link ({@code iplink_parse}) up to the type's own: those behind {@code ip
 * link add} and {@code set}, and those behind a veth's {@code peer}.
 */
final class LinkParser {
  /** Changes that are on or off and have no value besides. */
  private static final Set<String> ON_OFF =
      Set.of("multicast", "allmulticast", "promisc", "trailers", "arp", "dynamic");

  private static final List<String> OTHERS =
      List.of(
          "link-netns",
          "link-netnsid",
          "new-netns",
          "new-netnsid",
          "numtxqueues",
          "numrxqueues",
          "addrgenmode",
          "protodown_reason",
          "gso_max_size",
          "gso_max_segs",
          "gro_max_size",
          "parentdev",
          "vf",
          "vrf",
          "xdp",
          "xdpgeneric",
          "xdpdrv",
          "xdpoffload",
          "target-netnsid",
          "altname");

  private final NetworkStack stack;
  private final boolean create;
  private final LinkRequest request = new LinkRequest();

  /**
   * @param create whether the device is to be made: then {@code dev} may be a name that is not yet
   */
  LinkParser(NetworkStack stack, boolean create) {
    this.stack = stack;
    this.create = create;
  }

  /** Reads words up to the end or to the one behind {@code type}. */
  LinkRequest parse(Words words) throws RefusedException {
    while (words.hasNext() && request.type == null) {
      word(words.next(), words);
    }
    if (create && request.device != null && request.name != null) {
      throw new RefusedException(
          RefusedException.SYNTAX,
          "both \"name\" and \"dev\" cannot be used when creating devices.");
    }
    return request;
  }

  private void word(String word, Words words) throws RefusedException {
    switch (word) {
      case "up" -> request.up = true;
      case "down" -> request.up = false;
      case "name" -> name(words.next());
      case "index" -> index(words.next());
      case "link" -> link(words.next());
      case "address" -> request.address = LinkLayer.octets(words.next());
      case "broadcast", "brd" -> request.broadcast = LinkLayer.octets(words.next());
      case "txqueuelen", "qlen", "txqlen" -> queueLength(words.next());
      case "mtu" -> mtu(words.next());
      case "carrier" -> request.carrier = OnOff.parse("carrier", words.next(), Errno.EINVAL);
      case "protodown" -> {
        OnOff.parse("protodown", words.next(), Errno.EINVAL);
        request.protoDown = true;
      }
      case "master" -> request.master = master(stack, words.next());
      case "nomaster" -> request.noMaster = true;
      case "netns" -> namespace(words.next());
      case "type" -> request.type = words.next();
      case "alias" -> alias(words.next());
      case "group" -> group(words.next());
      case "mode" -> mode(words.next());
      case "state" -> state(words.next());
      default -> other(word, words);
    }
  }

  private void other(String word, Words words) throws RefusedException {
    if (ON_OFF.contains(word)) {
      request.flags.add(new LinkRequest.Flag(word, onOff(word, words.next())));
      return;
    }
    if (OTHERS.contains(word)) {
      throw RefusedException.unsupported("ip link " + (create ? "add " : "set ") + word);
    }
    if (word.equals("help")) {
      throw new RefusedException(RefusedException.SYNTAX, LinkModify.USAGE);
    }
    String wanted = word.equals("dev") ? words.next() : word;
    if (request.device != null) {
      throw RefusedException.garbage(wanted);
    }
    if (!isAlternativeName(wanted)) {
      throw invalid(wanted, "\"dev\" not a valid ifname");
    }
    request.device = wanted;
  }

  // ---- values

  private void name(String word) throws RefusedException {
    if (request.name != null) {
      throw duplicate("name", word);
    }
    if (!isAlternativeName(word) || word.length() > 15) {
      throw invalid(word, "\"name\" not a valid ifname");
    }
    request.name = word;
  }

  /** {@code check_altifname}: what iproute2 itself lets through. */
  private static boolean isAlternativeName(String word) {
    return !word.isEmpty()
        && word.length() < 128
        && word.chars().noneMatch(c -> c == '/' || Character.isWhitespace(c));
  }

  private void index(String word) throws RefusedException {
    if (request.index >= 0) {
      throw duplicate("index", word);
    }
    Integer value = integer(word);
    if (value == null || value <= 0) {
      throw invalid(word, "Invalid \"index\" value");
    }
    request.index = value;
  }

  private void link(String word) throws RefusedException {
    if (!create) {
      throw RefusedException.unsupported("ip link set link");
    }
    request.link = present(stack, word);
  }

  private void namespace(String word) throws RefusedException {
    if (request.namespace != null) {
      throw duplicate("netns", word);
    }
    NetworkStack found = stack.namespaces().find(word);
    if (found == null) {
      throw invalid(word, "Invalid \"netns\" value\n");
    }
    request.namespace = found;
  }

  private void mtu(String word) throws RefusedException {
    if (request.mtu != null) {
      throw duplicate("mtu", word);
    }
    Integer value = integer(word);
    if (value == null) {
      throw invalid(word, "Invalid \"mtu\" value\n");
    }
    request.mtu = (long) value;
  }

  private void queueLength(String word) throws RefusedException {
    if (request.queueLength >= 0) {
      throw duplicate("txqueuelen", word);
    }
    Integer value = integer(word);
    if (value == null || value < 0) {
      throw invalid(word, "Invalid \"txqueuelen\" value\n");
    }
    request.queueLength = value;
  }

  private void alias(String word) throws RefusedException {
    if (word.length() >= 256) {
      throw invalid(word, "alias too long\n");
    }
    request.alias = word;
  }

  private void group(String word) throws RefusedException {
    if (request.group >= 0) {
      throw duplicate("group", word);
    }
    request.group = DeviceFilter.group(word);
  }

  private void mode(String word) throws RefusedException {
    request.dormantMode =
        switch (word.toLowerCase(Locale.ROOT)) {
          case "default" -> false;
          case "dormant" -> true;
          default -> throw invalid(word, "Invalid link mode\n");
        };
  }

  private void state(String word) throws RefusedException {
    for (OperState state : OperState.values()) {
      if (state.name().equalsIgnoreCase(word)) {
        request.state = state;
        return;
      }
    }
    throw invalid(word, "Invalid operstate\n");
  }

  /** An {@code int} as {@code get_integer} reads it, or null. */
  private static @Nullable Integer integer(String word) {
    try {
      return Integer.decode(word);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The master of that name; the message is iproute2's own. */
  static NetDevice master(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw invalid(name, "Device does not exist\n");
    }
    return found;
  }

  /** The device of that name that is to be changed or built upon. */
  static NetDevice present(NetworkStack stack, String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw new RefusedException(RefusedException.FAILED, "Cannot find device \"" + name + "\"");
    }
    return found;
  }

  /** {@code on} or {@code off} as older words of iproute2 take it. */
  static boolean onOff(String what, String word) throws RefusedException {
    return OnOff.older(what, word);
  }

  /** {@code invarg}. */
  static RefusedException invalid(String word, String why) {
    return RefusedException.wrong(word, why);
  }

  /** {@code duparg}. */
  static RefusedException duplicate(String what, String second) {
    return RefusedException.duplicate(what, second);
  }
}
