package dev.patchbay.stack.neighbour;

/** What happens to a neighbour, the columns of {@link NudTable}. */
enum NudEvent {
  /** A packet is to be sent to it ({@code neigh_event_send}). */
  SEND,

  /** The timer ran out, and a confirmation has come within the state's time. */
  TIMEOUT_CONFIRMED,

  /** The timer of a reachable one ran out, and a packet went to it within the delay. */
  TIMEOUT_USED,

  /** The timer ran out, and none of this. */
  TIMEOUT,

  /** The timer ran out, and all probes were sent. */
  PROBES_SPENT,

  /** It answered us: a solicited advertisement, an ARP reply to us alone. */
  ANSWERED,

  /** It was heard of with the link-layer address that is known. */
  HEARD,

  /** It was heard of with another link-layer address than the known one, or none was known. */
  HEARD_OTHER,

  /** An advertisement bore another link-layer address and must not override ours. */
  CONFLICT
}
