package dev.patchbay.it.sockets;

import dev.patchbay.it.Netns;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;

/**
 * A {@link TapNetwork} with the appliance's addresses, 10.0.2.2 and fec0::2. The kernel of its
 * namespace is the machine at the cable, 10.0.2.15 and fec0::15.
 */
final class Appliance implements AutoCloseable {
  private static final long MAC = 0x5255_0a00_0202L;

  private final Netns netns;
  private final TapNetwork network;

  Appliance() throws Exception {
    netns = Netns.create();
    netns.exec("ip", "tuntap", "add", "dev", "tap0", "mode", "tap").ok();
    netns.exec("ip", "addr", "add", "10.0.2.15/24", "dev", "tap0").ok();
    netns.exec("ip", "addr", "add", "fec0::15/64", "dev", "tap0", "nodad").ok();
    PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
    network = new TapNetwork(netns, "appliance", MAC, pool, new RandomSource(1));
    network.address("10.0.2.2", 24, InterfaceAddress.Scope.GLOBAL);
    network.address("fec0::2", 64, InterfaceAddress.Scope.SITE);
    netns.exec("ip", "link", "set", "tap0", "up").ok();
  }

  Netns netns() {
    return netns;
  }

  NetworkStack stack() {
    return network.stack();
  }

  @Override
  public void close() throws IOException {
    network.close();
    netns.close();
  }
}
