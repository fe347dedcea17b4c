package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The target TRACE, word for word: each command of {@code iptables-trace/commands.txt}. */
class TraceWordsTest {
  private static final class Ours implements RecordedWords.Ours {
    private final IptablesCommand command = new IptablesCommand(PortNames.NONE);
    private @Nullable NetworkStack stack;

    @Override
    public void begin() {
      stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    }

    @Override
    public IpCommand.Result run(List<String> argv) {
      List<String> args = argv.subList(1, argv.size());
      return command.run(Objects.requireNonNull(stack), argv.getFirst(), args, "");
    }

    @Override
    public String masked(String line) {
      return line.startsWith("# ") ? line.replaceFirst(" on .*", "") : line;
    }
  }

  @Test
  void asRecorded() {
    new RecordedWords("iptables-trace").compare(new Ours(), List.of("answers.txt"), 22);
  }
}
