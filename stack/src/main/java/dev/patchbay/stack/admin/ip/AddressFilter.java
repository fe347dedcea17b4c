package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which devices and addresses are meant: the words behind {@code ip address show} and {@code flush}
 * ({@code ipaddr_list_flush_or_save}).
 */
final class AddressFilter {
  private final NetworkStack stack;
  private final IpOptions options;
  private int family;
  private final List<String> deviceWords = new ArrayList<>();
  private DeviceFilter devices;
  private AddressWord.@Nullable Prefix within;
  private @Nullable Scope scope;
  private @Nullable String label;
  private int flags;
  private int flagMask;

  private AddressFilter(NetworkStack stack, IpOptions options) throws RefusedException {
    this.stack = stack;
    this.options = options;
    family = options.family();
    devices = DeviceFilter.parse("address", stack, deviceWords);
  }

  static AddressFilter parse(NetworkStack stack, IpOptions options, List<String> words)
      throws RefusedException {
    AddressFilter filter = new AddressFilter(stack, options);
    Words.each(words, filter::word);
    filter.devices = DeviceFilter.parse("address", stack, filter.deviceWords);
    return filter;
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "to" -> within(rest.next());
      case "scope" -> scope = scope(rest.next());
      case "label" -> label = rest.next();
      case "dev", "master", "vrf", "type", "group" -> {
        deviceWords.add(word);
        deviceWords.add(rest.next());
      }
      default -> {
        if (IpOptions.matches(word, "help")) {
          throw AddressWord.usage();
        }
        if (!flag(word)) {
          deviceWords.add(word);
        }
      }
    }
  }

  private void within(String word) throws RefusedException {
    within = AddressWord.prefix(word, family);
    IpAddress address = within.address();
    if (family == 0 && address != null) {
      family = address.isV4() ? 4 : 6;
    }
  }

  private static @Nullable Scope scope(String word) throws RefusedException {
    if (word.equals("all")) {
      return null;
    }
    Scope found = RouteNames.scope(word);
    if (found == null && Numbers.unsigned(word, 255) >= 0) {
      throw RefusedException.unsupported("ip address with scope " + word);
    }
    if (found == null) {
      throw RefusedException.wrong(word, "invalid \"scope\"\n");
    }
    return found;
  }

  private boolean flag(String word) {
    boolean inverse = word.startsWith("-");
    String name = inverse ? word.substring(1) : word;
    if (name.equals("dynamic") || name.equals("primary")) {
      inverse = !inverse;
      name = name.equals("dynamic") ? "permanent" : "secondary";
    }
    AddressFlag found = AddressFlag.of(name);
    if (found == null) {
      return false;
    }
    flags = inverse ? flags & ~found.bit() : flags | found.bit();
    flagMask |= found.bit();
    return true;
  }

  /** The only device that is meant, or null. */
  @Nullable NetDevice device() {
    return devices.device();
  }

  /** Whether a label was named: then the devices themselves are not shown. */
  boolean namesLabel() {
    return label != null;
  }

  /** Whether primary ones alone are meant. */
  boolean isOfPrimary() {
    return (flagMask & InterfaceAddress.SECONDARY) != 0
        && (flags & InterfaceAddress.SECONDARY) == 0;
  }

  /** The devices that are meant, whatever their addresses. */
  List<NetDevice> devices() {
    return devices.select(stack);
  }

  /** Whether an address is meant. */
  boolean isMeant(InterfaceAddress own) {
    return isOfFamily(own)
        && (scope == null || scope == own.scope())
        && ((flags ^ own.flags()) & flagMask) == 0
        && (within == null || within.covers(own.address()))
        && (label == null || !own.address().isV4() || isLabelled(own, label));
  }

  /** Whether an address is of the family that was asked for. */
  boolean isOfFamily(InterfaceAddress own) {
    return family == 0 || own.address().isV4() == (family == 4);
  }

  /** The family that is meant, by an option or by a prefix: 4, 6, or 0 for both. */
  int family() {
    return family;
  }

  /** A pattern with {@code *} and {@code ?} ({@code fnmatch}). */
  private static boolean isLabelled(InterfaceAddress own, String pattern) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return own.label().matches(regex.toString());
  }

  /**
   * All addresses of a device in the kernel's order: IPv4 with the secondary ones behind; IPv6 by
   * falling reach, the newest first ({@code ipv6_link_dev_addr}).
   */
  List<InterfaceAddress> ordered(NetDevice from) {
    List<InterfaceAddress> primary = new ArrayList<>();
    List<InterfaceAddress> secondary = new ArrayList<>();
    List<InterfaceAddress> six = new ArrayList<>();
    for (InterfaceAddress own : from.addresses()) {
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
    List<InterfaceAddress> all = new ArrayList<>(primary);
    all.addAll(secondary);
    all.addAll(six);
    all.removeIf(own -> !options.wants(own.address().isV4() ? 4 : 6) || !isOfFamily(own));
    return all;
  }
}
