package dev.patchbay.stack.admin.conntrack;

import java.util.Locale;

/** The options, in the order in which they are checked. */
enum FlowOption {
  SRC,
  DST,
  REPLY_SRC,
  REPLY_DST,
  PROTONUM,
  TIMEOUT,
  STATUS,
  ZERO,
  EVENT_MASK,
  TUPLE_SRC,
  TUPLE_DST,
  MASK_SRC,
  MASK_DST,
  MARK,
  ID,
  FAMILY,
  SRC_NAT,
  DST_NAT,
  OUTPUT,
  BUFFER_SIZE,
  ANY_NAT,
  ZONE,
  ORIG_ZONE,
  REPLY_ZONE;

  /** Its name behind the dashes. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
