package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.netfilter.ipset.Outcome;

/** What ipset says for an answer of the kernel (its {@code errcode.c}). */
final class Answers {
  private Answers() {}

  /**
   * The sentence.
   *
   * @param command the whole name of the command
   */
  static String text(Outcome outcome, String command) {
    return switch (outcome) {
      case NO_SET -> "The set with the given name does not exist";
      case NAME_TAKEN -> "Set cannot be created: set with the same name already exists";
      case TOO_MANY_SETS ->
          "Kernel error received: maximal number of sets reached, cannot create more.";
      case INVALID_NETMASK -> "The value of the netmask parameter is invalid";
      case BUSY -> "Set cannot be destroyed: it is in use by a kernel component";
      case REFERENCED -> "Set cannot be renamed: it is in use by another system";
      case SECOND_NAME ->
          command.equals("rename")
              ? "Set cannot be renamed: a set with the new name already exists"
              : "Sets cannot be swapped: the second set does not exist";
      case TYPE_MISMATCH -> "The sets cannot be swapped: their type does not match";
      case EXISTS ->
          command.equals("add")
              ? "Element cannot be added to the set: it's already added"
              : "Element cannot be deleted from the set: it's not added";
      case TOO_LARGE -> "The specified range is too large, split it up into smaller ranges";
      case NO_MEMORY -> "Kernel error received: Cannot allocate memory";
      case INVALID -> "Kernel error received: Invalid argument";
      default -> ofElement(outcome);
    };
  }

  private static String ofElement(Outcome outcome) {
    return switch (outcome) {
      case INVALID_CIDR -> "The value of the CIDR parameter of the IP address is invalid";
      case NO_TIMEOUT -> "Timeout cannot be used: set was created without timeout support";
      case NO_COUNTERS ->
          "Packet/byte counters cannot be used: set was created without counter support";
      case NO_COMMENT -> "Comment cannot be used: set was created without comment support";
      case NO_SKBINFO -> "Skbinfo mapping cannot be used: set was created without skbinfo support";
      case PORT_RANGE -> "Element is out of the range of the set";
      case FULL -> "Hash is full, cannot add more elements";
      case NULL_ELEMENT -> "Null-valued element, cannot be stored in a hash type of set";
      case INVALID_PROTOCOL -> "Invalid protocol specified";
      case RANGE_UNSUPPORTED -> "Range is not supported in the \"net\" component of the element";
      case WHOLE_RANGE -> "Invalid range, covers the whole address space";
      case NO_MEMBER_SET -> "Set to be added/deleted/tested as element does not exist.";
      case LOOP -> "Sets with list:set type cannot be added to the set.";
      case NO_REFERENCE -> "No reference set specified.";
      case REFERENCE_NAME ->
          "The set to which you referred with 'before' or 'after' does not exist.";
      case REFERENCE_ABSENT ->
          "The set to which you referred with 'before' or 'after' is not added to the set.";
      default -> throw new IllegalStateException(outcome.name());
    };
  }
}
