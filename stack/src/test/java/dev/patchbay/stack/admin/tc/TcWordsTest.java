package dev.patchbay.stack.admin.tc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * {@code tc}, word for word: status, standard output and message of each command of {@code
 * tc/commands*.txt} as {@code tc/record} had them from iproute2 and a kernel. Wanted differences
 * stand in {@code tc/differences.txt} with their reason.
 */
class TcWordsTest {
  /** In the order in which one kernel ran them: its handles count up. */
  private static final List<String> RECORDINGS = List.of("answers-netem.txt", "answers.txt");

  private final NetworkStack stack =
      new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
  private final TcCommand tc = new TcCommand();

  /** What came back for one command. */
  private record Answer(String status, List<String> out, List<String> err) {}

  @Test
  void asRecorded() {
    Map<String, String> differences = differences();
    Set<String> seen = new LinkedHashSet<>();
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    for (String recording : RECORDINGS) {
      List<String> lines = lines(recording);
      for (int at = 0; at < lines.size(); ) {
        String line = lines.get(at++);
        if (line.isEmpty()) {
          freshDevice();
        }
        if (!line.startsWith("$ tc")) {
          continue;
        }
        Answer theirs = recorded(lines, at);
        Answer ours = ours(line.substring(2));
        compared++;
        boolean wanted = differences.containsKey(line.substring(2));
        if (ours.equals(theirs) == wanted) {
          wrong.add(recording + ": " + line + "\n  theirs " + theirs + "\n  ours   " + ours);
        }
        seen.add(line.substring(2));
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    assertThat(seen).containsAll(differences.keySet());
    assertThat(compared).isGreaterThan(500);
  }

  private void freshDevice() {
    if (stack.device("eth0") instanceof PortDevice old) {
      stack.remove(old);
    }
    PortDevice eth0 = new PortDevice(stack.nextIndex(), "eth0", 0x0200_0000_0001L, 1500);
    stack.add(eth0);
    eth0.plug(packet -> packet.release());
    stack.setUp(eth0, true);
  }

  private Answer ours(String command) {
    String words = command.substring(2).strip();
    List<String> argv = words.isEmpty() ? List.of() : List.of(words.split(" "));
    IpCommand.Result result = tc.run(stack, argv, "");
    return new Answer(
        String.valueOf(result.status()),
        result.stdout().lines().toList(),
        withoutUsage(result.stderr().lines().toList()));
  }

  private static Answer recorded(List<String> lines, int from) {
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    int at = from + 1;
    for (; at < lines.size() && (lines.get(at) + " ").matches("[>!] .*"); at++) {
      (lines.get(at).startsWith(">") ? out : err).add(lines.get(at).substring(2));
    }
    return new Answer(lines.get(from).substring(2), out, withoutUsage(err));
  }

  /** A usage names what is there, here as there: only that it comes is compared. */
  private static List<String> withoutUsage(List<String> lines) {
    List<String> kept = new ArrayList<>();
    boolean usage = false;
    for (String line : lines) {
      usage |= line.startsWith("Usage:");
      usage &= !line.startsWith("Error:");
      if (!usage) {
        kept.add(line);
      } else if (line.startsWith("Usage:")) {
        kept.add("Usage:");
      }
    }
    return kept;
  }

  /** Commands and reasons. */
  private static Map<String, String> differences() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String line : lines("differences.txt")) {
      if (!line.startsWith("#") && !line.isEmpty()) {
        String[] parts = line.split(" -- ", 2);
        assertThat(parts).as(line).hasSize(2);
        all.put(parts[0], parts[1]);
      }
    }
    return all;
  }

  private static List<String> lines(String name) {
    try (InputStream in = TcWordsTest.class.getResourceAsStream("tc/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
