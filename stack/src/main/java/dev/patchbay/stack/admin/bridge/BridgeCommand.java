package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.admin.ip.IpCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code bridge} (iproute2 6.1): {@code link}, {@code fdb}, {@code mdb}, {@code vlan}.
 */
public final class BridgeCommand {
  private static final String USAGE =
      """
      Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
      where  OBJECT := { link | fdb | mdb | vlan }
             OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                          -o[neline] | -n[etns] name | -p[retty] | -j[son] }\
      """;

  /**
   * Answers what no namespace is needed for: the version, and the usage.
   *
   * @param argv the words behind {@code bridge}
   * @return null for all else
   */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    try {
      BridgeOptions options = BridgeOptions.parse(argv);
      if (options.version()) {
        return new IpCommand.Result(0, "bridge utility, patchbay (as 6.1.0)\n", "");
      }
      boolean help = options.help() || matches(argv.get(options.used()), "help");
      return help ? new IpCommand.Result(RefusedException.SYNTAX, "", USAGE + "\n") : null;
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  /**
   * Runs a command on the loop of the namespace. What fails has changed nothing, but for several
   * attributes of a port and entries in several VLANs: those before it stay, as on Linux.
   *
   * @param argv the words behind {@code bridge}
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv) {
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    try {
      return new IpCommand.Result(0, execute(stack, argv), "");
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  private static String execute(NetworkStack own, List<String> argv) throws RefusedException {
    BridgeOptions options = BridgeOptions.parse(argv);
    NetworkStack stack =
        options.netns().isEmpty() ? own : IpOptions.namespace(own, options.netns());
    String object = argv.get(options.used());
    Words words = new Words(argv.subList(options.used() + 1, argv.size()));
    if (matches(object, "link")) {
      return new LinkObject(stack, options).run(words);
    } else if (matches(object, "fdb")) {
      return new FdbObject(stack, options).run(words);
    } else if (matches(object, "mdb")) {
      return new MdbObject(stack, options).run(words);
    } else if (matches(object, "vlan")) {
      return new VlanObject(stack, options).run(words);
    } else if (matches(object, "vni") || matches(object, "monitor")) {
      throw RefusedException.unsupported("bridge " + object);
    }
    throw BridgeArgs.failed("Object \"" + object + "\" is unknown, try \"bridge help\".");
  }

  /** Whether {@code word} is {@code full} or the beginning of it. */
  static boolean matches(String word, String full) {
    return IpOptions.matches(word, full);
  }
}
