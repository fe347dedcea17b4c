package dev.patchbay.stack.admin.trace;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code trace}: the way of packets through rules and routes, as they come ({@link #live}) or as
 * one would go that somebody describes ({@link #run}). On the loop of the namespace.
 */
public final class TraceCommand {
  /** Exit status of wrong usage. */
  static final int USAGE = 2;

  /** What {@code --help} prints. */
  public static final String HELP =
      """
      Usage: trace [-c N] [-j]                   packets that a rule with -j TRACE has marked
             trace [-c N] [-j] all               all packets
             trace [-c N] [-j] KEY=VALUE…        packets for which all of this is so: in=DEVICE or
                                                 PORT, proto=, src=, dst=, host= (ADDRESS or
                                                 ADDRESS/PREFIX), sport=, dport=, port=
             trace [-j] --packet 'KEY=VALUE…'    what would become of a packet; nothing is sent,
                                                 counted or remembered

        -c, --count N    end after N packets
        -j, --json       an object a line; with --packet one array
            --packet     in=DEVICE or PORT (none: made here), proto=, src=, dst=, sport=, dport=,
                         flags=SYN,ACK, type=, code= (ICMP), ttl=, tos=, mark=, length=, smac=, dmac=
        -h, --help       this text
      """;

  private static final String USAGE_LINE = "Try 'trace --help'.";

  /** The command line. */
  private record Line(long count, boolean json, @Nullable String packet, List<String> words) {
    static Line parse(List<String> argv) throws RefusedException {
      GetOpt read;
      try {
        read =
            GetOpt.parse(
                "trace",
                "c:jp:h",
                Map.of("count", 'c', "json", 'j', "packet", 'p', "help", 'h'),
                USAGE_LINE,
                argv);
      } catch (RefusedException e) {
        throw new RefusedException(USAGE, String.valueOf(e.getMessage()));
      }
      long count = 0;
      boolean json = false;
      String packet = null;
      for (GetOpt.Option option : read.options()) {
        switch (option.letter()) {
          case 'c' -> {
            if (!option.argument().matches("[1-9][0-9]{0,8}")) {
              throw PacketKeys.wrong("-c " + option.argument() + ": expected a number from 1");
            }
            count = Long.parseLong(option.argument());
          }
          case 'j' -> json = true;
          case 'p' -> packet = option.argument();
          default -> throw new RefusedException(0, HELP.stripTrailing());
        }
      }
      return new Line(count, json, packet, read.words());
    }
  }

  private TraceCommand() {}

  /** Whether a command line asks for what comes, and so has no end of itself. */
  public static boolean isEndless(List<String> argv) {
    try {
      return Line.parse(argv).packet == null;
    } catch (RefusedException e) {
      return false;
    }
  }

  /** What needs no namespace: the help; else null. */
  public static @Nullable Result withoutNetwork(List<String> argv) {
    try {
      Line.parse(argv);
      return null;
    } catch (RefusedException e) {
      return e.status() == 0 ? new Result(0, e.getMessage() + "\n", "") : null;
    }
  }

  /**
   * The trace that a command line asks for; it does nothing yet.
   *
   * @return null where it describes a packet
   */
  public static @Nullable LiveTrace live(NetworkStack stack, List<String> argv)
      throws RefusedException {
    Line line = Line.parse(argv);
    if (line.packet != null) {
      return null;
    }
    TraceFilter filter = null;
    if (line.words.equals(List.of("all"))) {
      filter = new TraceFilter(new PacketKeys(List.of(), TraceFilter.KEYS));
    } else if (!line.words.isEmpty()) {
      filter = new TraceFilter(new PacketKeys(line.words, TraceFilter.KEYS));
    }
    return new LiveTrace(stack, filter, line.count, line.json);
  }

  /** Says what would become of a packet. */
  public static Result run(NetworkStack stack, List<String> argv) {
    try {
      Line line = Line.parse(argv);
      if (line.packet == null) {
        throw PacketKeys.wrong("prints as packets come: only for who reads a stream (?stream=1)");
      }
      if (!line.words.isEmpty() || line.count > 0) {
        throw PacketKeys.wrong("--packet stands alone: its words are one argument");
      }
      List<Map<String, ?>> steps = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      TraceLines lines =
          new TraceLines(
              (step, said) -> {
                steps.add(step);
                text.append(said).append('\n');
              },
              () -> {});
      List<String> words = List.of(line.packet.strip().split("\\s+"));
      new DescribedPacket(stack, words).tell(lines);
      return new Result(0, line.json ? JsonWriter.write(steps, false) : text.toString(), "");
    } catch (RefusedException e) {
      String said = e.getMessage() + "\n";
      return e.status() == 0 ? new Result(0, said, "") : new Result(e.status(), "", said);
    }
  }
}
