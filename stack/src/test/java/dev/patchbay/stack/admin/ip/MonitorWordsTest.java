package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What {@code ip monitor} tells of each command of {@code monitor/commands.txt}, word for word: it
 * stands behind the command's own output. Of a link Linux tells late, up to a second.
 */
class MonitorWordsTest implements RecordedWords.Ours {
  /** From a command to the end of what is told of it. */
  private static final long LATE = 1_100_000_000L;

  private final IpCommand ip = new IpCommand();
  private final StringBuilder told = new StringBuilder();
  private VirtualLoop loop = new VirtualLoop();
  private NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private @Nullable IpMonitor monitor;

  @Test
  void asRecorded() {
    new RecordedWords("monitor").compare(this, List.of("answers.txt"), 110);
  }

  @Override
  public void begin() {
    monitor = null;
    loop = new VirtualLoop();
    stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
    new SysctlCommand().run(stack, List.of("-w", "net.ipv6.conf.default.disable_ipv6=1"), "");
    for (String words :
        List.of("link add eth0 address 02:00:00:00:00:01 type dummy", "link set eth0 up")) {
      assertThat(ip.run(stack, List.of(words.split(" "))))
          .isEqualTo(new IpCommand.Result(0, "", ""));
    }
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    if (argv.getFirst().equals("sysctl")) {
      return new SysctlCommand().run(stack, argv.subList(1, argv.size()), "");
    }
    List<String> words = argv.subList(1, argv.size());
    told.setLength(0);
    try {
      IpMonitor made = IpMonitor.of(stack, words);
      if (made != null) {
        if (monitor != null) {
          monitor.close();
        }
        monitor = made;
        made.start(told::append);
        return new IpCommand.Result(0, "", "");
      }
    } catch (RefusedException e) {
      return new IpCommand.Result(1, "", String.valueOf(e.getMessage()));
    }
    IpCommand.Result result = ip.run(stack, words);
    loop.runFor(LATE);
    return new IpCommand.Result(result.status(), result.stdout() + told, result.stderr());
  }

  /** Of configurations, of which ours tells nothing, and the time that is left. */
  @Override
  public List<String> arranged(List<String> lines) {
    return lines.stream().filter(line -> !line.startsWith("[NETCONF]")).toList();
  }

  @Override
  public String masked(String line) {
    return line.replaceAll("(valid_lft|preferred_lft|expires) -?[0-9]+sec", "$1 Nsec");
  }
}
