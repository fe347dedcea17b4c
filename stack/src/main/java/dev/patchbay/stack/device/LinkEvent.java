package dev.patchbay.stack.device;

/** What happens to a device (Linux: {@code NETDEV_*}), told after it has happened. */
public enum LinkEvent {
  REGISTERED,
  /** It has gone, with its addresses, routes and neighbours. */
  UNREGISTERED,
  UP,
  DOWN,
  /** The carrier came or went, or the operational state changed. */
  CHANGED,
  RENAMED,
  /** Another Ethernet address. */
  ADDRESS,
  MTU,
  /** It got a master or lost it ({@code NETDEV_CHANGEUPPER}). */
  MASTER,
  /** The stations on the link should hear of our addresses ({@code NETDEV_NOTIFY_PEERS}). */
  NOTIFY_PEERS,
  /** The groups of IPv4 are to be reported once more ({@code NETDEV_RESEND_IGMP}). */
  RESEND_IGMP
}
