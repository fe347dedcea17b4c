package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bridge br0 with the ports p1 and p2, and what of its words is compared. */
abstract class BridgeWords implements RecordedWords.Ours {
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
  private final IpCommand ip = new IpCommand();

  private static NetworkStack fresh() {
    return new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  }

  /**
   * Without what depends on the time and on the groups that a device joins by itself; of {@code ip
   * -d link show} only what is of the bridge or the port.
   */
  static String mask(String line) {
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
    br0.snooping().on(snoops());
    stack.add(br0);
    port("p1", 0x0200_0000_0001L);
    port("p2", 0x0200_0000_0002L);
    port("d0", 0x0200_0000_000dL);
    br0.addPort(device("p1"));
    br0.addPort(device("p2"));
    stack.setUp(br0, true);
  }

  /** Whether it snoops. */
  abstract boolean snoops();

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
    List<String> words = argv.subList(1, argv.size());
    return argv.getFirst().equals("bridge") ? bridge.run(stack, words) : ip.run(stack, words);
  }
}
