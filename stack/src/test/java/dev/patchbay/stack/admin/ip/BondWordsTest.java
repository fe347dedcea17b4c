package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code type bond}, word for word: each command of {@code bond/commands*.txt}. */
class BondWordsTest implements RecordedWords.Ours {
  private final IpCommand ip = new IpCommand();
  private final VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = fresh();

  private NetworkStack fresh() {
    return new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  }

  @Test
  void asRecorded() {
    new RecordedWords("bond", BondWordsTest::withoutChance)
        .compare(this, List.of("answers.txt", "answers-options.txt"), 190);
  }

  /** Addresses made by chance, counters (IPv6 is on here), and Linux's queues: one here. */
  private static String withoutChance(String line) {
    return line.replaceAll("link/ether (?!02:00:00)[0-9a-f:]{17}", "link/ether -")
        .replaceAll("^( +[0-9]+){6} ?$", "counters")
        .replaceAll("queue_id 3 ", "queue_id 0 ")
        .replaceAll("numtxqueues 16", "numtxqueues 1")
        .replaceAll("\"num_tx_queues\":16", "\"num_tx_queues\":1");
  }

  @Override
  public void begin() {
    stack = fresh();
    prepare("link add eth0 address 02:00:00:00:00:01 type dummy");
    prepare("link add eth1 address 02:00:00:00:00:02 type dummy");
  }

  private void prepare(String words) {
    assertThat(ip.run(stack, List.of(words.split(" ")))).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  /** After each command as long as Linux had where links are watched. */
  @Override
  public IpCommand.Result run(List<String> argv) {
    IpCommand.Result result = ip.run(stack, argv.subList(1, argv.size()));
    loop.runForMillis(1600);
    return result;
  }
}
