package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ip address add}, {@code change}, {@code replace}, {@code delete} and {@code flush}. */
final class AddressModify {
  /** What an address is to become. */
  enum Change {
    ADD,
    /** As add, but no complaint where it is there. */
    REPLACE,
    DELETE
  }

  private static final List<String> OTHERS =
      List.of(
          "peer",
          "remote",
          "anycast",
          "metric",
          "priority",
          "preference",
          "valid_lft",
          "preferred_lft",
          "home",
          "mngtmpaddr",
          "noprefixroute",
          "autojoin",
          "proto",
          "optimistic");

  private static final List<String> FLUSH_OTHERS =
      List.of(
          "up",
          "label",
          "group",
          "type",
          "vrf",
          "master",
          "dynamic",
          "permanent",
          "primary",
          "secondary",
          "tentative",
          "deprecated",
          "dadfailed",
          "temporary",
          "home",
          "nodad");

  private static final String WILDCARD =
      """
      Warning: Executing wildcard deletion to stay compatible with old scripts.
               Explicitly specify the prefix length (%s/%d) to avoid this warning.
               This special behaviour is likely to disappear in further releases,
               fix your scripts!
      """;

  private final NetworkStack stack;
  private final Change change;
  private int family;
  private @Nullable IpAddress address;
  private int prefix;
  private boolean hasPrefix;
  private @Nullable String broadcast;
  private @Nullable Scope scope;
  private @Nullable String label;
  private @Nullable String deviceName;
  private boolean noDad;

  AddressModify(NetworkStack stack, IpOptions options, Change change) {
    this.stack = stack;
    this.change = change;
    family = options.family();
  }

