package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.conntrack.FlowRequest.Output;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.iptables.extension.Quoting;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Counters;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code conntrack} (conntrack-tools 1.4.7) but for {@code -E}, which is {@link
 * ConntrackMonitor}. Of the loop's thread.
 */
public final class ConntrackCommand {
  /** What begins each of its messages. */
  static final String HEAD = "conntrack v1.4.7 (conntrack-tools): ";

  private static final String USAGE =
      """
      Command line interface for the connection tracking system. Version 1.4.7
      Usage: conntrack [commands] [options]

      Commands:
        -L [table] [options]\t\tList conntrack or expectation table
        -G parameters\t\t\tGet a connection
        -D parameters\t\t\tDelete connections
        -I parameters\t\t\tCreate a connection
        -A parameters\t\t\tCreate a connection where it is not there
        -U parameters\t\t\tUpdate connections
        -E [table] [options]\t\tShow events
        -F [table]\t\t\tFlush table
        -C [table]\t\t\tShow counter
        -S\t\t\t\tShow statistics
        -R file\t\t\tRun the commands of a file

      Tables: conntrack, expect

      Parameters and options:
        -s, --src ip\t\t\tSource address from original direction, ip/bits a network
        -d, --dst ip\t\t\tDestination address from original direction
        -r, --reply-src ip\t\tSource address from reply direction
        -q, --reply-dst ip\t\tDestination address from reply direction
        --mask-src ip, --mask-dst ip\tMasks of the first two
        -p, --protonum proto\t\tLayer 4 protocol, e.g. 'tcp', with options of its own
        -f, --family proto\t\tLayer 3 protocol, 'ipv4' or 'ipv6'
        -t, --timeout seconds\t\tTime-out
        -u, --status status\t\tStatus, e.g. ASSURED
        -m, --mark mark[/mask]\tMark
        -n, --src-nat [ip[:port]]\tTranslated source
        -g, --dst-nat [ip[:port]]\tTranslated destination
        -j, --any-nat [ip[:port]]\tOne of them
        -w, --zone value\t\tZone, of one direction --orig-zone, --reply-zone
        -e, --event-mask mask\t\tEvents, e.g. NEW,DESTROY
        -z, --zero\t\t\tZero counters while listing
        -o, --output type[,...]\tOutput format: xml, extended, timestamp, id, ktimestamp, save

      """;

  private static final String VERSION = "conntrack v1.4.7 (conntrack-tools)\n";

  public ConntrackCommand() {}

