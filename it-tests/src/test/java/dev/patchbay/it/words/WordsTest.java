package dev.patchbay.it.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs lists of commands with the real {@code ip} on the kernel and with ours, one after the other
 * in the same order, and compares what each gave. Both sides have {@code lo}, {@code d0}
 * (10.0.0.1/24, 2001:db8::1/64), {@code d1} (10.0.1.1/24, 2001:db8:1::1/64) and {@code d2}, which
 * is down.
 */
@Requires({"root", "netns", "ip"})
class WordsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Pattern ANSWER =
      Pattern.compile("=== (\\d+)\\n(.*?)===\\n(.*?)(?====|\\n*\\z)", Pattern.DOTALL);

  private static final String NOTHING_BUT = "RTNETLINK answers: ";

  @TempDir Path folder;

  /** What one side gave. */
  private record Answer(int status, String stdout, String stderr) {
    @Override
    public String toString() {
      return "status " + status + "\n" + stdout + stderr;
    }
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream in = WordsTest.class.getResourceAsStream("/words/" + name)) {
      String all =
          new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
      return all.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }
  }

  private static Netns kernel() throws IOException, InterruptedException {
    Netns netns = Netns.create();
    netns.exec("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0").ok();
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0").ok();
    for (int i = 0; i < 3; i++) {
      String name = "d" + i;
      netns.exec("ip", "link", "add", name, "type", "veth", "peer", "name", "far" + i).ok();
      netns.exec("ip", "link", "set", name, "address", "52:55:0a:00:02:0" + i).ok();
      // the other ends shall not be seen
      netns.exec("sysctl", "-qw", "net.ipv6.conf.far" + i + ".disable_ipv6=1").ok();
      netns.exec("ip", "link", "set", "far" + i, "up").ok();
      if (i < 2) {
        String v4 = "10.0." + i + ".1/24";
        netns.exec("ip", "link", "set", name, "up").ok();
        netns.exec("ip", "addr", "add", v4, "brd", "+", "dev", name).ok();
        netns.exec("ip", "addr", "add", six(i) + "/64", "dev", name, "nodad").ok();
      }
    }
    return netns;
  }

  private static String six(int i) {
    return i == 0 ? "2001:db8::1" : "2001:db8:1::1";
  }

  private static NetworkStack ours() {
    NetworkStack stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    for (int i = 0; i < 3; i++) {
      String name = "d" + i;
      PortDevice device = new PortDevice(stack.nextIndex(), name, 0x52550a000200L + i, 1500);
      device.plug(packet -> packet.release());
      stack.add(device);
      if (i < 2) {
        IpAddress v4 = IpAddress.parse("10.0." + i + ".1");
        IpAddress last = IpAddress.parse("10.0." + i + ".255");
        stack.setUp(device, true);
        stack.addAddress(
            device, new InterfaceAddress(v4, 24, last, Scope.GLOBAL, false, false, name));
        IpAddress v6 = IpAddress.parse(six(i));
        stack.addAddress(
            device, new InterfaceAddress(v6, 64, null, Scope.GLOBAL, false, true, name));
      }
    }
    return stack;
  }

  @Test
  void routes() throws IOException, InterruptedException {
    compare("route.txt");
  }

  @Test
  void addresses() throws IOException, InterruptedException {
    compare("address.txt");
  }

  private void compare(String file) throws IOException, InterruptedException {
    List<String> commands = lines(file);
    List<Answer> kernel = onKernel(commands);
    assertThat(kernel).hasSameSizeAs(commands);
    NetworkStack stack = ours();
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < commands.size(); i++) {
      IpCommand.Result got = new IpCommand().run(stack, Arrays.asList(commands.get(i).split(" ")));
      Answer mine = new Answer(got.status(), masked(got.stdout()), got.stderr());
      Answer wanted = kernel.get(i);
      if (!mine.equals(wanted)) {
        differences.add("ip " + commands.get(i) + "\n-- wanted: " + wanted + "-- ours: " + mine);
      }
    }
    assertThat(differences).as("of %d commands", commands.size()).isEmpty();
  }

  /** Without the heads of devices, which are of another kind on each side, and their numbers. */
  private static String masked(String output) {
    return output
        .replaceAll("(?m)^\\d+: .* mtu .*\\n( {4}link/.*\\n)?", "")
        .replaceAll("(?m)^\\d+: ", "");
  }

  /** Newer kernels have sentences for what Linux 6.1 answers with its error alone. */
  private static String asOf61(String error) {
    return error
        .replaceAll("Error: ipv[46]: [Aa]ddress already assigned\\.", NOTHING_BUT + "File exists")
        .replaceAll("Error: ipv4: Invalid scope value\\.", NOTHING_BUT + "Invalid argument")
        .replaceAll(
            "Error: ipv[46]: ([Aa]ddress not found|Invalid address|Cannot assign .*)\\.",
            NOTHING_BUT + "Cannot assign requested address");
  }

  private List<Answer> onKernel(List<String> commands) throws IOException, InterruptedException {
    Path script = folder.resolve("kernel.sh");
    Path list = folder.resolve("commands");
    Files.write(script, lines("kernel.sh"));
    Files.write(list, commands);
    try (Netns netns = kernel()) {
      String all = netns.exec(LIMIT, "bash", script.toString(), list.toString()).ok();
      List<Answer> answers = new ArrayList<>();
      Matcher one = ANSWER.matcher(all + "\n");
      while (one.find()) {
        answers.add(
            new Answer(Integer.parseInt(one.group(1)), masked(one.group(2)), asOf61(one.group(3))));
      }
      return answers;
    }
  }
}
