package dev.patchbay.stack.netfilter.ipset;

/** What came of a question or a change ({@code enum ipset_errno} and Linux's own numbers). */
public enum Outcome {
  /** Done; it is a member. */
  OK,
  /** No member. */
  ABSENT,
  /** It is a member that says {@code nomatch} ({@code -ENOTEMPTY}). */
  NO_MATCH,
  /** Added already, or not there to be deleted ({@code IPSET_ERR_EXIST}). */
  EXISTS,
  /** A set of that name is there ({@code EEXIST}). */
  NAME_TAKEN,
  /** No set of that name ({@code ENOENT}). */
  NO_SET,
  TOO_MANY_SETS,
  BUSY,
  /** In a rename the new name is taken, in a swap there is no second set. */
  SECOND_NAME,
  REFERENCED,
  TYPE_MISMATCH,
  INVALID_CIDR,
  INVALID_NETMASK,
  NO_TIMEOUT,
  NO_COUNTERS,
  NO_COMMENT,
  NO_SKBINFO,
  /** A port outside of the set's range. */
  PORT_RANGE,
  FULL,
  /** The address 0, which a hash does not hold. */
  NULL_ELEMENT,
  INVALID_PROTOCOL,
  RANGE_UNSUPPORTED,
  WHOLE_RANGE,
  NO_MEMBER_SET,
  LOOP,
  NO_REFERENCE,
  /** The reference of a list is no set. */
  REFERENCE_NAME,
  /** The reference of a list is not in it. */
  REFERENCE_ABSENT,
  /** {@code EINVAL}. */
  INVALID,
  /** {@code ERANGE}: more than is done at once. */
  TOO_LARGE,
  /** {@code ENOMEM}. */
  NO_MEMORY
}
