package dev.patchbay.stack.admin.tc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tc filter} and what belongs to it, word for word: {@code filter/commands*.txt}. */
class FilterWordsTest implements RecordedWords.Ours {
  private NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));

  @Test
  void asRecorded() {
    new RecordedWords("filter", FilterWordsTest::withoutTimes)
        .compare(this, List.of("answers.txt", "answers-u32.txt", "answers-flower.txt"), 375);
  }

  /** How long an action has been there differs from run to run. */
  private static String withoutTimes(String line) {
    return line.replaceAll("(installed|used) \\d+ sec", "$1 0 sec")
        .replaceAll("\"(installed|last_used)\":\\d+", "\"$1\":0");
  }

  @Override
  public void begin() {
    stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    for (String words :
        List.of(
            "link set lo down",
            "link add eth0 address 02:00:00:00:00:01 type dummy",
            "link set eth0 up",
            "link add ifb0 address 02:00:00:00:00:02 type ifb",
            "link set ifb0 up")) {
      assertThat(new IpCommand().run(stack, List.of(words.split(" "))))
          .as(words)
          .isEqualTo(new IpCommand.Result(0, "", ""));
    }
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    List<String> words = argv.subList(1, argv.size());
    return argv.getFirst().equals("ip")
        ? new IpCommand().run(stack, words)
        : new TcCommand().run(stack, words, "");
  }
}
