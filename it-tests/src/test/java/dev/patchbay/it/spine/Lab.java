package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Background;
import dev.patchbay.it.Daemon;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Netns;
import dev.patchbay.it.OriginServer;
import dev.patchbay.it.TestData;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where guests are tried: the daemon in a namespace of its own, the world ({@link #FAR}) in another
 * behind a veth, and the guests that the test boots. The daemon's files and the sockets of its
 * plugs live in one folder that outlives it, so that it can be killed and started again.
 *
 * <p>At its end the daemon must still live.
 */
final class Lab implements AutoCloseable {
  /** Address of the world beyond the host. */
  static final String FAR = "192.0.2.2";

  /** The guest's address on the cable, of QEMU's own range. */
  static final String MAC = "52:54:00:12:34:56";

  /** For what may take long on a busy machine. */
  static final Duration LONG = Duration.ofSeconds(120);

  private final Path folder = Files.createTempDirectory("pb");
  private final Netns world = Netns.create();
  private final Netns far = Netns.create();
  private final OriginServer origin;
  private final List<String> options;
  private final List<Guest> guests = new ArrayList<>();
  private Daemon daemon;

  /**
   * Starts the world and the daemon.
   *
   * @param options of {@code patchbay run}, {@code DIR} in them for the folder; TAPs that they name
   *     are made in the daemon's namespace first, and set up
   */
  Lab(String... options) throws IOException, InterruptedException, TimeoutException {
    this.options = Stream.of(options).map(o -> o.replace("DIR", folder.toString())).toList();
    OriginServer begun = null;
    try {
      world.veth(far, "192.0.2.1/24", FAR + "/24");
      world.allowPing();
      begun = OriginServer.start(far);
      makeTaps();
      daemon = startDaemon();
    } finally {
      if (daemon == null) {
        giveUp(begun);
      }
    }
    origin = begun;
  }

  /** Ends what a constructor that fails has begun. */
  private void giveUp(@Nullable OriginServer begun) throws IOException {
    try {
      if (begun != null) {
        begun.close();
      }
    } finally {
      far.close();
      world.close();
    }
  }

  private void makeTaps() throws IOException, InterruptedException {
    for (int i = 1; i < options.size(); i++) {
      if (options.get(i - 1).equals("--tap")) {
        String tap = options.get(i).split(",", 2)[0];
        world.exec("ip", "tuntap", "add", "dev", tap, "mode", "tap").ok();
        world.exec("ip", "link", "set", tap, "up").ok();
      }
    }
  }

  private Daemon startDaemon() throws IOException, InterruptedException, TimeoutException {
    return Daemon.startIn(folder, world.wrapper(), options.toArray(String[]::new));
  }

  /** The daemon that runs now. */
  Daemon daemon() {
    return daemon;
  }

  /** The daemon's namespace: the host that it runs on. */
  Netns host() {
    return world;
  }

  /** Kills the daemon as a crash would, and starts another in its place. */
  void restartDaemon() throws IOException, InterruptedException, TimeoutException {
    daemon.kill();
    assertThat(daemon.exitStatus()).hasValue(128 + 9);
    daemon = startDaemon();
  }

  /** The services at {@link #FAR}. */
  OriginServer origin() {
    return origin;
  }

  /** Path of a file in the daemon's folder. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Boots a guest whose QEMU connects to the listening plug of this name. */
  Guest boot(Board board, String plug, String mac)
      throws IOException, InterruptedException, TimeoutException {
    PlugAddress address = PlugAddress.unix(daemon.plug(plug));
    return boot(Guest.on(board).nic(new Netdev.Stream(address, false, Duration.ZERO), mac));
  }

  /** Boots a guest that ends with the lab. */
  Guest boot(Guest.Builder builder) throws IOException, InterruptedException, TimeoutException {
    Guest guest = builder.boot(LONG);
    guests.add(guest);
    return guest;
  }

  /** Sets eth0 up and asks for a lease. */
  static String lease(Guest guest) throws IOException, InterruptedException, TimeoutException {
    return guest.run("ip link set eth0 up && udhcpc -i eth0 -n -q -t 10", LONG).ok();
  }

  /** The guest reaches an address with all of its pings, which may need a moment to begin. */
  static void ping(Guest guest, String address)
      throws IOException, InterruptedException, TimeoutException {
    guest.runUntilOk("ping -c 1 -W 1 " + address, Duration.ofSeconds(20));
    assertThat(guest.run("ping -c 3 " + address).ok()).contains(" 0% packet loss");
  }

  /** The guest gets so many bytes from the world, and they are those that were sent. */
  void download(Guest guest, int size) throws IOException, InterruptedException, TimeoutException {
    assertThat(guest.run(downloading(size), LONG).ok()).startsWith(TestData.sha256(size));
  }

  /** The command for a download in the background, see {@link #downloaded}. */
  String downloading(int size) {
    return "wget -qO- " + origin.bytesUrl(FAR, size) + " | sha256sum";
  }

  /** The download that was begun in the background ended, and well. */
  static void downloaded(Background download, int size)
      throws IOException, InterruptedException, TimeoutException {
    assertThat(download.await(LONG).ok()).startsWith(TestData.sha256(size));
  }

  /** The guest sends so many bytes to the world, and they arrive as they were sent. */
  void upload(Guest guest, int size) throws IOException, InterruptedException, TimeoutException {
    // the origin's service keeps what it was sent and answers with its hash
    String command =
        "wget -qO /tmp/data "
            + origin.bytesUrl(FAR, size / 5)
            + " && for i in 1 2 3 4 5; do cat /tmp/data; done > /tmp/all"
            + " && sha256sum < /tmp/all"
            + " && nc.traditional -q 1 "
            + FAR
            + " "
            + origin.sinkPort()
            + " < /tmp/all";
    String answer = guest.run(command, LONG).ok();
    String sum = answer.substring(0, 64);
    assertThat(answer.substring(64)).contains(sum);
  }

  /** Serves echo in the guest: TCP for many at a time, UDP for the first peer that sends. */
  static void serveEcho(Guest guest, int port)
      throws IOException, InterruptedException, TimeoutException {
    guest.start("tcpsvd -c 250 -l guest 0 " + port + " cat");
    guest.start("nc.traditional -n -u -l -p " + port + " -e /bin/cat");
    String hex = String.format("%04X", port);
    guest.runUntilOk("grep -q ':" + hex + " 00000000:0000 0A' /proc/net/tcp", LONG);
    guest.runUntilOk("grep -q ':" + hex + " 00000000:0000 07' /proc/net/udp", LONG);
  }

  /** The forward of this protocol, as {@code ready} tells it. */
  JsonNode forward(String protocol) {
    for (JsonNode forward : daemon.ready().path("forwards")) {
      if (forward.path("proto").asString("").equals(protocol)) {
        return forward;
      }
    }
    throw new IllegalArgumentException("no " + protocol + " in " + daemon.ready());
  }

  /** A client on the daemon's loopback sends a line to a forward's port and gets it back. */
  void echoByForward(String protocol) throws IOException, InterruptedException {
    String line = "through the forward by " + protocol;
    String script =
        "exec 3<>/dev/%s/127.0.0.1/%d && echo '%s' >&3 && timeout 15 head -n 1 <&3"
            .formatted(protocol, forward(protocol).path("port").asInt(0), line);
    assertThat(world.exec("bash", "-c", script).ok()).isEqualTo(line);
  }

  /** The attachment of this name in {@code /v1/ports}. */
  JsonNode port(String name) throws IOException {
    for (JsonNode port : daemon.get("/v1/ports")) {
      if (port.path("name").asString("").equals(name)) {
        return port;
      }
    }
    throw new IllegalArgumentException("no port " + name);
  }

  @Override
  public void close() throws IOException {
    try (world;
        far;
        origin) {
      try (Daemon last = daemon) {
        assertThat(last.exitStatus()).as("the daemon lives").isEmpty();
        assertThat(last.log()).doesNotContain("defect").doesNotContain("Exception");
      }
    } finally {
      for (Guest guest : guests) {
        guest.close();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
