package dev.patchbay.stack.admin.ethtool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ethtool}, word for word: each command of {@code ethtool/commands.txt}. */
class EthtoolWordsTest implements RecordedWords.Ours {
  private NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));

  @Test
  void asRecorded() {
    new RecordedWords("ethtool").compare(this, List.of("answers.txt"), 180);
  }

  @Override
  public void begin() {
    stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    for (String words :
        List.of(
            "link add d0 address 02:00:00:00:00:01 type dummy",
            "link add v0 address 02:00:00:00:00:02 type veth peer name v1"
                + " address 02:00:00:00:00:03",
            "link add b0 address 02:00:00:00:00:04 type bridge",
            "link add link v0 name v0.5 type vlan id 5",
            "link add ifb0 address 02:00:00:00:00:05 type ifb",
            "link set d0 up",
            "link set v0 up",
            "link set v1 up",
            "link set b0 up")) {
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
        : new EthtoolCommand().run(stack, words);
  }
}
