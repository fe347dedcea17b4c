package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;

/**
 * Where a rule is made.
 *
 * @param stack the namespace
 * @param v4 whether it is iptables, else ip6tables
 * @param services names of ports
 */
public record Context(NetworkStack stack, boolean v4, PortNames services) {
  /** The protocol's name as iptables prints it. */
  public String icmpName() {
    return v4 ? "icmp" : "ipv6-icmp";
  }
}
