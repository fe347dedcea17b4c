package dev.patchbay.stack.classifier;

/** What flower compares of a packet ({@code struct fl_flow_key}); 0 where a packet has it not. */
public enum FlowKey {
  ETH_DST,
  ETH_SRC,

  /** EtherType behind all VLAN tags. */
  ETH_TYPE,
  VLAN_PROTOCOL,
  VLAN_ID,
  VLAN_PRIORITY,
  IP_PROTO,
  IP_TOS,
  IP_TTL,

  /** Upper half of an IPv6 address, 0 for IPv4. */
  SRC_HI,

  /** Lower half of an IPv6 address, or an IPv4 address in 32 bits. */
  SRC_LO,
  DST_HI,
  DST_LO,
  SRC_PORT,
  DST_PORT,
  TCP_FLAGS,
  ICMP_TYPE,
  ICMP_CODE,

  /** {@link FlowKeys#FRAGMENT} and {@link FlowKeys#FIRST_FRAGMENT}. */
  FRAGMENT,
  ARP_SIP,
  ARP_TIP,
  ARP_OP,
  ARP_SHA,
  ARP_THA;

  static final int COUNT = values().length;
}
