package dev.patchbay.stack.oracle;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ours, on virtual time: a millisecond for each frame. */
final class OurRouter implements Router {
  private final List<PortDevice> ports = new ArrayList<>();

  /** What Linux alone is told begins so; which devices have IPv6 is for both. */
  private static final String SYSCTL = "@ sysctl -qw ";

  private List<Out> out = new ArrayList<>();
  private VirtualLoop loop = new VirtualLoop();
  private PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);

  @Override
  public void begin(Topology topology) {
    loop = new VirtualLoop();
    pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
    NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
    ports.clear();
    for (int i = 0; i < PORTS; i++) {
      PortDevice port = new PortDevice(stack.nextIndex(), "p" + i, Router.mac(i), 1500);
      stack.add(port);
      int number = i;
      port.plug(packet -> take(number, packet));
      ports.add(port);
    }
    for (String line : topology.common()) {
      List<String> argv = Arrays.asList(line.split(" +"));
      List<String> words = argv.subList(1, argv.size());
      IpCommand.Result result =
          argv.getFirst().equals("bridge")
              ? new BridgeCommand().run(stack, words)
              : new IpCommand().run(stack, words);
      if (result.status() != 0) {
        throw new IllegalStateException(topology.name() + ": " + line + ": " + result);
      }
    }
    for (String line : topology.words()) {
      if (line.startsWith(SYSCTL) && line.contains("disable_ipv6")) {
        set(stack, List.of("-w", line.substring(SYSCTL.length())));
      }
    }
    set(stack);
    for (String name : stack.namespaces().names()) {
      NetworkStack other = stack.namespaces().find(name);
      if (other != null) {
        set(other);
      }
    }
    loop.runForMillis(5000);
    out.clear();
  }

  /** What {@link UmlRouter} sets on Linux's side: routers that tell of all errors. */
  private static void set(NetworkStack stack) {
    List<String> words =
        List.of(
            "-w",
            "net.ipv6.conf.all.forwarding=1",
            "net.ipv4.icmp_ratelimit=0",
            "net.ipv6.icmp.ratelimit=0");
    set(stack, words);
  }

  private static void set(NetworkStack stack, List<String> words) {
    IpCommand.Result result = new SysctlCommand().run(stack, words, "");
    if (result.status() != 0) {
      throw new IllegalStateException(result.stderr());
    }
  }

  private void take(int port, Packet packet) {
    Segmenter.write(
        packet,
        new Segmenter.FrameSink() {
          private byte[] frame = {};

          @Override
          public int reserve(int length) {
            frame = new byte[length];
            out.add(new Out(port, frame));
            return 0;
          }

          @Override
          public byte[] buffer() {
            return frame;
          }
        });
    packet.release();
  }

  @Override
  public List<Out> send(int port, byte[] frame) {
    Packet packet = pool.acquire(frame.length);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    ports.get(port).receive(packet);
    loop.runForMillis(1);
    List<Out> all = out;
    out = new ArrayList<>();
    return all;
  }

  @Override
  public void close() {}
}
