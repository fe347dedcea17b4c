package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.multicast.MulticastEngine;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip maddress show}: the groups of each device, first those of the link, the oldest first,
 * then by family, the newest first.
 */
final class MaddressShow {
  private final NetworkStack stack;
  private final IpOptions options;

  /** The only device, or null; one that is not there has no groups. */
  private @Nullable String name;

  MaddressShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  /** A line: what kind of group, which, and how many joined it. */
  private record Group(String kind, String address, int users) {
    String text() {
      return "\t%-5s %s%s\n".formatted(kind, address, users == 1 ? "" : " users " + users);
    }

    Map<String, Object> json() {
      Map<String, Object> map = new LinkedHashMap<>();
      if (kind.equals("link")) {
        map.put("link", address);
      } else {
        map.put("family", kind);
        map.put("address", address);
      }
      if (users != 1) {
        map.put("users", users);
      }
      return map;
    }
  }

  /** A device with its groups. */
  private record Device(NetDevice device, List<Group> groups) {}

  String run(List<String> words) throws RefusedException {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String wanted = word.equals("dev") ? DeviceFilter.following(words, ++i) : word;
      if (name != null) {
        throw RefusedException.garbage(wanted);
      }
      name = wanted;
    }
    List<Device> devices = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      List<Group> groups = name == null || name.equals(device.name()) ? groups(device) : List.of();
      if (!groups.isEmpty()) {
        devices.add(new Device(device, groups));
      }
    }
    return options.print(devices, MaddressShow::json, this::text);
  }

  private List<Group> groups(NetDevice device) {
    List<Group> links = new ArrayList<>();
    for (MulticastEngine.LinkGroup link : stack.multicast().linkGroups(device)) {
      links.add(new Group("link", Addresses.macToString(link.mac()), link.users()));
    }
    List<Group> four = new ArrayList<>();
    List<Group> six = new ArrayList<>();
    for (MulticastEngine.Entry entry : stack.multicast().entries()) {
      IpAddress group = entry.group();
      if (!entry.device().equals(device)) {
        continue;
      }
      if (group.isV4()) {
        four.addFirst(new Group("inet", group.toString(), entry.users()));
      } else {
        six.addFirst(new Group("inet6", group.toString(), entry.users()));
      }
    }
    List<Group> all = new ArrayList<>();
    all.addAll(options.wants(IpOptions.LINK) ? links : List.of());
    all.addAll(options.wants(4) ? four : List.of());
    all.addAll(options.wants(6) ? six : List.of());
    return all;
  }

  private static Map<String, ?> json(Device of) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifindex", of.device().index());
    map.put("ifname", of.device().name());
    map.put("maddr", of.groups().stream().map(Group::json).toList());
    return map;
  }

  private String text(Device of) {
    String head = of.device().index() + ":\t" + of.device().name();
    StringBuilder out = new StringBuilder(options.oneLine() ? "" : head + "\n");
    for (Group group : of.groups()) {
      out.append(options.oneLine() ? head + "\\" : "").append(group.text());
    }
    return out.toString();
  }
}
