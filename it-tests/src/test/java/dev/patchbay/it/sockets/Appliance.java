package dev.patchbay.it.sockets;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.FrameObserver;
import dev.patchbay.backend.plug.PlugListener;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.it.Netns;
import dev.patchbay.it.uplink.Setns;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A virtual network as the daemon assembles it, in the test's own process: {@code br0} with
 * 10.0.2.2 and fec0::2, whose one cable is a TAP of a namespace. The namespace's kernel is the
 * machine at the cable, 10.0.2.15 and fec0::15.
 */
final class Appliance implements AutoCloseable {
  private static final long MAC = 0x5255_0a00_0202L;

  private final Netns netns;
  private final NettyLoop loop = new NettyLoop("appliance");
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final NetworkStack stack;
  private final Plugs plugs;

  Appliance() throws Exception {
    netns = Netns.create();
    netns.exec("ip", "tuntap", "add", "dev", "tap0", "mode", "tap").ok();
    netns.exec("ip", "addr", "add", "10.0.2.15/24", "dev", "tap0").ok();
    netns.exec("ip", "addr", "add", "fec0::15/64", "dev", "tap0", "nodad").ok();
    stack = on(() -> new NetworkStack(loop, pool, new RandomSource(1)));
    plugs = on(() -> new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE));
    on(() -> {
      // for good: the thread is the loop's alone
      Setns.enter(netns);
      assemble();
      return true;
    });
    netns.exec("ip", "link", "set", "tap0", "up").ok();
  }

  private void assemble() throws Exception {
    Bridge bridge = new Bridge(stack.nextIndex(), "br0", MAC, loop, 1);
    stack.add(bridge);
    address(bridge, "10.0.2.2", 24, InterfaceAddress.Scope.GLOBAL);
    address(bridge, "fec0::2", 64, InterfaceAddress.Scope.SITE);
    stack.setUp(bridge, true);
    PortDevice port = new PortDevice(stack.nextIndex(), "net0", MAC ^ 0xff, 1500);
    stack.add(port);
    bridge.addPort(port);
    stack.setUp(port, true);
    plugs.open(
        new Attachment(
            Source.DEFAULT,
            Attachment.Kind.TAP,
            new PlugAddress.Tap("tap0"),
            "net0",
            null,
            OptionalInt.empty(),
            null,
            Ncsi.DEFAULT,
            List.of()),
        port);
  }

  private void address(Bridge bridge, String literal, int prefix, InterfaceAddress.Scope scope) {
    IpAddress ip = IpAddress.parse(literal);
    stack.addAddress(
        bridge, new InterfaceAddress(ip, prefix, null, scope, false, !ip.isV4(), "br0"));
  }

  private <T> T on(Callable<T> task) {
    return loop.submit(task).orTimeout(30, TimeUnit.SECONDS).join();
  }

  Netns netns() {
    return netns;
  }

  NetworkStack stack() {
    return stack;
  }

  @Override
  public void close() throws IOException {
    on(() -> {
      plugs.close();
      return true;
    });
    loop.close();
    netns.close();
  }
}
