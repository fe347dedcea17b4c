package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.List;

/** What {@code ipset help} prints: what there is here. */
final class IpsetHelp {
  private IpsetHelp() {}

  /**
   * Appends the text.
   *
   * @param typeName a type whose options are wanted, empty for none
   */
  static void print(StringBuilder to, String program, String typeName) throws IpsetException {
    to.append(
        """
        %s

        Usage: ipset [options] COMMAND

          create SETNAME TYPENAME [type-specific-options]
          add | del | test SETNAME ENTRY [options]
          list | save | flush | destroy [SETNAME]
          rename | swap SETNAME SETNAME
          restore, help [TYPENAME], version

          -o plain|save|xml   the form of list and save
          -s                  members sorted
          -q                  no notices and warnings
          -!                  what exists, or does not, is no fault
          -n                  names alone
          -t                  headers alone
          -f FILE             what restore reads

        Types:
        """
            .formatted(program));
    if (!typeName.isEmpty() && !TypeWords.isKnown(typeName)) {
      throw IpsetException.parameter("Unknown settype: `" + typeName + "'");
    }
    for (SetType type : SetType.values()) {
      if (typeName.isEmpty() || TypeWords.type(typeName) == type) {
        to.append("  ").append(type.word()).append(":");
        words(to, TypeWords.create(type));
        to.append("\n      add:");
        words(to, TypeWords.add(type));
        to.append('\n');
      }
    }
  }

  private static void words(StringBuilder to, List<Arg> args) {
    for (Arg arg : args) {
      to.append(" [").append(arg.word()).append(arg.isValued() ? " VALUE]" : "]");
    }
  }
}
