package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ipset}. On the loop of the namespace. */
public final class IpsetCommand {
  /** A command that is being run. */
  @FunctionalInterface
  public interface Call {
    /**
     * Runs it, or some lines of a restore.
     *
     * @param lines at most so many
     * @return what came of it; null where there is more to do
     */
    @Nullable Result step(int lines);
  }

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
    Call call = start(stack, argv, stdin);
    Result result = call.step(Integer.MAX_VALUE);
    if (result == null) {
      throw new IllegalStateException("lines without end");
    }
    return result;
  }

  /** Begins a command, which is run by steps. */
  public Call start(NetworkStack stack, List<String> argv, String stdin) {
    IpsetSession session = new IpsetSession(stack.netfilter().sets(), services);
    Result result = session.begin(argv, stdin);
    return result == null ? session::step : lines -> result;
  }
}
