package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code ip netns}: the namespaces and their names ({@code ipnetns.c}). */
final class NetnsCommand {
  private static final List<String> NOT_HERE =
      List.of("set", "exec", "identify", "pids", "monitor", "attach", "list-id");
  private static final String USAGE =
      """
      Usage:\tip netns list
      \tip netns add NAME
      \tip netns delete NAME\
      """;

  private final NetworkStack stack;
  private final Namespaces namespaces;
  private final IpOptions options;

  NetnsCommand(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    namespaces = stack.namespaces();
    this.options = options;
  }

  /** {@code do_netns}, in the order in which it tries its commands. */
  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    if (IpOptions.matches(command, "list")
        || IpOptions.matches(command, "show")
        || command.equals("lst")) {
      return list();
    }
    if (IpOptions.matches(command, "help")) {
      throw new RefusedException(RefusedException.SYNTAX, USAGE);
    }
    if (IpOptions.matches(command, "add")) {
      add(name(words));
      return "";
    }
    for (String other : NOT_HERE) {
      if (IpOptions.matches(command, other) && !IpOptions.matches(command, "delete")) {
        throw RefusedException.unsupported("ip netns " + other);
      }
    }
    if (IpOptions.matches(command, "delete")) {
      delete(name(words));
      return "";
    }
    throw new RefusedException(
        RefusedException.SYNTAX, "Command \"" + command + "\" is unknown, try \"ip netns help\".");
  }

  private static String name(List<String> words) throws RefusedException {
    if (words.size() < 2) {
      throw new RefusedException(RefusedException.FAILED, "No netns name specified");
    }
    String name = words.get(1);
    if (!Namespaces.isValidName(name)) {
      throw new RefusedException(RefusedException.SYNTAX, "Invalid netns name \"" + name + "\"");
    }
    return name;
  }

  private void add(String name) throws RefusedException {
    boolean taken = namespaces.find(name) != null;
    if (taken || namespaces.add(name) == null) {
      String why = taken ? "File exists" : "No space left on device";
      throw new RefusedException(
          RefusedException.FAILED,
          "Cannot create namespace file \"/run/netns/" + name + "\": " + why);
    }
  }

  private void delete(String name) throws RefusedException {
    if (!namespaces.delete(name)) {
      throw new RefusedException(
          RefusedException.FAILED,
          "Cannot remove namespace file \"/run/netns/" + name + "\": No such file or directory");
    }
  }

  /** With the number by which this namespace knows each, where it has one. */
  private String list() {
    List<String> names = namespaces.names();
    if (options.json()) {
      return names.isEmpty()
          ? ""
          : JsonWriter.write(names.stream().map(this::json).toList(), options.pretty());
    }
    StringBuilder out = new StringBuilder();
    for (String name : names) {
      int number = number(name);
      out.append(name).append(number < 0 ? "" : " (id: " + number + ")").append('\n');
    }
    return out.toString();
  }

  private Map<String, Object> json(String name) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", name);
    int number = number(name);
    if (number >= 0) {
      map.put("id", number);
    }
    return map;
  }

  private int number(String name) {
    NetworkStack there = namespaces.find(name);
    return there == null ? -1 : stack.numbers().find(there);
  }
}
