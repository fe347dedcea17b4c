package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import java.util.List;

/** {@code ipset}. On the loop of the namespace. */
public final class IpsetCommand {
  private final PortNames services;

  public IpsetCommand(PortNames services) {
    this.services = services;
  }

  /** Whether a call is one of {@code restore}, which reads what its caller gives it. */
  public static boolean isRestore(List<String> argv) {
    return IpsetSession.isRestore(argv);
  }

  /** Where {@code -file} stands among a call's words, -1 where it does not; the name follows. */
  public static int fileOption(List<String> argv) {
    return IpsetSession.find('f', argv);
  }

  /**
   * Runs a command.
   *
   * @param argv the words behind {@code ipset}
   * @param stdin what {@code restore} reads
   */
  public Result run(NetworkStack stack, List<String> argv, String stdin) {
    return new IpsetSession(stack.netfilter().sets(), services).run(argv, stdin);
  }
}
