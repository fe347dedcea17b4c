package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.InstanceDirs;
import dev.patchbay.backend.config.InstanceException;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.conntrack.ConntrackCommand;
import dev.patchbay.stack.admin.ethtool.EthtoolCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.ss.NstatCommand;
import dev.patchbay.stack.admin.ss.SsCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.admin.trace.TraceCommand;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A word of a running daemon: sent to its control socket as it is, and its answer printed. */
final class ClientCommand implements Command {
  /** The variable that names the control socket; {@code run -- COMMAND} sets it. */
  static final String CONTROL = "PATCHBAY_CONTROL";

  private final String word;

  ClientCommand(String word) {
    this.word = word;
  }

  @Override
  public int run(List<String> args, Io io) {
    return run(List.of(), args, io);
  }

  /**
   * Runs it.
   *
   * @param before {@code --control} and {@code --name} with their values
   */
  int run(List<String> before, List<String> args, Io io) {
    ControlClient.Reply help = help(args);
    if (help != null) {
      return answer(help, io);
    }
    ClientInput input;
    try {
      input = ClientInput.of(word, args, io);
    } catch (IOException e) {
      return io.fail(word + ": " + e.getMessage(), Words.FAILED);
    }
    Path socket;
    try {
      socket = socket(before, io);
    } catch (InstanceException e) {
      return io.fail(e.getMessage(), Words.USAGE);
    } catch (InvalidPathException e) {
      return io.fail("'" + e.getInput() + "' cannot be a path", Words.USAGE);
    }
    List<String> argv = new ArrayList<>();
    argv.add(word);
    argv.addAll(input.args());
    try {
      if (ClientInput.isEndless(word, args)) {
        return ControlClient.stream(socket, argv, io.out(), io.err());
      }
      return answer(ControlClient.exec(socket, argv, input.stdin()), io);
    } catch (IOException e) {
      return io.fail(
          "cannot reach the daemon at " + socket + ": " + e.getMessage(), Words.UNREACHABLE);
    }
  }

  private static int answer(ControlClient.Reply reply, Io io) {
    io.out().print(reply.stdout());
    io.out().flush();
    io.err().print(reply.stderr());
    io.err().flush();
    return reply.status();
  }

  /** What a daemon is not needed for: help and version; null where it is. */
  private ControlClient.@Nullable Reply help(List<String> args) {
    IpCommand.Result result =
        switch (word) {
          case "ip" -> IpCommand.withoutNetwork(args);
          case "ss" -> SsCommand.withoutNetwork(args);
          case "nstat" -> NstatCommand.withoutNetwork(args);
          case "bridge" -> BridgeCommand.withoutNetwork(args);
          case "tc" -> TcCommand.withoutNetwork(args);
          case "conntrack" -> ConntrackCommand.withoutNetwork(args);
          case "ethtool" -> EthtoolCommand.withoutNetwork(args);
          case "trace" -> TraceCommand.withoutNetwork(args);
          default -> null;
        };
    if (result != null) {
      return new ControlClient.Reply(result.status(), result.stdout(), result.stderr());
    }
    if (ServiceHelp.isAsked(word, args)) {
      return new ControlClient.Reply(0, ServiceHelp.text(word), "");
    }
    if (LoadHelp.isAsked(word, args)) {
      return new ControlClient.Reply(0, LoadHelp.TEXT, "");
    }
    return word.equals("drops") && DropsHelp.isAsked(args)
        ? new ControlClient.Reply(0, DropsHelp.text(), "")
        : null;
  }

  /** Where the daemon listens: --control, --name, the environment, the default instance. */
  private static Path socket(List<String> before, Io io) throws InstanceException {
    String control = "";
    String name = "";
    for (int i = 0; i + 1 < before.size(); i += 2) {
      if (before.get(i).equals("--control")) {
        control = before.get(i + 1);
      } else {
        name = before.get(i + 1);
      }
    }
    if (!control.isEmpty() && !name.isEmpty()) {
      throw new InstanceException("--control beside --name: expected one of them");
    }
    if (control.isEmpty() && name.isEmpty()) {
      control = io.env().getOrDefault(CONTROL, "");
    }
    if (!control.isEmpty()) {
      return io.cwd().resolve(control);
    }
    String wanted = name.isEmpty() ? InstanceDirs.DEFAULT_NAME : name;
    if (!InstanceDirs.isName(wanted)) {
      throw new InstanceException("--name '" + wanted + "': expected the name of an instance");
    }
    return InstanceDirs.ofThisUser(io.env()).control(wanted);
  }
}
