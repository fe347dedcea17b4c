package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import org.jspecify.annotations.Nullable;

/** Sends a copy of the packet to another machine; the packet goes on ({@code xt_TEE}). */
public final class TeeTarget extends Target {
  private final NetworkStack stack;
  private final Duplicator copies;
  private final IpAddress gateway;
  private final String device;

  /**
   * A target.
   *
   * @param copies that of the namespace
   * @param device name of the only device for the copies, empty for any; while there is none of
   *     that name they leave by any
   */
  public TeeTarget(NetworkStack stack, Duplicator copies, IpAddress gateway, String device) {
    this.stack = stack;
    this.copies = copies;
    this.gateway = gateway;
    this.device = device;
  }

  @Override
  public Verdict apply(PacketFields p) {
    NetDevice by = device.isEmpty() ? null : find();
    copies.send(p, gateway.hi(), gateway.lo(), by);
    return Verdict.CONTINUE;
  }

  private @Nullable NetDevice find() {
    for (int i = 0; i < stack.devices().size(); i++) {
      NetDevice one = stack.devices().get(i);
      if (one.name().equals(device)) {
        return one;
      }
    }
    return null;
  }
}
