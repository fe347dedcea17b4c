package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code ip address show}. */
final class AddressShow {
  /** A lifetime without end ({@code INFINITY_LIFE_TIME}). */
  private static final long FOREVER = 0xffff_ffffL;

  private final NetworkStack stack;
  private final IpOptions options;

  AddressShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    if (options.details()) {
      throw RefusedException.unsupported("ip -details address show");
    }
    DeviceFilter filter = DeviceFilter.parse("address", stack, words);
    List<NetDevice> devices =
        filter.select(stack).stream()
            .filter(device -> options.family() == 0 || !addresses(device).isEmpty())
            .toList();
    return options.print(devices, this::json, this::text);
  }

  /**
   * In the kernel's order: IPv4 with the secondary ones behind; IPv6 by falling reach, the newest
   * first ({@code ipv6_link_dev_addr}).
   */
  private List<InterfaceAddress> addresses(NetDevice device) {
    List<InterfaceAddress> primary = new ArrayList<>();
    List<InterfaceAddress> secondary = new ArrayList<>();
    List<InterfaceAddress> six = new ArrayList<>();
    for (InterfaceAddress own : device.addresses()) {
      if (!own.address().isV4()) {
        int at = 0;
        while (at < six.size() && six.get(at).scope().compareTo(own.scope()) < 0) {
          at++;
        }
        six.add(at, own);
      } else if (own.secondary()) {
        secondary.add(own);
      } else {
        primary.add(own);
      }
    }
    List<InterfaceAddress> all = new ArrayList<>();
    if (options.wants(4)) {
      all.addAll(primary);
      all.addAll(secondary);
    }
    if (options.wants(6)) {
      all.addAll(six);
    }
    return all;
  }

  private Map<String, Object> json(NetDevice device) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (options.brief()) {
      map.put("ifname", device.name());
      map.put("operstate", device.operState().name());
    } else {
      map = LinkShow.json(device, options, options.family(), false);
    }
    map.put("addr_info", addresses(device).stream().map(this::json).toList());
    if (options.statistics() && !options.brief() && options.family() == 0) {
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
    map.put("prefixlen", own.prefix());
    if (options.brief()) {
      return map;
    }
    IpAddress broadcast = own.broadcast();
    if (broadcast != null) {
      map.put("broadcast", broadcast.toString());
    }
    map.put("scope", name(own.scope()));
    if (own.secondary()) {
      map.put("secondary", true);
    }
    if (own.noDad()) {
      map.put("nodad", true);
    }
    if (v4) {
      map.put("label", own.label());
    }
    map.put("valid_life_time", FOREVER);
    map.put("preferred_life_time", FOREVER);
    return map;
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
      line.append(own.address()).append('/').append(own.prefix()).append(' ');
    }
    return line.append('\n').toString();
  }

  /** With {@code -o} each address is a line of its own, and the devices have none. */
  private static String lines(NetDevice device, List<InterfaceAddress> addresses) {
    StringBuilder out = new StringBuilder();
    for (InterfaceAddress own : addresses) {
      String head = device.index() + ": " + device.name();
      out.append(IpText.line(head + text(own), true));
    }
    return out.toString();
  }

  private String full(NetDevice device, List<InterfaceAddress> addresses) {
    StringBuilder out = new StringBuilder(LinkShow.text(device, options, options.family(), false));
    for (InterfaceAddress own : addresses) {
      out.append(text(own));
    }
    if (options.statistics() && options.family() == 0) {
      out.append(LinkStatistics.text(device, options.moreStatistics()));
    }
    return out.toString();
  }

  private static String text(InterfaceAddress own) {
    boolean v4 = own.address().isV4();
    StringBuilder out = new StringBuilder(v4 ? "    inet " : "    inet6 ");
    out.append(own.address()).append('/').append(own.prefix()).append(' ');
    IpAddress broadcast = own.broadcast();
    if (broadcast != null) {
      out.append("brd ").append(broadcast).append(' ');
    }
    out.append("scope ").append(name(own.scope())).append(' ');
    out.append(own.secondary() ? "secondary " : "").append(own.noDad() ? "nodad " : "");
    out.append(v4 ? own.label() : "");
    return out.append("\n       valid_lft forever preferred_lft forever\n").toString();
  }

  private static String name(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
