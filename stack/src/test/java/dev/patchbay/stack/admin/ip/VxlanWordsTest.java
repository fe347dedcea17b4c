package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.vxlan.FakeHost;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code type vxlan} and its table, word for word: each command of {@code vxlan/commands*.txt}. */
class VxlanWordsTest implements RecordedWords.Ours {
  private final IpCommand ip = new IpCommand();
  private final BridgeCommand bridge = new BridgeCommand();
  private final VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = fresh();

  private NetworkStack fresh() {
    NetworkStack made = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    made.namespaces().host(new FakeHost());
    return made;
  }

  @Test
  void asRecorded() {
    new RecordedWords("vxlan", VxlanWordsTest::withoutChance)
        .compare(this, List.of("answers.txt", "answers-fdb.txt"), 150);
  }

  /** Addresses made by chance, what is there by IPv6, which is on here, and times of entries. */
  private static String withoutChance(String line) {
    if (line.matches("(33:33|01:00:5e:00:00:01).*")) {
      return "";
    }
    return line.replaceAll("link/ether (?!02:00:00)[0-9a-f:]{17}", "link/ether -")
        .replaceAll("^( +[0-9]+){6} ?$", "counters")
        .replaceAll("used [0-9]+/[0-9]+ ", "used - ");
  }

  @Override
  public void begin() {
    stack = fresh();
    prepare("link add eth0 address 02:00:00:00:00:01 type dummy");
    prepare("addr add 192.0.2.1/24 dev eth0");
    prepare("link set eth0 up");
  }

  private void prepare(String words) {
    assertThat(ip.run(stack, List.of(words.split(" ")))).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    List<String> words = argv.subList(1, argv.size());
    return argv.getFirst().equals("bridge") ? bridge.run(stack, words) : ip.run(stack, words);
  }
}
