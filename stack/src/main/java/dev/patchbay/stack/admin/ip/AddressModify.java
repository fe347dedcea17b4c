package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Lifetime;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.wire.Addresses;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip address add}, {@code change}, {@code replace} and {@code delete} ({@code
 * ipaddr_modify}).
 */
final class AddressModify {
  /** What an address is to become. */
  enum Change {
    ADD,
    /** As add, but no complaint where it is there. */
    REPLACE,
    DELETE
  }

  /** Those that may be said of a new address. */
  private static final Set<AddressFlag> CONFIGURABLE =
      EnumSet.of(
          AddressFlag.HOME,
          AddressFlag.NODAD,
          AddressFlag.OPTIMISTIC,
          AddressFlag.MNGTMPADDR,
          AddressFlag.NOPREFIXROUTE,
          AddressFlag.AUTOJOIN);

  private static final String WILDCARD =
      """
      Warning: Executing wildcard deletion to stay compatible with old scripts.
               Explicitly specify the prefix length (%s/%d) to avoid this warning.
               This special behaviour is likely to disappear in further releases,
               fix your scripts!
      """;

  private final NetworkStack stack;
  private final Change change;
  private final StringBuilder warnings = new StringBuilder();
  private int family;
  private @Nullable IpAddress address;
  private int prefix;
  private boolean hasPrefix;
  private @Nullable IpAddress peer;
  private int peerPrefix;
  private @Nullable String broadcast;
  private @Nullable Scope scope;
  private @Nullable String label;
  private @Nullable String deviceName;
  private long metric;
  private long valid = Lifetime.FOREVER;
  private long preferred = Lifetime.FOREVER;
  private boolean validNamed;
  private boolean preferredNamed;
  private int flags;

  AddressModify(NetworkStack stack, IpOptions options, Change change) {
    this.stack = stack;
    this.change = change;
    family = options.family();
  }

  /** Returns what goes to standard error though all went well, mostly nothing. */
  String run(List<String> words) throws RefusedException {
    Words.each(words, this::word);
    if (deviceName == null) {
      throw failed("Not enough information: \"dev\" argument is required.");
    }
    boolean sign = broadcast != null && (broadcast.equals("+") || broadcast.equals("-"));
    if (sign && family == 6 && change != Change.DELETE) {
      throw failed("Broadcast can be set only for IPv4 addresses");
    }
    NetDevice device = DeviceFilter.outgoing(stack, deviceName);
    if (valid == 0) {
      throw failed("valid_lft is zero");
    }
    if ((validNamed || preferredNamed) && valid < preferred) {
      throw failed("preferred_lft is greater than valid_lft");
    }
    if ((flags & AddressFlag.AUTOJOIN.bit()) != 0) {
      boolean group = address != null && Addresses.isMulticast(address.hi(), address.lo());
      throw group ? unsupported("autojoin") : failed("autojoin needs multicast address");
    }
    if (label != null && change != Change.DELETE && label.length() > 15) {
      throw new RefusedException(2, "Error: Attribute failed policy validation.");
    }
    if (address == null) {
      throw new RefusedException(2, "RTNETLINK answers: Operation not supported");
    }
    try {
      if (change == Change.DELETE) {
        return delete(device, address);
      }
      insert(device, address);
      return warnings.toString();
    } catch (RouteRefusedException e) {
      throw RefusedException.answered(e.errno(), e.getMessage());
    }
  }

