package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tc}, word for word: each command of {@code tc/commands*.txt}. */
class TcWordsTest implements RecordedWords.Ours {
  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  private final TcCommand tc = new TcCommand();

  @Test
  void asRecorded() {
    // netem's first: one kernel ran both, and its handles count up
    new RecordedWords("tc").compare(this, List.of("answers-netem.txt", "answers.txt"), 590);
  }

  @Override
  public void begin() {
    if (stack.device("eth0") instanceof PortDevice old) {
      stack.remove(old);
    }
    PortDevice eth0 = new PortDevice(stack.nextIndex(), "eth0", 0x0200_0000_0001L, 1500);
    stack.add(eth0);
    eth0.plug(packet -> packet.release());
    stack.setUp(eth0, true);
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return tc.run(stack, argv.subList(1, argv.size()), "");
  }
}
