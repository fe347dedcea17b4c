package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.sysctl.SysctlSaver;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Lifetime;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses, in their order, which decides who is secondary. Where those that are there before
 * begin the list, the others are added; else they are taken away first.
 */
public final class AddressSaver implements Saver {
  private static final int PASSING =
      InterfaceAddress.TENTATIVE | InterfaceAddress.DADFAILED | InterfaceAddress.DEPRECATED;

  /** Routers and DHCP servers give them again. */
  private static final int GIVEN = InterfaceAddress.AUTOCONFIGURED | InterfaceAddress.LEASED;

  private final boolean late;

  /**
   * @param late whether it is for the addresses of IPv6 of devices that are to go down first
   */
  public AddressSaver(boolean late) {
    this.late = late;
  }

  @Override
  public void save(SaveScript script) {
    script
        .devices()
        .forEach(device -> {
          Space space = script.place(device);
          if (space == null) {
            return;
          }
          if (!late) {
            family(script, space, device, true);
          }
          if (late == script.isLate(device)) {
            family(script, space, device, false);
          }
        });
  }

  private static void family(SaveScript script, Space space, NetDevice device, boolean v4) {
    List<InterfaceAddress> before =
        before(script, device).stream().filter(a -> a.address().isV4() == v4).toList();
    long now = space.stack().loop().now();
    List<InterfaceAddress> wanted =
        device.addresses().stream()
            .filter(own -> own.address().isV4() == v4 && own.lifetime().validLeft(now) > 0)
            .filter(own -> !own.is(GIVEN))
            .toList();
    int kept = before.size();
    boolean grows = wanted.size() >= kept;
    for (int i = 0; i < kept && grows; i++) {
      grows = kind(before.get(i)).equals(kind(wanted.get(i)));
    }
    if (!grows) {
      for (InterfaceAddress gone : before.reversed()) {
        script.line(space, words(device, gone, "del", now));
      }
      kept = 0;
    }
    for (int i = 0; i < wanted.size(); i++) {
      InterfaceAddress own = wanted.get(i);
      boolean endless = own.lifetime().valid() == Lifetime.FOREVER;
      boolean comesWithUp = isByItself(device, own) && endless;
      if (i >= kept || !comesWithUp) {
        script.line(space, words(device, own, i < kept ? "replace" : "add", now));
      }
    }
  }

  /** What an address is, whatever time has made of it. */
  private static InterfaceAddress kind(InterfaceAddress own) {
    InterfaceAddress endless = own.withLifetime(Lifetime.ENDLESS).withFlags(0, PASSING);
    String label = own.address().isV4() ? own.label() : "";
    return new InterfaceAddress(
        endless.address(),
        endless.prefix(),
        endless.peer(),
        endless.broadcast(),
        endless.scope(),
        endless.flags(),
        label,
        endless.metric(),
        Lifetime.ENDLESS);
  }

  /** Whether it comes when the device comes up. */
  private static boolean isByItself(NetDevice device, InterfaceAddress own) {
    IpAddress address = own.address();
    return device.kind() == NetDevice.Kind.LOOPBACK
        ? own.scope() == Scope.HOST
        : !address.isV4() && Addresses.isLinkLocal(address.hi(), address.lo());
  }

  /** The addresses that the device has when the script comes to them. */
  private static List<InterfaceAddress> before(SaveScript script, NetDevice device) {
    Standing.Device at = script.standing(device);
    boolean up = device.isUp();
    boolean wasUp = at != null && at.up();
    boolean off = device.conf6().is(Ipv6Key.DISABLE_IPV6);
    boolean wiped = SysctlSaver.wipes6(script, device);
    List<InterfaceAddress> all = new ArrayList<>();
    if (at != null) {
      at.addresses().stream().filter(own -> own.address().isV4() || up && !wiped).forEach(all::add);
    }
    if (up && (!wasUp || wiped && !off)) {
      InterfaceAddress own = NetworkStack.ownAddress(device);
      if (device.kind() == NetDevice.Kind.LOOPBACK) {
        NetworkStack.loopbackAddresses().stream()
            .filter(one -> !all.contains(one) && (one.address().isV4() || !off))
            .forEach(all::add);
      } else if (own != null) {
        all.add(own);
      }
    }
    return all;
  }

  private static List<String> words(NetDevice device, InterfaceAddress own, String verb, long now) {
    List<String> words = new ArrayList<>(List.of("ip"));
    boolean v4 = own.address().isV4();
    if (!v4) {
      words.add("-6");
    }
    words.addAll(List.of("address", verb));
    IpAddress peer = own.peer();
    words.add(own.address() + (peer == null ? "/" + own.prefix() : ""));
    if (peer != null) {
      words.addAll(List.of("peer", peer + "/" + own.prefix()));
    }
    words.addAll(List.of("dev", device.name()));
    if (!verb.equals("del")) {
      more(words, device, own);
      lifetime(words, own.lifetime(), now);
    }
    return words;
  }

  private static void more(List<String> words, NetDevice device, InterfaceAddress own) {
    IpAddress broadcast = own.broadcast();
    if (broadcast != null) {
      words.addAll(List.of("brd", broadcast.toString()));
    }
    boolean v4 = own.address().isV4();
    Scope usual = (own.address().lo() >>> 24 & 0xff) == 127 ? Scope.HOST : Scope.GLOBAL;
    if (v4 && own.scope() != usual) {
      words.addAll(List.of("scope", RouteNames.of(own.scope())));
    }
    if (v4 && !own.label().equals(device.name())) {
      words.addAll(List.of("label", own.label()));
    }
    if (own.metric() != 0) {
      words.addAll(List.of("metric", String.valueOf(own.metric())));
    }
    if (own.is(InterfaceAddress.NOPREFIXROUTE)) {
      words.add("noprefixroute");
    }
    if (!v4 && own.is(InterfaceAddress.NODAD)) {
      words.add("nodad");
    }
  }

  private static void lifetime(List<String> words, Lifetime lifetime, long now) {
    if (lifetime.valid() != Lifetime.FOREVER) {
      words.addAll(List.of("valid_lft", String.valueOf(lifetime.validLeft(now))));
    }
    if (lifetime.preferred() != Lifetime.FOREVER) {
      words.addAll(List.of("preferred_lft", String.valueOf(lifetime.preferredLeft(now))));
    }
  }
}