  /** Returns what goes to standard error though all went well, mostly nothing. */
  String run(List<String> words) throws RefusedException {
    Words rest = new Words(words);
    while (rest.hasNext()) {
      word(rest.next(), rest);
    }
    if (deviceName == null) {
      throw new RefusedException(
          RefusedException.FAILED, "Not enough information: \"dev\" argument is required.");
    }
    if (label != null && change != Change.DELETE && label.length() > 15) {
      throw new RefusedException(2, "Error: Attribute failed policy validation.");
    }
    NetDevice device = DeviceFilter.outgoing(stack, deviceName);
    if (address == null) {
      throw new RefusedException(2, "RTNETLINK answers: Operation not supported");
    }
    try {
      if (change == Change.DELETE) {
        return delete(device, address);
      }
      insert(device, address);
      return "";
    } catch (RouteRefusedException e) {
      throw RefusedException.answered(e.errno(), e.getMessage());
    }
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "dev" -> deviceName = rest.next();
      case "broadcast", "brd" -> {
        if (broadcast != null) {
          throw new RefusedException(
              RefusedException.SYNTAX,
              "Error: duplicate \"broadcast\": \"" + rest.next() + "\" is the second value.");
        }
        broadcast = rest.next();
      }
      case "scope" -> scope = scope(rest.next());
      case "label" -> label = rest.next();
      case "nodad" -> noDad = true;
      default -> {
        if (OTHERS.contains(word)) {
          throw RefusedException.unsupported("ip address " + verb() + " " + word);
        }
        local(word.equals("local") ? rest.next() : word);
      }
    }
  }

  private String verb() {
    return change == Change.DELETE ? "del" : "add";
  }

  private static Scope scope(String word) throws RefusedException {
    Scope found = RouteNames.scope(word);
    if (found == null) {
      throw new RefusedException(
          RefusedException.SYNTAX,
          "Error: argument \"" + word + "\" is wrong: invalid scope value.");
    }
    return found;
  }

  private void local(String word) throws RefusedException {
    if (address != null) {
      throw new RefusedException(
          RefusedException.SYNTAX,
          "Error: either \"local\" is duplicate, or \"" + word + "\" is a garbage.");
    }
    AddressWord.Prefix found = AddressWord.prefix(word, family);
    if (found.address() == null) {
      throw RefusedException.unsupported("ip address " + verb() + " " + word);
    }
    if (found.address().isV4() && word.indexOf(':') >= 0) {
      throw RefusedException.unsupported("ip address " + verb() + " of an IPv4-mapped address");
    }
    address = found.address();
    prefix = found.length();
    hasPrefix = word.indexOf('/') >= 0;
    family = address.isV4() ? 4 : 6;
  }

  private String delete(NetDevice device, IpAddress own)
      throws RefusedException, RouteRefusedException {
    if (broadcast != null || scope != null) {
      throw RefusedException.unsupported("ip address del with broadcast or scope");
    }
    boolean other =
        label != null
            && device.addresses().stream()
                .noneMatch(known -> known.address().equals(own) && known.label().equals(label));
    if (other) {
      throw new RefusedException(2, "Error: ipv4: Address not found.");
    }
    stack.addresses().delete(device, own, hasPrefix || !own.isV4() ? prefix : -1);
    return hasPrefix || !own.isV4() ? "" : WILDCARD.formatted(own, prefix);
  }

  private void insert(NetDevice device, IpAddress own)
      throws RefusedException, RouteRefusedException {
    boolean v4 = own.isV4();
    if (!v4 && (broadcast != null || label != null)) {
      throw RefusedException.unsupported("ip -6 address add with broadcast or label");
    }
    if (!v4 && !noDad) {
      throw RefusedException.unsupported("ip -6 address add without nodad");
    }
    Scope reach = v4 && scope != null ? scope : reach(own);
    String name = label == null ? device.name() : label;
    InterfaceAddress wanted =
        new InterfaceAddress(own, prefix, v4 ? broadcast(own) : null, reach, false, !v4, name);
    boolean there =
        device.addresses().stream()
            .anyMatch(known -> known.address().equals(own) && (!v4 || known.prefix() == prefix));
    if (change == Change.REPLACE && there) {
      return;
    }
    stack.addresses().insert(device, wanted);
  }

  /** {@code default_scope} of iproute2, {@code rt_scope} of IPv6. */
  private static Scope reach(IpAddress own) {
    if (own.isV4()) {
      return (own.lo() >>> 24 & 0xff) == 127 ? Scope.HOST : Scope.GLOBAL;
    }
    if (Addresses.isLinkLocal(own.hi(), own.lo())) {
      return Scope.LINK;
    }
    if (own.hi() == 0 && own.lo() == 1) {
      return Scope.HOST;
    }
    return own.hi() >>> 54 == 0x3fb ? Scope.SITE : Scope.GLOBAL;
  }

  private @Nullable IpAddress broadcast(IpAddress own) throws RefusedException {
    if (broadcast == null) {
      return null;
    }
    if (broadcast.equals("+") || broadcast.equals("-")) {
      long host = 0xffff_ffffL >>> prefix;
      boolean ones = broadcast.equals("+");
      return prefix > 30 ? null : new IpAddress(0, ones ? own.lo() | host : own.lo() & ~host);
    }
    return AddressWord.address(broadcast, 4);
  }

  /** {@code ip address flush}: {@code dev}, {@code scope} and {@code to} choose. */
  static void flush(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    if (words.isEmpty()) {
      throw new RefusedException(RefusedException.FAILED, "Flush requires arguments.");
    }
    Words rest = new Words(words);
    NetDevice device = null;
    Scope only = null;
    AddressWord.Prefix within = null;
    while (rest.hasNext()) {
      String word = rest.next();
      if (FLUSH_OTHERS.contains(word)) {
        throw RefusedException.unsupported("ip address flush " + word);
      }
      switch (word) {
        case "scope" -> only = scope(rest.next());
        case "to" -> within = AddressWord.prefix(rest.next(), options.family());
        default -> {
          if (device != null) {
            throw RefusedException.garbage(word);
          }
          String name = word.equals("dev") ? rest.next() : word;
          device = stack.device(name);
          if (device == null) {
            throw new RefusedException(
                RefusedException.FAILED, "Device \"" + name + "\" does not exist.");
          }
        }
      }
    }
    for (NetDevice from : device == null ? stack.devices() : List.of(device)) {
      for (InterfaceAddress own : new ArrayList<>(from.addresses())) {
        boolean meant =
            options.wants(own.address().isV4() ? 4 : 6)
                && (only == null || only == own.scope())
                && (within == null || liesIn(own.address(), within));
        if (meant && from.addresses().contains(own)) {
          remove(stack, from, own);
        }
      }
    }
  }

  private static boolean liesIn(IpAddress address, AddressWord.Prefix outer) {
    IpAddress network = outer.address();
    return network == null
        || network.isV4() == address.isV4()
            && address.network(outer.length()).equals(network.network(outer.length()));
  }

  private static void remove(NetworkStack stack, NetDevice from, InterfaceAddress own)
      throws RefusedException {
    try {
      stack.addresses().delete(from, own.address(), own.prefix());
    } catch (RouteRefusedException e) {
      throw RefusedException.answered(e.errno(), e.getMessage());
    }
  }
}
