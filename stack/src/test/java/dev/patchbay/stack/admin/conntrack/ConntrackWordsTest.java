package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code conntrack}, word for word: each command of {@code conntrack/commands.txt}. Seconds that
 * are left and ids are masked; lists are sorted, since theirs come in the order of a keyed hash.
 */
class ConntrackWordsTest {
  private static final class Ours implements RecordedWords.Ours {
    private final ConntrackCommand command = new ConntrackCommand();
    private @Nullable NetworkStack stack;

    @Override
    public void begin() {
      stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    }

    @Override
    public IpCommand.Result run(List<String> argv) {
      return command.run(Objects.requireNonNull(stack), argv.subList(1, argv.size()), "");
    }

    @Override
    public String masked(String line) {
      return line.replaceFirst("^((?:ipv\\d +\\d+ )?\\w+ +\\d+ )\\d+ ", "$1T ")
          .replaceFirst("^(-[AUD]) -t \\d+ ", "$1 -t T ")
          .replaceFirst("<timeout>\\d+<", "<timeout>T<")
          .replaceFirst("(use=\\d) id=\\d+$", "$1 id=I")
          .replaceFirst(" insert=\\d+ ", " insert=N ")
          .replaceFirst("<id>\\d+<", "<id>I<");
    }

    @Override
    public List<String> arranged(List<String> lines) {
      // there is one usage, whose text is ours, and statistics of one processor
      boolean usage = !lines.isEmpty() && lines.getFirst().startsWith("Command line interface");
      return usage
          ? lines.subList(0, 2)
          : lines.stream().filter(line -> !line.startsWith("cpu=1")).sorted().toList();
    }
  }

  @Test
  void asRecorded() {
    new RecordedWords("conntrack").compare(new Ours(), List.of("answers.txt"), 200);
  }
}