  private static RefusedException failed(String message) {
    return new RefusedException(RefusedException.FAILED, message);
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "dev" -> deviceName = rest.next();
      case "peer", "remote" -> peer(rest.next());
      case "anycast" -> throw unsupported("anycast");
      case "scope" -> scope = scope(rest.next());
      case "label" -> label = rest.next();
      case "brd" -> broadcast(rest.next());
      default -> longWord(word, rest);
    }
  }

  /** Words that may be cut short; then flags, then the address. */
  private void longWord(String word, Words rest) throws RefusedException {
    AddressFlag flag = AddressFlag.of(word);
    if (IpOptions.matches(word, "broadcast")) {
      broadcast(rest.next());
    } else if (RouteNames.keyword(word, false).equals("metric")) {
      metric = metric(rest.next());
    } else if (IpOptions.matches(word, "valid_lft")) {
      duplicate(validNamed, "valid_lft", rest);
      valid = lifetime("valid_lft", rest.next());
      validNamed = true;
    } else if (IpOptions.matches(word, "preferred_lft")) {
      duplicate(preferredNamed, "preferred_lft", rest);
      preferred = lifetime("preferred_lft", rest.next());
      preferredNamed = true;
    } else if (flag != null && CONFIGURABLE.contains(flag)) {
      flag(flag);
    } else {
      local(word.equals("local") ? rest.next() : word);
    }
  }

  private static void duplicate(boolean named, String key, Words rest) throws RefusedException {
    if (named) {
      throw RefusedException.duplicate(key, rest.next());
    }
  }

  private void flag(AddressFlag flag) throws RefusedException {
    boolean six = flag != AddressFlag.NOPREFIXROUTE && flag != AddressFlag.AUTOJOIN;
    if (six && family == 4) {
      warnings
          .append("Warning: ")
          .append(flag.word())
          .append(" option can be set only for IPv6 addresses\n");
      return;
    }
    boolean here =
        flag == AddressFlag.NODAD
            || flag == AddressFlag.NOPREFIXROUTE
            || flag == AddressFlag.AUTOJOIN;
    if (!here) {
      throw unsupported(flag.word());
    }
    flags |= flag.bit();
  }

  private static long lifetime(String key, String word) throws RefusedException {
    long seconds = word.equals("forever") ? Lifetime.FOREVER : Numbers.unsigned(word, 0xffff_ffffL);
    if (seconds < 0) {
      throw RefusedException.wrong(word, key + " value");
    }
    return seconds;
  }

  private static long metric(String word) throws RefusedException {
    return Words.known(Numbers.unsigned(word, 0xffff_ffffL), word, "\"metric\" value is invalid\n");
  }

  private void broadcast(String word) throws RefusedException {
    if (broadcast != null) {
      throw RefusedException.duplicate("broadcast", word);
    }
    if (!word.equals("+") && !word.equals("-")) {
      family = AddressWord.address(word, family).isV4() ? 4 : 6;
    }
    broadcast = word;
  }

  private void peer(String word) throws RefusedException {
    if (peer != null) {
      throw RefusedException.duplicate("peer", word);
    }
    AddressWord.Prefix found = AddressWord.prefix(word, family);
    if (found.address() == null) {
      throw unsupported("peer " + word);
    }
    peer = found.address();
    peerPrefix = found.length();
    family = peer.isV4() ? 4 : 6;
  }

  private RefusedException unsupported(String what) {
    String verb = change == Change.DELETE ? "del" : "add";
    return RefusedException.unsupported("ip address " + verb + " " + what);
  }

  private static Scope scope(String word) throws RefusedException {
    Scope found = RouteNames.scope(word);
    if (found == null && Numbers.unsigned(word, 255) >= 0) {
      throw RefusedException.unsupported("ip address with scope " + word);
    }
    if (found == null) {
      throw RefusedException.wrong(word, "invalid scope value.");
    }
    return found;
  }

  private void local(String word) throws RefusedException {
    if (IpOptions.matches(word, "help")) {
      throw AddressWord.usage();
    }
    if (address != null) {
      throw RefusedException.garbage("local", word);
    }
    AddressWord.Prefix found = AddressWord.prefix(word, family);
    if (found.address() == null) {
      throw new RefusedException(2, "RTNETLINK answers: Operation not supported");
    }
    if (found.address().isV4() && word.indexOf(':') >= 0) {
      throw unsupported("of an IPv4-mapped address");
    }
    address = found.address();
    prefix = found.length();
    hasPrefix = word.indexOf('/') >= 0;
    family = address.isV4() ? 4 : 6;
  }

  /** The prefix is the peer's where one was named. */
  private int length() {
    return peer == null ? prefix : peerPrefix;
  }

  /** {@code inet_rtm_deladdr}, {@code inet6_addr_del}. */
  private String delete(NetDevice device, IpAddress own)
      throws RefusedException, RouteRefusedException {
    if (broadcast != null) {
      throw unsupported("with broadcast");
    }
    boolean any = own.isV4() && !hasPrefix && peer == null;
    stack
        .addresses()
        .delete(
            device,
            known ->
                known.address().equals(own)
                    && (!own.isV4() || label == null || label.equals(known.label()))
                    && (any || known.prefix() == length() && isNetworkOf(known)));
    return any ? WILDCARD.formatted(own, prefix) : "";
  }

  /** In IPv4 the peer must be of the address's network on the link. */
  private boolean isNetworkOf(InterfaceAddress known) {
    IpAddress named = peer == null ? address : peer;
    return named == null || !named.isV4() || known.covers(named);
  }

  private void insert(NetDevice device, IpAddress own)
      throws RefusedException, RouteRefusedException {
    boolean v4 = own.isV4();
    if (!v4 && (broadcast != null || label != null || scope != null)) {
      throw RefusedException.unsupported("ip -6 address add with broadcast, label or scope");
    }
    Scope reach = v4 && scope != null ? scope : reach(own);
    String name = label == null ? device.name() : label;
    IpAddress to = own.equals(peer) ? null : peer;
    long now = stack.loop().now();
    Lifetime lifetime =
        valid == Lifetime.FOREVER && preferred == Lifetime.FOREVER
            ? Lifetime.ENDLESS
            : new Lifetime(valid, preferred, now);
    IpAddress toAll = v4 ? broadcast(to == null ? own : to) : null;
    InterfaceAddress wanted =
        new InterfaceAddress(own, length(), to, toAll, reach, flags, name, metric, Lifetime.ENDLESS)
            .withLifetime(lifetime);
    InterfaceAddress there = stack.addresses().matching(device, wanted);
    if (change == Change.REPLACE && there != null) {
      stack.addresses().change(device, there, changed(there, wanted));
    } else {
      stack.addresses().insert(device, wanted);
    }
  }

  /** {@code inet_rtm_newaddr}, {@code inet6_addr_modify} of an address that is there. */
  private static InterfaceAddress changed(InterfaceAddress there, InterfaceAddress wanted) {
    InterfaceAddress next = there.withLifetime(wanted.lifetime());
    if (wanted.metric() != 0) {
      next = next.withMetric(wanted.metric());
    }
    if (there.address().isV4()) {
      return next;
    }
    int own = InterfaceAddress.NODAD | InterfaceAddress.NOPREFIXROUTE;
    next = next.withFlags(wanted.flags() & own, own);
    return wanted.peer() == null ? next : next.withPeer(wanted.peer());
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

  private @Nullable IpAddress broadcast(IpAddress onLink) throws RefusedException {
    if (broadcast == null) {
      return null;
    }
    if (broadcast.equals("+") || broadcast.equals("-")) {
      long host = 0xffff_ffffL >>> length();
      long lo = onLink.lo();
      boolean ones = broadcast.equals("+");
      return length() > 30 ? null : new IpAddress(0, ones ? lo | host : lo & ~host);
    }
    return AddressWord.address(broadcast, 4);
  }
}
