package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code ip netns} and {@code ip -n}, word for word: each command of {@code netns/commands.txt}.
 */
class NamespaceWordsTest implements RecordedWords.Ours {
  private NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));

  @Test
  void asRecorded() {
    new RecordedWords("netns").compare(this, List.of("answers.txt", "answers-ids.txt"), 239);
  }

  @Override
  public void begin() {
    stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    stack.setUp(stack.loopback(), false);
    stack.loopback().removeQueueing();
    for (String command :
        List.of("addr flush dev lo", "link add d0 address 02:00:00:00:00:01 type dummy")) {
      assertThat(new IpCommand().run(stack, List.of(command.split(" "))).stderr()).isEmpty();
    }
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return new IpCommand().run(stack, argv.subList(1, argv.size()));
  }
}
