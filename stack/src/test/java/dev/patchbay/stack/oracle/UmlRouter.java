package dev.patchbay.stack.oracle;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Debian's User-Mode Linux 6.1 with a cable to each port: L2TPv3 over UDP (RFC 3931 section 4.1.2)
 * on the loopback. One more cable, m, tells when a frame is done with: the kernel has one
 * processor, so that when it has answered some times by that one, what came before has gone.
 */
final class UmlRouter implements Router {
  private static final Path KERNEL = Path.of("/usr/bin/linux.uml");
  private static final Path MODULES = Path.of("/usr/lib/uml/modules");

  /** Flags and session of an L2TPv3 data message over UDP. */
  private static final int HEADER = 8;

  private static final int FLAGS = 0x0003_0000;

  /**
   * A packet is handed from one device's turn to the next one's up to three times, and the cable's
   * own turn comes between any two.
   */
  private static final int MARKS = 4;

  private static final long ANSWER_MILLIS = 20_000;

  private static final String INIT =
      """
      #!/bin/bash
      export PATH=/usr/sbin:/usr/bin:/sbin:/bin
      stty -echo raw
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t tmpfs tmpfs /run
      mkdir /run/netns
      for k in lib/crc-ccitt net/ipv6/ipv6 net/llc/llc net/802/stp net/bridge/bridge net/802/garp \\
        net/802/mrp net/8021q/8021q drivers/net/veth; do
        insmod /usr/lib/uml/modules/$(uname -r)/kernel/$k.ko
      done
      ip link set lo up
      sysctl -qw net.ipv4.icmp_msgs_per_sec=10000000 net.ipv4.icmp_msgs_burst=1000000
      sysctl -qw net.ipv4.route.error_cost=0 net.ipv4.route.error_burst=100000
      for i in 0 1 2 3; do
        ip link set vec$i name p$i
        ethtool -K p$i gro off
      done
      ip link set vec4 name mark
      ip addr add 192.0.2.1/24 dev mark
      ip link set mark up
      echo ready
      while IFS= read -r line; do eval "$line"; done
      """;

  /** What would send by itself, or not send everything. */
  private static final String QUIET =
      """
      sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
      sysctl -qw net.ipv4.ipfrag_time=6000 net.ipv6.ip6frag_time=6000
      for i in 0 1 2 3; do ip link set p$i mtu 1500; done
      for c in all default; do
        sysctl -qw net.ipv4.conf.$c.rp_filter=0 net.ipv4.conf.$c.send_redirects=0
        sysctl -qw net.ipv6.conf.$c.accept_dad=0 net.ipv6.conf.$c.router_solicitations=0
        sysctl -qw net.ipv6.conf.$c.accept_ra=0
      done
      """;

  private final Path folder;
  private final Process process;
  private final BufferedReader console;
  private final OutputStream keyboard;
  private final Selector selector = Selector.open();
  private final List<DatagramChannel> cables = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private final byte[] marker = marker();
  private List<Out> out = new ArrayList<>();
  private int marks;
  private int scripts;

