package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fresh namespace for words of iptables; files are read as the client does. */
final class RecordedRules implements RecordedWords.Ours {
  /** The names that the recordings have, of Debian's netbase. */
  private static final Map<Integer, String> PORTS =
      Map.of(1, "tcpmux", 22, "ssh", 53, "domain", 80, "http", 7, "echo", 123, "ntp", 9, "discard");

  private static final PortNames SERVICES =
      new PortNames() {
        @Override
        public @Nullable String name(int port, String protocol) {
          boolean none = protocol.equals("sctp") || port == 1 && protocol.equals("udp");
          return none ? null : PORTS.get(port);
        }

        @Override
        public int port(String name, String protocol) {
          return PORTS.entrySet().stream()
              .filter(entry -> entry.getValue().equals(name))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(-1);
        }
      };

  private final String folder;
  private final IptablesCommand command = new IptablesCommand(SERVICES);
  private @Nullable NetworkStack stack;

  /**
   * A namespace.
   *
   * @param folder of the files, below {@code admin} in the test resources
   */
  RecordedRules(String folder) {
    this.folder = folder;
  }

  @Override
  public void begin() {
    stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    List<String> args = new ArrayList<>(argv.subList(1, argv.size()));
    String stdin = "";
    if (argv.getFirst().endsWith("-restore")) {
      stdin = read(args.removeLast());
    }
    return command.run(Objects.requireNonNull(stack), argv.getFirst(), args, stdin);
  }

  @Override
  public String masked(String line) {
    return line.startsWith("# ") ? line.replaceFirst(" on .*", "") : line;
  }

  private String read(String name) {
    try (InputStream in = RecordedWords.class.getResourceAsStream(folder + "/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
