package dev.patchbay.stack.admin.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code sysctl}, word for word: each command of {@code sysctl/commands*.txt}. */
class SysctlWordsTest implements RecordedWords.Ours {
  private final VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = namespace();

  /** A namespace beside one that is no router, with what the folder's {@code setup} makes. */
  private NetworkStack namespace() {
    NetworkStack initial = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    ok(initial, "sysctl -w net.ipv4.ip_forward=0");
    NetworkStack made = Objects.requireNonNull(initial.namespaces().add("there"));
    ok(made, "ip link set lo up");
    ok(made, "ip link add eth0 address 02:00:00:00:00:01 type dummy");
    ok(made, "ip link add eth1 address 02:00:00:00:00:02 type dummy");
    ok(made, "ip link add link eth0 name eth0.42 type vlan id 42");
    ok(made, "ip link set eth0 up");
    ok(made, "ip link set eth0.42 up");
    return made;
  }

  private static void ok(NetworkStack in, String command) {
    IpCommand.Result result = run(in, List.of(command.split(" ")));
    if (result.status() != 0) {
      throw new AssertionError(command + ": " + result);
    }
  }

  @Test
  void asRecorded() {
    new RecordedWords("sysctl")
        .compare(this, List.of("answers.txt", "answers-files.txt", "answers-ra.txt"), 255);
  }

  @Override
  public void begin() {
    stack = namespace();
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    loop.runForMillis(1);
    return run(stack, argv);
  }

  private static IpCommand.Result run(NetworkStack in, List<String> argv) {
    List<String> args = argv.subList(1, argv.size());
    if (argv.getFirst().equals("ip")) {
      return new IpCommand().run(in, args);
    }
    List<SysctlFiles.File> files =
        SysctlFiles.named(args).stream().map(name -> file(name)).toList();
    return new SysctlCommand().run(in, args, SysctlFiles.pack(files));
  }

  /** A file of the folder; the directory itself has nothing to read. */
  private static SysctlFiles.File file(String path) {
    if (path.equals("/mnt")) {
      return new SysctlFiles.File(path, "", "");
    }
    String name = path.replace("/mnt/", "sysctl/");
    try (InputStream in = RecordedWords.class.getResourceAsStream(name)) {
      return in == null
          ? new SysctlFiles.File(path, "", "No such file or directory")
          : new SysctlFiles.File(path, new String(in.readAllBytes(), StandardCharsets.UTF_8), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
