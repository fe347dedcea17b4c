package dev.patchbay.stack.admin.conntrack;

import static dev.patchbay.stack.admin.conntrack.FlowOption.ANY_NAT;
import static dev.patchbay.stack.admin.conntrack.FlowOption.BUFFER_SIZE;
import static dev.patchbay.stack.admin.conntrack.FlowOption.DST;
import static dev.patchbay.stack.admin.conntrack.FlowOption.DST_NAT;
import static dev.patchbay.stack.admin.conntrack.FlowOption.EVENT_MASK;
import static dev.patchbay.stack.admin.conntrack.FlowOption.FAMILY;
import static dev.patchbay.stack.admin.conntrack.FlowOption.ID;
import static dev.patchbay.stack.admin.conntrack.FlowOption.MARK;
import static dev.patchbay.stack.admin.conntrack.FlowOption.MASK_DST;
import static dev.patchbay.stack.admin.conntrack.FlowOption.MASK_SRC;
import static dev.patchbay.stack.admin.conntrack.FlowOption.ORIG_ZONE;
import static dev.patchbay.stack.admin.conntrack.FlowOption.OUTPUT;
import static dev.patchbay.stack.admin.conntrack.FlowOption.PROTONUM;
import static dev.patchbay.stack.admin.conntrack.FlowOption.REPLY_DST;
import static dev.patchbay.stack.admin.conntrack.FlowOption.REPLY_SRC;
import static dev.patchbay.stack.admin.conntrack.FlowOption.REPLY_ZONE;
import static dev.patchbay.stack.admin.conntrack.FlowOption.SRC;
import static dev.patchbay.stack.admin.conntrack.FlowOption.SRC_NAT;
import static dev.patchbay.stack.admin.conntrack.FlowOption.STATUS;
import static dev.patchbay.stack.admin.conntrack.FlowOption.TIMEOUT;
import static dev.patchbay.stack.admin.conntrack.FlowOption.ZERO;
import static dev.patchbay.stack.admin.conntrack.FlowOption.ZONE;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands, and which options may or must stand with them. */
enum FlowCommand {
  LIST(
      'L',
      "shown",
      none(),
      with(
          addresses(),
          PROTONUM,
          STATUS,
          ZERO,
          MASK_SRC,
          MASK_DST,
          MARK,
          FAMILY,
          SRC_NAT,
          DST_NAT,
          OUTPUT,
          ANY_NAT,
          ZONE,
          ORIG_ZONE,
          REPLY_ZONE)),
  CREATE('I', "created", EnumSet.of(PROTONUM, TIMEOUT), described()),
  ADD('A', "added", EnumSet.of(PROTONUM, TIMEOUT), described()),
  UPDATE(
      'U',
      "updated",
      none(),
      with(
          addresses(),
          PROTONUM,
          TIMEOUT,
          STATUS,
          MASK_SRC,
          MASK_DST,
          MARK,
          ID,
          FAMILY,
          SRC_NAT,
          DST_NAT,
          OUTPUT)),
  DELETE(
      'D',
      "deleted",
      none(),
      with(
          addresses(),
          PROTONUM,
          TIMEOUT,
          STATUS,
          MASK_SRC,
          MASK_DST,
          MARK,
          ID,
          FAMILY,
          SRC_NAT,
          DST_NAT,
          OUTPUT,
          ZONE,
          ORIG_ZONE,
          REPLY_ZONE)),
  GET('G', "shown", EnumSet.of(PROTONUM), with(addresses(), ID, OUTPUT)),
  FLUSH('F', "", none(), EnumSet.of(FAMILY)),
  EVENT(
      'E',
      "",
      none(),
      with(
          addresses(),
          PROTONUM,
          EVENT_MASK,
          MASK_SRC,
          MASK_DST,
          MARK,
          FAMILY,
          SRC_NAT,
          DST_NAT,
          OUTPUT,
          BUFFER_SIZE,
          ANY_NAT,
          ZONE,
          ORIG_ZONE,
          REPLY_ZONE)),
  VERSION('V', "", none(), none()),
  HELP('h', "", none(), EnumSet.of(PROTONUM)),
  COUNT('C', "", none(), none()),
  STATS('S', "", none(), none()),
  EXPECT_LIST('L', "", none(), EnumSet.of(FAMILY, OUTPUT)),
  EXPECT_FLUSH('F', "", none(), none()),
  EXPECT_EVENT('E', "", none(), EnumSet.of(OUTPUT)),
  EXPECT_COUNT('C', "", none(), none()),
  EXPECT_STATS('S', "", none(), none());

  private final char letter;
  private final String done;
  private final Set<FlowOption> required;
  private final Set<FlowOption> allowed;

  FlowCommand(char letter, String done, Set<FlowOption> required, Set<FlowOption> allowed) {
    this.letter = letter;
    this.done = done;
    this.required = required;
    this.allowed = allowed;
  }

  private static EnumSet<FlowOption> none() {
    return EnumSet.noneOf(FlowOption.class);
  }

  private static EnumSet<FlowOption> addresses() {
    return EnumSet.of(SRC, DST, REPLY_SRC, REPLY_DST);
  }

  private static EnumSet<FlowOption> described() {
    return with(addresses(), STATUS, MARK, SRC_NAT, DST_NAT, ZONE, ORIG_ZONE, REPLY_ZONE);
  }

  private static EnumSet<FlowOption> with(EnumSet<FlowOption> some, FlowOption... more) {
    some.addAll(Arrays.asList(more));
    return some;
  }

  /** The command of a letter, for expectations or for connections; null where there is none. */
  static @Nullable FlowCommand of(char letter, boolean expectations) {
    for (FlowCommand command : values()) {
      boolean same = command.isOfExpectations() == expectations || letter == 'V' || letter == 'h';
      if (command.letter == letter && same) {
        return command;
      }
    }
    return null;
  }

  private boolean isOfExpectations() {
    return name().startsWith("EXPECT");
  }

  /** What has become of the connections that it has counted; empty where it counts none. */
  String done() {
    return done;
  }

  boolean requires(FlowOption option) {
    return required.contains(option);
  }

  boolean allows(FlowOption option) {
    return allowed.contains(option) || required.contains(option);
  }

  /** Whether it describes one connection: then a pair of addresses is needed, and of ports. */
  boolean describes() {
    return makes() || this == GET;
  }

  /** Whether it makes one. */
  boolean makes() {
    return this == CREATE || this == ADD;
  }
}
