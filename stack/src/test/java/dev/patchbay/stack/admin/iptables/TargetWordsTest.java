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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The words of LOG, NFLOG, TEE, TCPMSS, TCPOPTSTRIP, ECN, recent and hashlimit, word for word: each
 * command of {@code iptables-targets/commands*.txt}.
 */
class TargetWordsTest {
  private static final String FOLDER = "iptables-targets";

  private static final PortNames SERVICES =
      new PortNames() {
        @Override
        public @Nullable String name(int port, String protocol) {
          return port == 22 ? "ssh" : null;
        }

        @Override
        public int port(String name, String protocol) {
          return -1;
        }
      };

  /** A fresh namespace; files are read as the client does. */
  private static final class Ours implements RecordedWords.Ours {
    private final IptablesCommand command = new IptablesCommand(SERVICES);
    private @Nullable NetworkStack stack;

    @Override
    public void begin() {
      stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    }

    @Override
    public IpCommand.Result run(List<String> argv) {
      List<String> args = new ArrayList<>(argv.subList(1, argv.size()));
      String stdin = argv.getFirst().endsWith("-restore") ? read(args.removeLast()) : "";
      return command.run(Objects.requireNonNull(stack), argv.getFirst(), args, stdin);
    }

    @Override
    public String masked(String line) {
      return line.startsWith("# ") ? line.replaceFirst(" on .*", "") : line;
    }

    private static String read(String name) {
      try (InputStream in = RecordedWords.class.getResourceAsStream(FOLDER + "/" + name)) {
        return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void asRecorded() {
    List<String> recordings = List.of("answers.txt", "answers-recent.txt", "answers-hashlimit.txt");
    new RecordedWords(FOLDER).compare(new Ours(), recordings, 440);
  }
}
