package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ip link}, word for word: each command of {@code link/commands*.txt}. */
class LinkWordsTest implements RecordedWords.Ours {
  private final IpCommand ip = new IpCommand();
  private NetworkStack stack = fresh();

  private static NetworkStack fresh() {
    return new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  }

  @Test
  void asRecorded() {
    new RecordedWords("link")
        .compare(this, List.of("answers.txt", "answers-veth.txt", "answers-vlan.txt"), 500);
  }

  @Override
  public void begin() {
    stack = fresh();
    prepare("link add eth0 address 02:00:00:00:00:01 type dummy");
    prepare("link set eth0 up");
  }

  private void prepare(String words) {
    assertThat(ip.run(stack, List.of(words.split(" ")))).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return ip.run(stack, argv.subList(1, argv.size()));
  }
}
