package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code bridge}, word for word: each command of {@code bridge/commands*.txt}. */
class BridgeWordsTest implements RecordedWords.Ours {
  /** Groups that the devices themselves joined: ours are others, and a port has none. */
  private static final Pattern OWN_GROUP = Pattern.compile("(33:33|01:00:5e):.* self permanent");

  private static final Pattern OWN_GROUP_JSON =
      Pattern.compile(",?\\{\"mac\":\"(33:33|01:00:5e):[^}]*\"flags\":\\[\"self\"][^}]*}");

  /** Lines of {@code ip -d link show} that are not the bridge's. */
  private static final Pattern OTHERS =
      Pattern.compile("\\d+: \\w+: <.*> mtu .* qdisc .*|    link/ether .*|    dummy *");

  private static final Pattern DETAILS =
      Pattern.compile(
          "^    bridge(?:_slave)? (.* )addrgenmode |info_(?:slave_)?data\":(\\{[^}]*})");
  private static final Pattern TIMER = Pattern.compile("(_timer\"?)[ :]+[0-9.]+");
  private static final Pattern USED = Pattern.compile("(used\"?[ :]|updated\":)[0-9/]+");

  private NetworkStack stack = fresh();
  private final BridgeCommand bridge = new BridgeCommand();

  private static NetworkStack fresh() {
    return new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  }

  @Test
  void asRecorded() {
    new RecordedWords("bridge", BridgeWordsTest::mask)
        .compare(this, List.of("answers.txt", "answers-vlan.txt"), 390);
  }

  /**
   * Without what depends on the time and on the groups that a device joins by itself; of {@code ip
   * -d link show} only what is of the bridge or the port.
   */
  private static String mask(String line) {
    if (OWN_GROUP.matcher(line).matches() || OTHERS.matcher(line).matches()) {
      return "";
    }
    Matcher details = DETAILS.matcher(line);
    if (details.find()) {
      line = details.group(1) != null ? details.group(1) : details.group(2);
    }
    String without = OWN_GROUP_JSON.matcher(line).replaceAll("").replace("[,{", "[{");
    String timeless = TIMER.matcher(without).replaceAll("$1 0.00");
    return USED.matcher(timeless).replaceAll("$1 0");
  }

  @Override
  public void begin() {
    stack = fresh();
    Bridge br0 = new Bridge(stack.nextIndex(), "br0", 0x0200_0000_000bL, stack.loop(), 1);
    stack.add(br0);
    port("p1", 0x0200_0000_0001L);
    port("p2", 0x0200_0000_0002L);
    port("d0", 0x0200_0000_000dL);
    br0.addPort(device("p1"));
    br0.addPort(device("p2"));
    stack.setUp(br0, true);
  }

  private void port(String name, long mac) {
    PortDevice port = new PortDevice(stack.nextIndex(), name, mac, 1500);
    stack.add(port);
    port.plug(Packet::release);
    stack.setUp(port, true);
  }

  private NetDevice device(String name) {
    return Objects.requireNonNull(stack.device(name), name);
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return argv.getFirst().equals("bridge")
        ? bridge.run(stack, argv.subList(1, argv.size()))
        : link(argv);
  }

  /** {@code ip link set DEVICE type KIND …} and {@code ip -d link show dev DEVICE}. */
  private IpCommand.Result link(List<String> argv) {
    try {
      if (argv.contains("show")) {
        return new IpCommand.Result(0, shown(device(argv.getLast()), argv.contains("-j")), "");
      }
      set(device(argv.get(3)), argv.get(5), new Words(argv.subList(6, argv.size())));
      return new IpCommand.Result(0, "", "");
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    } catch (BridgeRefusedException e) {
      RefusedException said = RefusedException.answered(e.errno(), e.getMessage());
      return new IpCommand.Result(said.status(), "", said.getMessage() + "\n");
    }
  }

  private static void set(NetDevice device, String type, Words words)
      throws RefusedException, BridgeRefusedException {
    if (type.equals("bridge")) {
      BridgeAttributes wish = BridgeAttributes.parse(words);
      if (!(device instanceof Bridge of)) {
        throw new BridgeRefusedException(Errno.EOPNOTSUPP);
      }
      wish.apply(of);
    } else {
      BridgeSlaveAttributes wish = BridgeSlaveAttributes.parse(words);
      if (!(device.masterPort() instanceof BridgePort port)) {
        throw new BridgeRefusedException(Errno.EOPNOTSUPP);
      }
      wish.apply(port);
    }
  }

  /** Of the whole answer the line of the bridge or of the port, as the recording keeps it. */
  private static String shown(NetDevice device, boolean json) {
    if (device instanceof Bridge of) {
      return json ? JsonWriter.write(BridgeAttributes.json(of), false) : BridgeAttributes.text(of);
    }
    BridgePort port = (BridgePort) Objects.requireNonNull(device.masterPort());
    return json
        ? JsonWriter.write(BridgeSlaveAttributes.json(port), false)
        : BridgeSlaveAttributes.text(port);
  }
}
