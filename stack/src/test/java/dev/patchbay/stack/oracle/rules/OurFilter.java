package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.conntrack.ConntrackCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;

/** Ours, on virtual time: a millisecond for each frame; made anew for each set of rules. */
public final class OurFilter implements Filter {
  /** Time for what a router says of itself at first, in ms. */
  private static final int SETTLING = 5000;

  private final IptablesCommand iptables = new IptablesCommand(PortNames.NONE);
  private final List<PortDevice> ports = new ArrayList<>();
  private List<Out> out = new ArrayList<>();
  private VirtualLoop loop = new VirtualLoop();
  private PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));

  @Override
  public String load(String four, String six) {
    loop = new VirtualLoop();
    pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
    stack = new NetworkStack(loop, pool, new RandomSource(1));
    ports.clear();
    for (int i = 0; i < Place.PORTS; i++) {
      PortDevice port = new PortDevice(stack.nextIndex(), "p" + i, Place.mac(i), 1500);
      stack.add(port);
      int number = i;
      port.plug(packet -> take(number, packet));
      ports.add(port);
    }
    for (String line : Place.words()) {
      must(line, new IpCommand().run(stack, List.of(line.split(" "))));
    }
    List<String> settings = new ArrayList<>(Place.settings());
    settings.addFirst("-w");
    settings.add("net.netfilter.nf_conntrack_acct=1");
    must("sysctl", new SysctlCommand().run(stack, settings, ""));
    loop.runForMillis(SETTLING);
    out.clear();
    IpCommand.Result first = iptables.run(stack, "iptables-restore", List.of(), four);
    IpCommand.Result second = iptables.run(stack, "ip6tables-restore", List.of(), six);
    return first.stderr() + second.stderr();
  }

  private static void must(String line, IpCommand.Result result) {
    if (result.status() != 0) {
      throw new IllegalStateException(line + ": " + result);
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
  public String saved(boolean v4) {
    return iptables.run(stack, v4 ? "iptables-save" : "ip6tables-save", List.of("-c"), "").stdout();
  }

  @Override
  public String tracked(boolean v4) {
    List<String> words = List.of("-L", "-o", "extended", "-f", v4 ? "ipv4" : "ipv6");
    return new ConntrackCommand().run(stack, words, "").stdout();
  }

  @Override
  public void close() {}
}
