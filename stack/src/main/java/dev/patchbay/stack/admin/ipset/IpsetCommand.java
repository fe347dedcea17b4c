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
