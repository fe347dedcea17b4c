package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ip neighbour}, word for word: each command of {@code neigh/commands.txt}. */
class NeighbourWordsTest implements RecordedWords.Ours {
  private final VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = namespace();

  private NetworkStack namespace() {
    NetworkStack made = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    PortDevice eth0 = new PortDevice(made.nextIndex(), "eth0", 0x0200_0000_0001L, 1500);
    made.add(eth0);
    eth0.plug(packet -> packet.release());
    made.setUp(eth0, true);
    for (String own : List.of("10.0.0.1/24", "2001:db8::1/64")) {
      String[] parts = own.split("/");
      IpAddress address = IpAddress.parse(parts[0]);
      int prefix = Integer.parseInt(parts[1]);
      made.addAddress(
          eth0, new InterfaceAddress(address, prefix, null, Scope.GLOBAL, false, true, "eth0"));
    }
    return made;
  }

  @Test
  void asRecorded() {
    new RecordedWords("neigh").compare(this, List.of("answers.txt"), 270);
  }

  @Override
  public void begin() {
    stack = namespace();
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    loop.runForMillis(1);
    return new IpCommand().run(stack, argv.subList(1, argv.size()));
  }

  @Override
  public String masked(String line) {
    return line.replaceAll(" used \\d+/\\d+/\\d+", " used N")
        .replaceAll("\"(used|confirmed|updated)\":\\d+", "\"$1\":N");
  }
}
