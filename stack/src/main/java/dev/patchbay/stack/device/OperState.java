package dev.patchbay.stack.device;

/** Operational states of an interface (RFC 2863 {@code ifOperStatus}; Linux: {@code IF_OPER_*}). */
public enum OperState {
  /** Nobody has ever told of a carrier: the device works as far as anybody knows. */
  UNKNOWN,
  NOTPRESENT,
  DOWN,
  /** Down because the device below it is. */
  LOWERLAYERDOWN,
  TESTING,
  /** Up, but something above the link is waited for. */
  DORMANT,
  UP
}
