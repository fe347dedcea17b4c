package dev.patchbay.it.rules;

import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.Tap;
import dev.patchbay.it.Netns;
import dev.patchbay.it.uplink.Setns;
import dev.patchbay.stack.oracle.rules.Filter;
import dev.patchbay.stack.oracle.rules.Place;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel of this machine as a router in a namespace, its ports TAP interfaces whose other end
 * is ours. In lock step: after each frame an ARP request goes in by the same port, and when its
 * answer is out all that the frame has led to is out.
 */
final class KernelFilter implements Filter {
  private static final int FRAME = 2048;

  /** Who asks for the router's address; nobody else has this one. */
  private static final long ASKING = 0x0200_0000_ffffL;

  /** How long the kernel may take for a frame, in ns. */
  private static final long LIMIT = 2_000_000_000;

  /** How long its reports of groups come after the start, in ms. */
  private static final long SETTLING = 3000;

  private final Netns netns;
  private final NamespaceShell shell;
  private final Path folder;
  private final List<Tap> ports = new ArrayList<>();
  private final NativeBuffer buffer = new NativeBuffer(FRAME);
  private final boolean tracked;

  /**
   * The router without rules.
   *
   * @param tracked whether connections are to be forgotten with each set of rules
   */
  KernelFilter(boolean tracked) throws Exception {
    this.tracked = tracked;
    folder = Files.createTempDirectory("patchbay-rules");
    netns = Netns.create();
    shell = new NamespaceShell(netns);
    for (int i = 0; i < Place.PORTS; i++) {
      shell.quiet("ip tuntap add dev p" + i + " mode tap");
      shell.quiet("ip link set p" + i + " address " + Addresses.macToString(Place.mac(i)));
      String name = "p" + i;
      ports.add(Setns.call(netns, () -> Tap.open(name)));
    }
    for (String line : Place.words()) {
      shell.quiet("ip " + line);
    }
    for (String setting : Place.settings()) {
      shell.quiet("sysctl -qw " + setting);
    }
    // errors at any rate; fragments that wait for others of an earlier trial wait to the end
    shell.quiet("sysctl -qw net.ipv4.ipfrag_time=36000 net.ipv6.ip6frag_time=36000");
    if (tracked) {
      shell.quiet("sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=36000");
      shell.quiet("sysctl -qw net.netfilter.nf_conntrack_acct=1");
    }
    Thread.sleep(SETTLING);
    drain(new ArrayList<>());
  }

  @Override
  public String load(String four, String six) throws IOException {
    Files.writeString(folder.resolve("4"), four);
    Files.writeString(folder.resolve("6"), six);
    String said =
        shell.run(
            "iptables-restore <%1$s/4; ip6tables-restore <%1$s/6".formatted(folder)
                + "; ip route flush cache; ip -6 route flush cache"
                + (tracked ? "; conntrack -F 2>/dev/null" : ""));
    drain(new ArrayList<>());
    return said;
  }

  @Override
  public List<Out> send(int port, byte[] frame) throws IOException {
    List<Out> all = new ArrayList<>();
    write(port, frame);
    write(port, question(port));
    long end = System.nanoTime() + LIMIT;
    while (!drain(all)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("p" + port + ": the kernel does not answer");
      }
      Thread.onSpinWait();
    }
    return all;
  }

  private void write(int port, byte[] frame) throws IOException {
    buffer.copyFrom(0, frame, 0, frame.length);
    int n = ports.get(port).write(buffer, 0, frame.length);
    if (n != frame.length) {
      throw new IOException("p" + port + ": write: " + n);
    }
  }

  /** Reads all that is there; whether the answer to the question was among it. */
  private boolean drain(List<Out> to) {
    boolean answered = false;
    for (int port = 0; port < ports.size(); port++) {
      for (int n = read(port); n > 0; n = read(port)) {
        byte[] frame = new byte[n];
        buffer.copyTo(0, frame, 0, n);
        if (Bytes.u48(frame, 0) == ASKING) {
          answered = true;
        } else {
          to.add(new Out(port, frame));
        }
      }
    }
    return answered;
  }

  private int read(int port) {
    return ports.get(port).read(buffer, 0, FRAME);
  }

  /** An ARP request of nobody (RFC 5227 section 1.1), by which the kernel learns nothing. */
  private static byte[] question(int port) {
    byte[] frame = new byte[42];
    Bytes.put48(frame, 0, Place.mac(port));
    Bytes.put48(frame, 6, ASKING);
    Bytes.put16(frame, 12, 0x0806);
    Bytes.put32(frame, 14, 0x0001_0800);
    Bytes.put32(frame, 18, 0x0604_0001);
    Bytes.put48(frame, 22, ASKING);
    Bytes.put32(frame, 38, (int) Place.router(port, true).lo());
    return frame;
  }

  @Override
  public String saved(boolean v4) throws IOException {
    return shell.run(v4 ? "iptables-save -c" : "ip6tables-save -c");
  }

  @Override
  public String tracked(boolean v4) throws IOException {
    String family = v4 ? "ipv4" : "ipv6";
    return shell.run("conntrack -L -o extended -f " + family + " 2>/dev/null");
  }

  @Override
  public void close() throws IOException {
    shell.close();
    ports.forEach(Tap::close);
    buffer.close();
    Files.deleteIfExists(folder.resolve("4"));
    Files.deleteIfExists(folder.resolve("6"));
    Files.deleteIfExists(folder);
    netns.close();
  }
}
