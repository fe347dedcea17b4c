package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.wire.Addresses;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code REDIRECT} ({@code nf_nat_redirect.c}): the destination becomes ourselves, by the first
 * address of the device that the packet came in by, 127.0.0.1 or ::1 of what was made here.
 */
public final class RedirectTarget extends NatTarget {
  private static final IpAddress LOCALHOST4 = new IpAddress(0, Addresses.v4(0x7f000001));
  private static final IpAddress LOCALHOST6 = new IpAddress(0, 1);

  private static final int NODE = 1;
  private static final int LINK = 2;
  private static final int SITE = 5;

  /** The first ten bits of fec0::/10. */
  private static final int SITE_LOCAL = 0xfec0 >>> 6;

  private final NetworkStack stack;
  private final NatRange ports;

  /**
   * A target.
   *
   * @param ports the ports and flags; its addresses mean nothing
   */
  public RedirectTarget(NetworkStack stack, NatRange ports) {
    this.stack = stack;
    this.ports = ports;
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.PREROUTING, Hook.OUTPUT);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    if (c == null) {
      return Verdict.ACCEPT;
    }
    IpAddress address;
    if (p.hook == Hook.OUTPUT) {
      address = p.v4 ? LOCALHOST4 : LOCALHOST6;
    } else {
      address = p.in == null ? null : own(p.in, p);
    }
    if (address == null) {
      return Verdict.DROP;
    }
    stack.netfilter().nat().settle(c, ports.at(address.hi(), address.lo()), false);
    return Verdict.ACCEPT;
  }

  private static @Nullable IpAddress own(NetDevice device, PacketFields p) {
    int scope = p.v4 ? 0 : scope(p.dstHi, p.dstLo);
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      IpAddress a = own.address();
      if (a.isV4() != p.v4) {
        continue;
      }
      boolean usable =
          p.v4
              || !own.is(InterfaceAddress.TENTATIVE)
                  && (scope == 0 || scope == scope(a.hi(), a.lo()));
      if (usable) {
        return a;
      }
    }
    return null;
  }

  /** As a group's number tells it (RFC 4291 section 2.7); 0 where it is none of the near ones. */
  private static int scope(long hi, long lo) {
    if (Addresses.isMulticast(hi, lo)) {
      int scope = (int) (hi >>> 48) & 15;
      return scope == NODE || scope == LINK || scope == SITE ? scope : 0;
    }
    if (hi == 0 && lo == 1) {
      return NODE;
    }
    if (hi >>> 54 == SITE_LOCAL) {
      return SITE;
    }
    return Addresses.isLinkLocal(hi, lo) ? LINK : 0;
  }
}
