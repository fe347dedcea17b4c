package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ip address}, word for word: each command of {@code address/commands.txt}. */
class AddressWordsTest implements RecordedWords.Ours {
  private final VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = namespace();

  private NetworkStack namespace() {
    NetworkStack made = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    made.conf().default6().set(Ipv6Key.ACCEPT_DAD, 0);
    PortDevice eth0 = new PortDevice(made.nextIndex(), "eth0", 0x0200_0000_0001L, 1500);
    made.add(eth0);
    eth0.plug(packet -> packet.release());
    made.setUp(eth0, true);
    return made;
  }

  @Test
  void asRecorded() {
    new RecordedWords("address").compare(this, List.of("answers.txt"), 270);
  }

  @Override
  public void begin() {
    stack = namespace();
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return new IpCommand().run(stack, argv.subList(1, argv.size()));
  }

  /** Their bridge has a carrier a moment after it has come up. */
  @Override
  public String masked(String line) {
    return line.replace("NO-CARRIER,", "")
        .replace("\"NO-CARRIER\",", "")
        .replace("state DOWN", "state UP")
        .replace("\"operstate\":\"DOWN\"", "\"operstate\":\"UP\"");
  }
}