  /** Boots it, some seconds. */
  UmlRouter() throws IOException {
    folder =
        Files.createTempDirectory(
            "uml",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Path init = Files.writeString(folder.resolve("init"), INIT);
    Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> line =
        new ArrayList<>(
            List.of(
                KERNEL.toString(),
                "mem=192M",
                "rootfstype=hostfs",
                "rootflags=/",
                "rw",
                "init=" + init,
                "con0=fd:0,fd:1",
                "con=null",
                "quiet",
                "uml_dir=" + folder));
    for (int i = 0; i <= PORTS; i++) {
      line.add(cable(i));
    }
    process = new ProcessBuilder(line).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    console =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    keyboard = process.getOutputStream();
    await("ready");
  }

  /** Whether this machine has it: package {@code user-mode-linux}. */
  static boolean isThere() {
    return Files.isExecutable(KERNEL) && Files.isDirectory(MODULES);
  }

  private String cable(int number) throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(loopback, 0));
    int ours = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    int theirs;
    try (DatagramChannel free = DatagramChannel.open()) {
      free.bind(new InetSocketAddress(loopback, 0));
      theirs = ((InetSocketAddress) free.getLocalAddress()).getPort();
    }
    channel.connect(new InetSocketAddress(loopback, theirs));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, number);
    cables.add(channel);
    String form =
        "vec%d:transport=l2tpv3,udp=1,src=127.0.0.1,dst=127.0.0.1,srcport=%d,dstport=%d,"
            + "tx_session=1,rx_session=1,mac=%s";
    return form.formatted(
        number, theirs, ours, dev.patchbay.stack.wire.Addresses.macToString(Router.mac(number)));
  }

  /** ARP asks on m for its address. */
  private static byte[] marker() {
    byte[] frame = new byte[42];
    ByteBuffer b = ByteBuffer.wrap(frame);
    b.putShort((short) -1).putInt(-1).putShort((short) 0x0200).putInt(0x99);
    b.putShort((short) 0x0806).putInt(0x0001_0800).putInt(0x0604_0001);
    b.putShort((short) 0x0200).putInt(0x99).putInt(0xc000_0202);
    b.putShort((short) 0).putInt(0).putInt(0xc000_0201);
    return frame;
  }

  private void await(String word) throws IOException {
    StringBuilder said = new StringBuilder();
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      String text = line.strip();
      if (Boolean.getBoolean("uml.debug")) System.err.println(text);
      if (text.equals(word)) {
        return;
      }
      if (text.startsWith("wrong ")) {
        throw new IOException(said + text);
      }
      said.append(text).append('\n');
    }
    throw new EOFException("User-Mode Linux ended:\n" + said);
  }

  @Override
  public void begin(Topology topology) throws IOException {
    StringBuilder script = new StringBuilder(QUIET);
    script.append("ip link set lo up\n");
    for (String line : topology.words()) {
      String command = line.startsWith("@ ") ? line.substring(2) : line;
      script.append(command).append(" || { echo wrong '").append(command).append("'; exit; }\n");
    }
    scripts++;
    Files.writeString(folder.resolve("script" + scripts), script);
    String ports = "for i in 0 1 2 3; do ip link set p$i netns t; done";
    String all =
        "for n in $(ls /run/netns); do ip netns del $n; done; while [ $(ls -d /sys/class/net/p? |"
            + " wc -l) != 4 ]; do sleep 0.1; done; ip netns add t; %s; nsenter --net=/run/netns/t"
            + " bash %s/script%d; sleep 4; echo done%d\n";
    String line = all.formatted(ports, folder, scripts, scripts);
    keyboard.write(line.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
    await("done" + scripts);
    mark();
    out.clear();
  }

  @Override
  public List<Out> send(int port, byte[] frame) throws IOException {
    write(port, frame);
    for (int i = 0; i < MARKS; i++) {
      mark();
    }
    List<Out> all = out;
    out = new ArrayList<>();
    return all;
  }

  /** What comes out after all: a busy machine may put a device's turn off. */
  List<Out> late() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    mark();
    List<Out> all = out;
    out = new ArrayList<>();
    return all;
  }

  private void write(int port, byte[] frame) throws IOException {
    buffer.clear().putInt(FLAGS).putInt(1).put(frame).flip();
    try {
      cables.get(port).write(buffer);
    } catch (PortUnreachableException _) {
      // what was said of an earlier frame; this one went nowhere
      cables.get(port).write(buffer.rewind());
    }
  }

  /** Waits for the answer to a frame by m. */
  private void mark() throws IOException {
    int before = marks;
    write(PORTS, marker);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
    while (marks == before) {
      selector.select(key -> read((Integer) key.attachment()), 1000);
      if (System.nanoTime() > until) {
        throw new IOException("User-Mode Linux does not answer");
      }
    }
    for (int i = 0; i < PORTS; i++) {
      read(i);
    }
  }

  private void read(int number) {
    try {
      while (cables.get(number).read(buffer.clear()) > 0) {
        if (number == PORTS) {
          // its own groups' reports come there, too
          marks += buffer.getShort(HEADER + 12) == 0x0806 ? 1 : 0;
        } else {
          byte[] frame = new byte[buffer.position() - HEADER];
          buffer.get(HEADER, frame);
          out.add(new Out(number, frame));
        }
      }
    } catch (PortUnreachableException _) {
      // it was told to a port that was down
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() throws IOException {
    try {
      keyboard.write("halt -f\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException _) {
      kill();
      Thread.currentThread().interrupt();
    } finally {
      for (Closeable cable : cables) {
        cable.close();
      }
      selector.close();
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
