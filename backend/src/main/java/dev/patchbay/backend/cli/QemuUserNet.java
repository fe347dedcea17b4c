package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.ConfigException;
import java.util.List;
import java.util.Set;

/**
 * Refuses a QEMU command with a user network of its own: its guest would sit there and not at our
 * port.
 */
final class QemuUserNet {
  private static final Set<String> OPTIONS = Set.of("netdev", "net", "nic");

  private QemuUserNet() {}

  /**
   * Looks at the command after {@code --}.
   *
   * @throws ConfigException with the lines to use instead
   */
  static void refuse(List<String> command) throws ConfigException {
    for (int i = 0; i + 1 < command.size(); i++) {
      String option = command.get(i);
      String word = option.startsWith("--") ? option.substring(2) : option.replaceFirst("^-", "");
      String value = command.get(i + 1);
      boolean user = value.equals("user") || value.startsWith("user,");
      if (option.startsWith("-") && OPTIONS.contains(word) && user) {
        throw new ConfigException(message(word, option + " " + value, value));
      }
    }
  }

  private static String message(String word, String found, String value) {
    String id = "net0";
    for (String item : value.split(",", -1)) {
      if (item.startsWith("id=")) {
        id = item.substring(3);
      }
    }
    // -net and -nic do not take stream (QEMU says "Parameter 'type' is missing"); socket they do
    String listen = "--listen tcp:127.0.0.1:5555";
    String instead = "-" + word + " socket,connect=127.0.0.1:5555";
    if (word.equals("netdev")) {
      listen = "--listen unix:/tmp/" + id + ".sock";
      instead =
          "-netdev stream,id=" + id + ",server=off,addr.type=unix,addr.path=/tmp/" + id + ".sock";
    }
    return "'"
        + found
        + "' in the command is not rewritten yet: give patchbay run "
        + listen
        + " and the command "
        + instead
        + (value.contains("hostfwd=") ? ", and its hostfwd= rules as --hostfwd RULE" : "");
  }
}