  /** Answers what no namespace is needed for, else null. */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    if (argv.isEmpty() || argv.equals(List.of("-h")) || argv.equals(List.of("--help"))) {
      return new IpCommand.Result(0, USAGE, "");
    }
    boolean version = argv.equals(List.of("-V")) || argv.equals(List.of("--version"));
    return version ? new IpCommand.Result(0, VERSION, "") : null;
  }

  /**
   * Runs a command line.
   *
   * @param argv the words behind {@code conntrack}
   * @param stdin the lines of the file of {@code -R}, which is called {@code -} here
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv, String stdin) {
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    Run run = new Run(stack);
    boolean file = argv.getFirst().equals("-R") || argv.getFirst().equals("--load-file");
    try {
      if (file && argv.size() > 1) {
        run.file(stdin);
      } else {
        run.command(FlowParser.parse(argv), true);
      }
    } catch (FlowProblem e) {
      run.err.append(e.text());
      run.status = e.status();
    }
    return new IpCommand.Result(run.status, run.out.toString(), run.err.toString());
  }

  /** Masks go with addresses. */
  static void checkMasks(FlowRequest request) throws FlowProblem {
    if (request.has(FlowOption.MASK_SRC) && !request.has(FlowOption.SRC)) {
      throw FlowProblem.syntax("Can't use --mask-src without --src");
    }
    if (request.has(FlowOption.MASK_DST) && !request.has(FlowOption.DST)) {
      throw FlowProblem.syntax("Can't use --mask-dst without --dst");
    }
  }

  /** One run. */
  private static final class Run {
    final NetworkStack stack;
    final Conntrack conntrack;
    final StringBuilder out = new StringBuilder();
    final StringBuilder err = new StringBuilder();
    int status;

    Run(NetworkStack stack) {
      this.stack = stack;
      conntrack = stack.netfilter().conntrack();
    }

    /** Carries out the lines of a file, when all of them make sense. */
    void file(String text) throws FlowProblem {
      List<FlowRequest> all = new ArrayList<>();
      for (String line : text.split("\n", -1)) {
        String command = line.strip();
        if (!command.isEmpty() && command.charAt(0) != '#') {
          List<String> words = Quoting.words(command);
          FlowRequest request = FlowParser.parse(words == null ? List.of(command) : words);
          FlowCommand what = request.command;
          boolean changes =
              what != null
                  && (what.makes()
                      || what == FlowCommand.UPDATE
                      || what == FlowCommand.DELETE
                      || what == FlowCommand.FLUSH);
          if (!changes) {
            throw FlowProblem.syntax("Cannot use command `" + words(words) + "' with --load-file");
          }
          all.add(request);
        }
      }
      for (FlowRequest request : all) {
        command(request, false);
      }
    }

    private static String words(@Nullable List<String> words) {
      return words == null || words.isEmpty() ? "unknown" : words.getFirst();
    }

    /**
     * Carries out a command.
     *
     * @param counts whether it says at its end how many connections it was about
     */
    void command(FlowRequest request, boolean counts) throws FlowProblem {
      request.warnings.forEach(warning -> err.append(warning).append('\n'));
      FlowCommand command = request.command;
      if (command == null) {
        out.append(USAGE);
        return;
      }
      checkMasks(request);
      int count = count(command, request);
      if (counts && !command.done().isEmpty()) {
        err.append(HEAD).append(count).append(" flow entries have been ");
        err.append(command.done()).append(".\n");
        boolean fails = command != FlowCommand.LIST && command != FlowCommand.ADD;
        status = count == 0 && fails ? 1 : 0;
      }
    }

    private int count(FlowCommand command, FlowRequest request) throws FlowProblem {
      FlowChange change = new FlowChange(stack, request, out, err);
      switch (command) {
        case LIST -> {
          return list(request);
        }
        case CREATE, ADD -> {
          return change.create() ? 1 : 0;
        }
        case UPDATE -> {
          return change.update();
        }
        case DELETE -> {
          return change.delete();
        }
        case GET -> {
          return change.get();
        }
        case FLUSH -> {
          conntrack.all().forEach(conntrack::kill);
          err.append(HEAD).append("connection tracking table has been emptied.\n");
        }
        case VERSION -> out.append(VERSION);
        case HELP -> out.append(USAGE);
        case COUNT -> out.append(conntrack.size()).append('\n');
        case STATS -> statistics();
        case EXPECT_LIST -> listExpected(request);
        case EXPECT_FLUSH -> {
          conntrack.expectations().all().forEach(conntrack.expectations()::remove);
          err.append(HEAD).append("expectation table has been emptied.\n");
        }
        case EXPECT_COUNT -> out.append(conntrack.expectations().size()).append('\n');
        case EXPECT_STATS -> expectedStatistics();
        case EVENT, EXPECT_EVENT -> throw FlowProblem.unsupported("-E without a stream");
      }
      return 0;
    }

    private int list(FlowRequest request) throws FlowProblem {
      if (request.elsewhere) {
        return 0; // packets do not stop on their way here
      }
      if (request.has(FlowOption.STATUS) && request.statusMask == 0) {
        throw FlowProblem.other("Operation failed: invalid parameters");
      }
      if (request.has(FlowOption.ZERO) && compares(request)) {
        throw FlowProblem.syntax("Can't use -z with filtering parameters");
      }
      FlowFilter filter = new FlowFilter(request);
      FlowText text = new FlowText(request);
      long now = stack.loop().now();
      long wall = stack.loop().wallTime();
      boolean xml = request.has(Output.XML);
      int count = 0;
      for (Connection c : conntrack.all()) {
        if (filter.fits(c, now)) {
          out.append(xml && count == 0 ? FlowText.XML_HEAD : "");
          out.append(text.line(c, FlowText.LISTED, now, wall, 1)).append('\n');
          count++;
          if (request.has(FlowOption.ZERO) && c.extras() != null) {
            c.needExtras().clearCounters();
          }
        }
      }
      out.append(xml && count > 0 ? "</conntrack>\n" : "");
      return count;
    }

    private static boolean compares(FlowRequest r) {
      return r.has(FlowOption.PROTONUM)
          || r.has(FlowOption.SRC)
          || r.has(FlowOption.DST)
          || r.has(FlowOption.REPLY_SRC)
          || r.has(FlowOption.REPLY_DST)
          || r.has(FlowOption.MARK)
          || r.has(FlowOption.STATUS)
          || r.has(FlowOption.ZONE)
          || r.has(FlowOption.ORIG_ZONE)
          || r.has(FlowOption.REPLY_ZONE);
    }

    /** There is one processor, as it were: the loop. */
    private void statistics() {
      Counters c = conntrack.counters();
      out.append("cpu=0   \t");
      counter("found", c.found);
      counter("invalid", c.invalid);
      counter("insert", c.insert);
      counter("insert_failed", c.insertFailed);
      counter("drop", c.drop);
      counter("early_drop", c.earlyDrop);
      counter("error", c.error);
      counter("search_restart", c.searchRestart);
      counter("clash_resolve", c.clashResolve);
      counter("chaintoolong", c.chainTooLong);
      out.append('\n');
    }

    private void expectedStatistics() {
      Counters c = conntrack.counters();
      out.append("cpu=0   \t");
      counter("expect_new", c.expectNew);
      counter("expect_create", c.expectCreate);
      counter("expect_delete", c.expectDelete);
      out.append('\n');
    }

    /** Counters are of 32 bits. */
    private void counter(String name, long value) {
      out.append(name).append('=').append(value & 0xffff_ffffL).append(' ');
    }

    private void listExpected(FlowRequest request) {
      int count = 0;
      boolean xml = request.has(Output.XML);
      long now = stack.loop().now();
      for (Expectation e : conntrack.expectations().all()) {
        boolean v4 = Addresses.isV4(e.tuple.dstHi, e.tuple.dstLo);
        if (request.family == 0 || (request.family == 4) == v4) {
          out.append(xml && count == 0 ? ExpectText.XML_HEAD : "");
          if (request.has(Output.TIMESTAMP) && !xml) {
            out.append(ExpectText.time(stack.loop().wallTime()));
          }
          out.append(xml ? ExpectText.xml(e, "", now) : ExpectText.line(e, now)).append('\n');
          count++;
        }
      }
      out.append(xml && count > 0 ? "</expect>\n" : "");
      err.append(HEAD).append(count).append(" expectations have been shown.\n");
    }
  }
}
