package dev.patchbay.stack.packet;

/**
 * Why a packet was dropped. Names are Linux's ({@code enum skb_drop_reason} without its prefix)
 * where Linux has the case; those after {@link #HOST_SELF} are ours.
 */
public enum DropReason {
  NOT_SPECIFIED("no reason was given"),
  NO_SOCKET("no socket is there"),
  PKT_TOO_SMALL("shorter than its headers say"),
  PKT_TOO_BIG("longer than the MTU of the device it would leave by"),
  TCP_CSUM("wrong TCP checksum"),
  UDP_CSUM("wrong UDP checksum"),
  ICMP_CSUM("wrong ICMP checksum"),
  NETFILTER_DROP("dropped by a rule"),
  OTHERHOST("not for our Ethernet address"),
  IP_CSUM("wrong IPv4 header checksum"),
  IP_INHDR("IP header that contradicts itself"),
  IP_RPFILTER("the source would not be reached by this device"),
  UNICAST_IN_L2_MULTICAST("unicast destination in an Ethernet multicast"),
  IP_NOPROTO("no handler for this protocol"),
  IP_INNOROUTES("no route to the destination (input)"),
  IP_OUTNOROUTES("no route to the destination (output)"),
  IP_INADDRERRORS("an address that may not be there"),
  IP_INVALID_SOURCE("a martian source"),
  IP_LOCALNET("127.0.0.0/8 on a wire"),
  IP_TTL("time to live or hop limit exceeded"),
  INVALID_PROTO("unknown EtherType"),
  PROTO_MEM("memory limit of the protocol"),
  SOCKET_RCVBUFF("receive buffer of the socket is full"),
  SOCKET_BACKLOG("backlog of the listener is full"),
  TCP_FLAGS("flags that no state accepts"),
  TCP_OLD_DATA("nothing new in it"),
  TCP_OVERWINDOW("beyond the receive window"),
  TCP_OFOMERGE("already in the out-of-order queue"),
  TCP_RFC7323_PAWS("older by its timestamp (PAWS)"),
  TCP_OLD_SEQUENCE("before the receive window"),
  TCP_INVALID_SEQUENCE("sequence number out of window"),
  TCP_INVALID_ACK_SEQUENCE("acknowledges what was never sent"),
  TCP_RESET("reset by the peer"),
  TCP_INVALID_SYN("SYN in a synchronized state"),
  TCP_CLOSE("the connection is closed"),
  TCP_OFO_QUEUE_PRUNE("pruned from the out-of-order queue"),
  NEIGH_CREATEFAIL("neighbour table is full"),
  NEIGH_FAILED("neighbour did not answer"),
  NEIGH_QUEUEFULL("queue of an unresolved neighbour is full"),
  NEIGH_DEAD("neighbour entry was removed"),
  QDISC_DROP("queue of the device is full"),
  TC_INGRESS("dropped by a filter where it came in"),
  TC_EGRESS("dropped by a filter where it was to be sent"),
  CPU_BACKLOG("too many wait to be received at this end of a cable"),
  QDISC_CONGESTED("the queue before the device stood too long"),
  DEV_HDR("no room for the link header"),
  DEV_READY("device is down"),
  NOMEM("packet memory is used up"),
  HDR_TRUNC("a header is cut short"),
  FRAG_REASM_TIMEOUT("fragments did not come in time"),
  FRAG_TOO_FAR("fragment queue is full"),
  DUP_FRAG("overlapping or repeated fragment"),
  IPV6_NDISC_FRAG("fragmented neighbour discovery (RFC 6980)"),
  IPV6_NDISC_HOP_LIMIT("neighbour discovery with a hop limit other than 255"),
  IPV6_NDISC_BAD_OPTIONS("neighbour discovery with bad options"),
  IPV6_NDISC_BAD_CODE("neighbour discovery with a code other than 0"),
  IPV6DISABLED("IPv6 is disabled on the device"),
  IPV6_BAD_EXTHDR("bad IPv6 extension header"),
  IPV6_TOO_MANY_EXTHDRS("too many IPv6 extension headers"),
  BRIDGE_NO_EGRESS_PORT("no other port to send it to"),
  BRIDGE_INGRESS_STP_STATE("bridge port is not forwarding"),
  BRIDGE_VLAN("a VLAN that the bridge or its port does not have"),
  BRIDGE_LOCKED("the port is locked, and the source is not known to be there"),
  BRIDGE_SNOOPED("a malformed message of IGMP or MLD, or too many groups"),
  BRIDGE_STORM("more frames for all ports than one port may send"),
  BOND_BACKUP("came in by a port of a bond that is not the active one"),
  VXLAN_INVALID_HDR("a VXLAN header that is cut short or has bits that nobody knows"),
  VXLAN_VNI_NOT_FOUND("no VXLAN device has that network"),
  VXLAN_ENTRY_EXISTS("comes from another host than its entry says"),
  VXLAN_NO_REMOTE("no host is known to which it could go"),
  MAC_INVALID_SOURCE("a group address as Ethernet source"),
  LOCAL_MAC("a guest uses an Ethernet address of ours"),
  HOST_SELF("a guest tried to reach the appliance's own control side"),
  HOST_DENIED("denied by the uplink's policy"),
  HOST_FLOW_LIMIT("too many flows of this guest"),
  HOST_ERROR("the host's socket refused it"),
  PORT_BACKLOG("the guest does not take its frames"),
  PORT_DETACHED("no machine is plugged in"),
  NCSI_OFF("NC-SI is switched off on this port"),
  NOT_MEMBER("a group that nobody here has joined"),
  QDISC_LOSS("lost on purpose, by netem");

  private final String text;

  DropReason(String text) {
    this.text = text;
  }

  /** One line for people. */
  public String text() {
    return text;
  }
}
