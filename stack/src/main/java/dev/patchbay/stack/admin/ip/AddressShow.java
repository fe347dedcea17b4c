package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Lifetime;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code ip address show}. */
final class AddressShow {
  private final NetworkStack stack;
  private final IpOptions options;
  private AddressFilter filter;

  AddressShow(NetworkStack stack, IpOptions options) throws RefusedException {
    this.stack = stack;
    this.options = options;
    filter = AddressFilter.parse(stack, options, List.of());
  }

  String run(List<String> words) throws RefusedException {
    if (options.details()) {
      throw RefusedException.unsupported("ip -details address show");
    }
    filter = AddressFilter.parse(stack, options, words);
    if (filter.namesLabel() && options.json()) {
      throw RefusedException.unsupported("ip -json address show label");
    }
    List<NetDevice> devices = filter.devices().stream().filter(this::isShown).toList();
    return options.print(devices, this::json, this::text);
  }

  /** A device with no address at all is shown where no family was asked for. */
  private boolean isShown(NetDevice device) {
    return !addresses(device).isEmpty() || device.addresses().isEmpty() && filter.family() == 0;
  }

  /** What the kernel tells of a device: of a named one all but its link-layer addresses. */
  private int linkFamily() {
    return filter.family() == 6 && filter.device() != null ? 4 : filter.family();
  }

  private List<InterfaceAddress> addresses(NetDevice device) {
    return filter.ordered(device).stream().filter(filter::isMeant).toList();
  }

  private Map<String, Object> json(NetDevice device) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (options.brief()) {
      map.put("ifname", device.name());
      map.put("operstate", device.operState().name());
    } else {
      map = LinkShow.json(device, options, linkFamily(), false);
    }
    // iproute2 leaves an empty object for each address that is not meant
    map.put(
        "addr_info",
        filter.ordered(device).stream()
            .map(own -> filter.isMeant(own) ? json(own) : Map.of())
            .toList());
    if (options.statistics() && !options.brief() && filter.family() == 0) {
      map.put("stats64", LinkStatistics.json(device, options.moreStatistics()));
    }
    return map;
  }

  private Map<String, Object> json(InterfaceAddress own) {
    boolean v4 = own.address().isV4();
    Map<String, Object> map = new LinkedHashMap<>();
    if (!options.brief()) {
      map.put("family", v4 ? "inet" : "inet6");
    }
    map.put("local", own.address().toString());
    IpAddress peer = own.peer();
    if (peer != null) {
      map.put("address", peer.toString());
    }
    map.put("prefixlen", own.prefix());
    if (own.metric() != 0) {
      map.put("metric", own.metric());
    }
    if (options.brief()) {
      return map;
    }
    IpAddress broadcast = own.broadcast();
    if (broadcast != null) {
      map.put("broadcast", broadcast.toString());
    }
    map.put("scope", name(own.scope()));
    AddressFlag.words(own).forEach(word -> map.put(word, true));
    if (v4) {
      map.put("label", own.label());
    }
    long now = stack.loop().now();
    boolean endless = isEndless(own);
    map.put("valid_life_time", endless ? Lifetime.FOREVER : own.lifetime().validLeft(now));
    map.put("preferred_life_time", endless ? Lifetime.FOREVER : own.lifetime().preferredLeft(now));
    return map;
  }

  /** Of what is permanent in IPv4 no lifetime is told ({@code inet_fill_ifaddr}). */
  private static boolean isEndless(InterfaceAddress own) {
    return own.address().isV4() && own.is(InterfaceAddress.PERMANENT);
  }

  private String text(NetDevice device) {
    List<InterfaceAddress> addresses = addresses(device);
    if (options.brief()) {
      return brief(device, addresses);
    }
    return options.oneLine() ? lines(device, addresses) : full(device, addresses);
  }

  private static String brief(NetDevice device, List<InterfaceAddress> addresses) {
    StringBuilder line = new StringBuilder(LinkShow.briefHead(device));
    for (InterfaceAddress own : addresses) {
      line.append(head(own));
    }
    return line.append('\n').toString();
  }

  /** With {@code -o} each address is a line of its own, and the devices have none. */
  private String lines(NetDevice device, List<InterfaceAddress> addresses) {
    StringBuilder out = new StringBuilder();
    for (InterfaceAddress own : addresses) {
      String head = device.index() + ": " + device.name();
      out.append(IpText.line(head + text(own, stack.loop().now()), true));
    }
    return out.toString();
  }

  private String full(NetDevice device, List<InterfaceAddress> addresses) {
    StringBuilder out = new StringBuilder();
    if (!filter.namesLabel()) {
      out.append(LinkShow.text(device, options, linkFamily(), false));
    }
    for (InterfaceAddress own : addresses) {
      out.append(text(own, stack.loop().now()));
    }
    if (options.statistics() && filter.family() == 0) {
      out.append(LinkStatistics.text(device, options.moreStatistics()));
    }
    return out.toString();
  }

  /** Address, peer, prefix and metric. */
  private static StringBuilder head(InterfaceAddress own) {
    StringBuilder out = new StringBuilder(own.address().toString());
    IpAddress peer = own.peer();
    if (peer != null) {
      out.append(" peer ").append(peer);
    }
    out.append('/').append(own.prefix()).append(' ');
    if (own.metric() != 0) {
      out.append("metric ").append(own.metric()).append(' ');
    }
    return out;
  }

  /** The two lines of an address at {@code now}, ns of the loop's clock. */
  static String text(InterfaceAddress own, long now) {
    boolean v4 = own.address().isV4();
    StringBuilder out = new StringBuilder(v4 ? "    inet " : "    inet6 ");
    out.append(head(own));
    IpAddress broadcast = own.broadcast();
    if (broadcast != null) {
      out.append("brd ").append(broadcast).append(' ');
    }
    out.append("scope ").append(name(own.scope())).append(' ');
    AddressFlag.words(own).forEach(word -> out.append(word).append(' '));
    out.append(v4 ? own.label() : "");
    boolean endless = isEndless(own);
    long valid = endless ? Lifetime.FOREVER : own.lifetime().validLeft(now);
    long preferred = endless ? Lifetime.FOREVER : own.lifetime().preferredLeft(now);
    return out.append("\n       valid_lft ")
        .append(seconds(valid))
        .append(" preferred_lft ")
        .append(seconds(preferred))
        .append('\n')
        .toString();
  }

  private static String seconds(long lifetime) {
    return lifetime == Lifetime.FOREVER ? "forever" : lifetime + "sec";
  }

  private static String name(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
