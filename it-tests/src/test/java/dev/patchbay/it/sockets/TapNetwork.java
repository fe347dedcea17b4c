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
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Our stack as the daemon assembles it, in the test's own process: loop, pool, {@code br0}, whose
 * one port {@code net0} is the plug on {@code tap0} of a namespace.
 */
public final class TapNetwork implements AutoCloseable {
  private final NettyLoop loop;
  private final NetworkStack stack;
  private final Plugs plugs;
  private final Bridge bridge;

  /**
   * Without addresses.
   *
   * @param netns has {@code tap0}; the loop's thread is in there for good
   * @param mac the bridge's
   */
  public TapNetwork(Netns netns, String thread, long mac, PacketPool pool, RandomSource random)
      throws Exception {
    loop = new NettyLoop(thread);
    stack = on(() -> new NetworkStack(loop, pool, random));
    plugs = on(() -> new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE));
    long key = random.derive("bridge").nextLong();
    bridge = on(() -> new Bridge(stack.nextIndex(), "br0", mac, loop, key));
    on(() -> {
      // for good: the thread is the loop's alone
      Setns.enter(netns);
      assemble(mac ^ 0xff00);
      return true;
    });
  }

  private void assemble(long portMac) throws Exception {
    stack.add(bridge);
    stack.setUp(bridge, true);
    PortDevice port = new PortDevice(stack.nextIndex(), "net0", portMac, 1500);
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
            "",
            OptionalInt.empty(),
            null,
            Ncsi.DEFAULT,
            List.of()),
        port);
  }

  /** Gives the bridge an address. */
  public void address(String literal, int prefix, InterfaceAddress.Scope scope) throws Exception {
    IpAddress ip = IpAddress.parse(literal);
    InterfaceAddress address =
        new InterfaceAddress(ip, prefix, null, scope, false, !ip.isV4(), "br0");
    on(() -> {
      stack.addAddress(bridge, address);
      return true;
    });
  }

  /** Does something on the loop and waits for it, at most 30 s. */
  public <T> T on(Callable<T> task) throws Exception {
    return loop.submit(task).get(30, TimeUnit.SECONDS);
  }

  public NetworkStack stack() {
    return stack;
  }

  public Bridge bridge() {
    return bridge;
  }

  @Override
  public void close() {
    loop.submit(
            () -> {
              plugs.close();
              return true;
            })
        .join();
    loop.close();
  }
}
