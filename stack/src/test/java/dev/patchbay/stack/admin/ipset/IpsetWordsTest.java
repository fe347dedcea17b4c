package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code ipset} and the rules that name sets, word for word: each command of {@code
 * ipset/commands.txt}. Linux lists members of hash types by their hashes: they are compared sorted.
 */
class IpsetWordsTest {
  /** Debian's netbase has these. */
  private static final Map<String, Integer> PORTS =
      Map.of("ssh", 22, "domain", 53, "http", 80, "ntp", 123);

  private static final PortNames SERVICES =
      new PortNames() {
        @Override
        public @Nullable String name(int port, String protocol) {
          return null;
        }

        @Override
        public int port(String name, String protocol) {
          boolean has = protocol.equals(name.equals("ntp") ? "udp" : "tcp");
          return has || name.equals("domain") ? PORTS.getOrDefault(name, -1) : -1;
        }
      };

  /** Seconds that are left, which a slow recorder finds fewer of. */
  private static final Pattern LEFT = Pattern.compile("timeout[ >](\\d+)");

  private static final class Ours implements RecordedWords.Ours {
    private final IpsetCommand ipset = new IpsetCommand(SERVICES);
    private final IptablesCommand iptables = new IptablesCommand(SERVICES);
    private @Nullable NetworkStack stack;

    @Override
    public void begin() {
      stack = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    }

    @Override
    public IpCommand.Result run(List<String> argv) {
      NetworkStack own = Objects.requireNonNull(stack);
      List<String> args = new ArrayList<>(argv.subList(1, argv.size()));
      if (!argv.getFirst().equals("ipset")) {
        return iptables.run(own, argv.getFirst(), args, "");
      }
      int file = Math.max(args.indexOf("-f"), args.indexOf("-file"));
      String stdin = "";
      if (file >= 0) { // read as the client does
        args.remove(file);
        stdin = read(args.remove(file));
      }
      return ipset.run(own, args, stdin);
    }

    private static String read(String name) {
      try (InputStream in = RecordedWords.class.getResourceAsStream("ipset/" + name)) {
        return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String masked(String line) {
      String text =
          line.replaceFirst("Size in memory: \\d+", "Size in memory:")
              .replaceFirst("<memsize>\\d+", "<memsize>");
      boolean head = text.contains("maxelem") || text.contains("size ") || text.contains("range");
      boolean member = !text.startsWith("Header:") && !text.startsWith("<header") && !head;
      return member ? LEFT.matcher(text).replaceAll(Ours::rounded) : text;
    }

    /** Sorts members of hash types: those between two lines of another kind. */
    @Override
    public List<String> arranged(List<String> lines) {
      List<String> all = new ArrayList<>();
      List<String> members = new ArrayList<>();
      for (String line : lines) {
        boolean address = line.matches("(add \\S+ |<member><elem>)?[0-9a-f]*[.:].*");
        if (!address) {
          members.stream().sorted().forEach(all::add);
          members.clear();
          all.add(line);
        } else {
          members.add(line);
        }
      }
      members.stream().sorted().forEach(all::add);
      return all;
    }

    private static String rounded(MatchResult match) {
      long left = Long.parseLong(match.group(1));
      // all that are asked for are tens, and hundreds where they are many
      long tens = left > 1_500 ? 100 : 10;
      long up = (left + tens - 1) / tens * tens;
      return Matcher.quoteReplacement(match.group().replace(match.group(1), String.valueOf(up)));
    }
  }

  @Test
  void asRecorded() {
    new RecordedWords("ipset")
        .compare(new Ours(), List.of("answers-chance.txt", "answers.txt"), 1_200);
  }
}
