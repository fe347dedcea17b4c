package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the folders' {@code setup} makes: eth0 and eth1, both up, with an address of each family.
 */
final class TwoDummies implements RecordedWords.Ours {
  private @Nullable NetworkStack stack;

  @Override
  public void begin() {
    NetworkStack fresh = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    List<PortDevice> devices = List.of(port(fresh, "eth0", 1), port(fresh, "eth1", 2));
    devices.forEach(device -> fresh.setUp(device, true));
    address(fresh, devices.get(0), "10.0.0.1", 24);
    address(fresh, devices.get(1), "10.0.1.1", 24);
    address(fresh, devices.get(0), "2001:db8::1", 64);
    address(fresh, devices.get(1), "2001:db8:1::1", 64);
    // recorded before lo has its own of these
    fresh.routes6().removeAll(e -> e.table() == RouteEntry.MAIN && e.prefix() == 128);
    stack = fresh;
  }

  private static PortDevice port(NetworkStack stack, String name, int number) {
    PortDevice device = new PortDevice(stack.nextIndex(), name, 0x0200_0000_0000L | number, 1500);
    stack.add(device);
    device.plug(packet -> packet.release());
    return device;
  }

  private static void address(NetworkStack stack, NetDevice to, String text, int prefix) {
    IpAddress address = IpAddress.parse(text);
    stack.addAddress(
        to,
        new InterfaceAddress(
            address, prefix, null, InterfaceAddress.Scope.GLOBAL, false, true, to.name()));
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    NetworkStack at = Objects.requireNonNull(stack);
    if (argv.subList(0, 2).equals(List.of("ip", "link"))) {
      NetDevice device = Objects.requireNonNull(at.device(argv.get(3)));
      if (argv.get(2).equals("del")) {
        at.remove(device);
      } else {
        at.setUp(device, argv.get(4).equals("up"));
        forgetGlobals6(at, device);
      }
      return new IpCommand.Result(0, "", "");
    }
    return new IpCommand().run(at, argv.subList(1, argv.size()));
  }

  /** Without {@code keep_addr_on_down} a device that goes down loses them. */
  private static void forgetGlobals6(NetworkStack stack, NetDevice device) {
    List<InterfaceAddress> globals =
        device.addresses().stream()
            .filter(own -> !own.address().isV4() && own.scope() == InterfaceAddress.Scope.GLOBAL)
            .toList();
    for (InterfaceAddress own : globals) {
      try {
        stack.addresses().delete(device, own.address(), own.prefix());
      } catch (RouteRefusedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
