package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.ip.InterfaceAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The flags of addresses as {@code ip address} names them, in the order in which it prints them
 * ({@code ifa_flag_data}).
 */
enum AddressFlag {
  SECONDARY("secondary", InterfaceAddress.SECONDARY),
  TEMPORARY("temporary", InterfaceAddress.SECONDARY),
  NODAD("nodad", InterfaceAddress.NODAD),
  OPTIMISTIC("optimistic", 0x04),
  DADFAILED("dadfailed", InterfaceAddress.DADFAILED),
  HOME("home", 0x10),
  DEPRECATED("deprecated", InterfaceAddress.DEPRECATED),
  TENTATIVE("tentative", InterfaceAddress.TENTATIVE),
  PERMANENT("permanent", InterfaceAddress.PERMANENT),
  MNGTMPADDR("mngtmpaddr", 0x100),
  NOPREFIXROUTE("noprefixroute", InterfaceAddress.NOPREFIXROUTE),
  AUTOJOIN("autojoin", 0x400);

  private final String word;
  private final int bit;

  AddressFlag(String word, int bit) {
    this.word = word;
    this.bit = bit;
  }

  String word() {
    return word;
  }

  int bit() {
    return bit;
  }

  static @Nullable AddressFlag of(String word) {
    for (AddressFlag flag : values()) {
      if (flag.word.equals(word)) {
        return flag;
      }
    }
    return null;
  }

  /** The words of an address's flags ({@code print_ifa_flags}). */
  static List<String> words(InterfaceAddress own) {
    List<String> words = new ArrayList<>();
    for (AddressFlag flag : values()) {
      if (flag == PERMANENT) {
        if (!own.is(InterfaceAddress.PERMANENT)) {
          words.add("dynamic");
        }
      } else if (flag != TEMPORARY && own.is(flag.bit)) {
        words.add(flag.word);
      }
    }
    return words;
  }
}
