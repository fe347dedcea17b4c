package dev.patchbay.stack.oracle;

import dev.patchbay.stack.ip.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A topology and packets, and what Linux and ours send for them compared. */
public final class Comparison {
  /** Differences that a report shows. */
  private static final int SHOWN = 40;

  /** Times that Linux is asked whether it has not more to send, where it sent too little. */
  private static final int PATIENCE = 5;

  /** The same where the difference is not a wanted one: through namespaces it may take longer. */
  private static final int LONG_PATIENCE = 60;

  /** Reports of groups come when they like, redirects are not compared here. */
  private static final Pattern NOISE =
      Pattern.compile("hop 1 .* ext0|icmp (5/[01]|(133|137|143)/0) ");

  /** Bytes of an IP packet, and of the rest of a frame, that a cable of Linux's takes. */
  private static final int LONGEST = 1500 + 14;

  private final Topology topology;
  private final long seed;
  private final FrameText text;
  private final Wanted differences;
  private final List<String> wrong = new ArrayList<>();
  private int wanted;

  Comparison(Topology topology, long seed) {
    this.topology = topology;
    this.seed = seed;
    List<IpAddress> own = new ArrayList<>(topology.own());
    own.addAll(topology.targets());
    text = new FrameText(own);
    differences = new Wanted(topology);
  }

  /** Sends so many packets to both, and notes what Linux makes of them. */
  Comparison live(UmlRouter theirs, Router ours, int packets, Recording notes) throws IOException {
    theirs.begin(topology);
    ours.begin(topology);
    PacketSource source = new PacketSource(topology, seed);
    for (int n = 0; n < packets; n++) {
      PacketSource.In in = next(source);
      List<String> found = lines(ours.send(in.port(), in.frame()));
      List<Router.Out> all = theirs.send(in.port(), in.frame());
      List<String> expected = lines(all);
      for (int i = 0; i < LONG_PATIENCE && !expected.equals(found); i++) {
        if (i >= PATIENCE && differences.is(sent(in), expected, found)) {
          break;
        }
        all.addAll(theirs.late());
        expected = lines(all);
      }
      notes.add(sent(in), expected);
      compare(n, in, expected, found);
    }
    return this;
  }

  /** Sends to ours what was once sent to Linux. */
  Comparison replay(Recording recorded, Router ours, int packets) throws IOException {
    ours.begin(topology);
    PacketSource source = new PacketSource(topology, seed);
    for (int n = 0; n < packets; n++) {
      PacketSource.In in = next(source);
      compare(n, in, recorded.next(sent(in)), lines(ours.send(in.port(), in.frame())));
    }
    return this;
  }

  private static PacketSource.In next(PacketSource source) {
    PacketSource.In in = source.next();
    while (in.frame().length > LONGEST) {
      in = source.next();
    }
    return in;
  }

  private String sent(PacketSource.In in) {
    return "p" + in.port() + " " + text.of(in.frame());
  }

  private void compare(int n, PacketSource.In in, List<String> expected, List<String> found) {
    if (expected.equals(found)) {
      return;
    }
    String sent = sent(in);
    if (differences.is(sent, expected, found)) {
      wanted++;
      return;
    }
    wrong.add(
        "%s, seed %d, packet %d: %s\n  frame  %s\n  theirs %s\n  ours   %s"
            .formatted(
                topology.name(),
                seed,
                n,
                sent,
                HexFormat.of().formatHex(in.frame(), 0, Math.min(in.frame().length, 160)),
                String.join("\n         ", expected),
                String.join("\n         ", found)));
  }

  /** What came out, by port, in the order in which it did there. */
  private List<String> lines(List<Router.Out> all) {
    TreeMap<String, List<String>> ports = new TreeMap<>();
    for (Router.Out out : all) {
      boolean any = topology.either().contains(out.port());
      String line = text.of(out.frame(), any);
      if (!NOISE.matcher(line).find()) {
        String port = any ? "p?" : "p" + out.port();
        ports.computeIfAbsent(port, _ -> new ArrayList<>()).add(port + " " + line);
      }
    }
    return ports.values().stream().flatMap(List::stream).toList();
  }

  /** What differs and should not. */
  List<String> wrong() {
    return wrong;
  }

  /** Names of the wanted differences that showed. */
  Set<String> seen() {
    return differences.seen();
  }

  /** The first differences. */
  String report() {
    List<String> first = wrong.subList(0, Math.min(SHOWN, wrong.size()));
    return "%s: %d differ, %d as wanted\n%s"
        .formatted(topology.name(), wrong.size(), wanted, String.join("\n", first));
  }

  /**
   * Compares all topologies with Linux.
   *
   * @return the first differences; empty where there are none
   */
  public static List<String> all(int packets, long seed) throws IOException {
    List<String> reports = new ArrayList<>();
    try (UmlRouter theirs = new UmlRouter();
        OurRouter ours = new OurRouter()) {
      for (Topology topology : Topologies.ALL) {
        Comparison done = new Comparison(topology, seed);
        done.live(theirs, ours, packets, Recording.empty());
        if (!done.wrong().isEmpty()) {
          reports.add(done.report());
        }
      }
    }
    return reports;
  }

  /** Whether this machine has a Linux to ask. */
  public static boolean isPossible() {
    return UmlRouter.isThere();
  }

  /**
   * {@code PACKETS SEED [TOPOLOGY…]} asks the kernel; {@code record FOLDER [TOPOLOGY…]} makes the
   * recordings.
   *
   * @param args as said
   */
  public static void main(String[] args) throws IOException {
    boolean record = args[0].equals("record");
    int packets = record ? Recording.PACKETS : Integer.parseInt(args[0]);
    long seed = record ? Recording.SEED : Long.parseLong(args[1]);
    List<String> names = List.of(args).subList(2, args.length);
    try (UmlRouter theirs = new UmlRouter();
        OurRouter ours = new OurRouter()) {
      for (Topology topology : Topologies.ALL) {
        if (names.isEmpty() || names.contains(topology.name())) {
          long began = System.nanoTime();
          Recording notes = Recording.empty();
          Comparison done = new Comparison(topology, seed).live(theirs, ours, packets, notes);
          System.out.println(done.report());
          System.out.println((System.nanoTime() - began) / 1_000_000 + " ms " + done.seen());
          if (record) {
            notes.save(Files.createDirectories(Path.of(args[1])), topology);
          }
        }
      }
    }
  }
}
