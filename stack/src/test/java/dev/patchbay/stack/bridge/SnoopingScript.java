package dev.patchbay.stack.bridge;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Our bridge with four ports, and where it sends what comes in, as a script says. */
public final class SnoopingScript {
  /** Time that a step takes, ms. */
  private static final int STEP = 100;

  private static final long HUNDREDTH = 10_000_000L;

  private final SnoopingLab lab = new SnoopingLab();

  /** Runs the steps; for each, what came out, queries of our own left out. */
  public static List<String> run(List<String> steps) throws BridgeRefusedException {
    SnoopingScript script = new SnoopingScript();
    List<String> lines = new ArrayList<>();
    for (String step : steps) {
      String[] words = step.split(" ");
      script.step(words);
      script.lab.pass(words[0].equals("wait") ? Integer.parseInt(words[1]) / 1000. : STEP / 1000.);
      String seen =
          script.lab.out().stream()
              .filter(line -> !line.contains("query"))
              .collect(Collectors.joining(", "));
      lines.add(step + ": " + seen);
    }
    return lines;
  }

  private void step(String[] words) throws BridgeRefusedException {
    switch (words[0]) {
      case "wait" -> {}
      case "set" -> set(words[1], words[2], words[3]);
      case "own" -> lab.reportOfOurs(words[1]);
      default -> message(words, Integer.parseInt(words[1]));
    }
  }

  private void message(String[] words, int port) {
    String own = "10.0.0." + port;
    switch (words[0]) {
      case "report" -> lab.report(port, words[2]);
      case "leave" -> lab.leave(port, words[2]);
      case "query" -> lab.igmp(port, words[2], "224.0.0.1", SnoopingLab.igmp2(0x11, 2, "0.0.0.0"));
      case "specific" -> lab.igmp(port, words[2], words[3], SnoopingLab.igmp2(0x11, 1, words[3]));
      case "record" -> {
        String[] sources = Arrays.copyOfRange(words, 4, words.length);
        lab.record(port, Integer.parseInt(words[2]), words[3], sources);
      }
      case "router" -> lab.igmp(port, own, "224.0.0.106", SnoopingLab.igmp2(0x30, 0, "0.0.0.0"));
      case "damaged" -> lab.igmpAsIs(port, own, words[2], SnoopingLab.igmp2(0x16, 1, words[2]));
      case "short" -> lab.igmp(port, own, words[2], new byte[] {0x16, 0, 0, 0});
      case "general" -> lab.igmp(port, own, words[2], SnoopingLab.igmp2(0x11, 1, "0.0.0.0"));
      case "cut" -> {
        int group = Lab.v4(words[2]);
        byte[] body = {
          0x22,
          0,
          0,
          0,
          0,
          0,
          0,
          1,
          4,
          0,
          0,
          2,
          (byte) (group >> 24),
          (byte) (group >> 16),
          (byte) (group >> 8),
          (byte) group,
          10,
          0,
          0,
          1
        };
        lab.igmp(port, own, "224.0.0.22", body);
      }
      case "data" -> lab.data(port, words[2], words[3]);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private void set(String device, String word, String value) throws BridgeRefusedException {
    if (device.equals("br0")) {
      setBridge(word, Integer.parseInt(value));
      return;
    }
    BridgePort port = lab.port(device.charAt(1) - '0');
    if (word.equals("mcast_router")) {
      lab.bridge.snooping().router(port, Integer.parseInt(value));
    } else {
      port.set(PortFlag.valueOf(word.toUpperCase(Locale.ROOT)), value.equals("on"));
    }
  }

  private void setBridge(String word, int value) throws BridgeRefusedException {
    Snooping snooping = lab.bridge.snooping();
    switch (word) {
      case "mcast_snooping" -> snooping.on(value != 0);
      case "mcast_querier" -> snooping.querier(value != 0);
      case "mcast_igmp_version" -> snooping.settings().igmpVersion(value);
      case "mcast_query_response_interval" ->
          snooping.settings().set(Interval.QUERY_RESPONSE, value * HUNDREDTH);
      case "mcast_last_member_interval" ->
          snooping.settings().set(Interval.LAST_MEMBER, value * HUNDREDTH);
      default -> throw new IllegalArgumentException(word);
    }
  }
}
