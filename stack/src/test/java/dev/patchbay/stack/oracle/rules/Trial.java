package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.oracle.rules.RuleSource.RuleText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Rules of both families, and what is sent through them.
 *
 * @param seed from which it was made
 * @param tracked whether connections are tracked
 * @param four rules of IPv4
 * @param six rules of IPv6
 * @param steps the traffic; each looks back at earlier ones alone
 */
record Trial(
    long seed, boolean tracked, List<RuleText> four, List<RuleText> six, List<Step> steps) {

  /** The one of a seed, with so many conversations. */
  static Trial of(long seed, boolean tracked, int conversations) {
    // Random, whose algorithm is the same on every Java
    Random random = new Random(seed * 2 + (tracked ? 1 : 0));
    List<RuleText> four = new RuleSource(random, true, tracked).next();
    List<RuleText> six = new RuleSource(random, false, tracked).next();
    int id = (int) (seed * 1024);
    List<Step> steps = new Traffic(random, tracked, id).steps(conversations);
    return new Trial(seed, tracked, four, six, steps);
  }

  /** What a router makes of it. */
  Outcome run(Filter filter) throws IOException {
    String refusal = filter.load(RuleSource.text(four), RuleSource.text(six));
    List<Outcome.Passage> passages = new ArrayList<>();
    List<Step.Seen> seen = new ArrayList<>();
    Outcome.Lines lines = new Outcome.Lines(tracked);
    if (refusal.isEmpty()) {
      for (Step step : steps) {
        Step.In in = step.resolve(seen);
        List<Filter.Out> out = filter.send(in.port(), in.frame());
        seen.add(seen(in, out));
        passages.add(new Outcome.Passage(in, lines.of(out)));
      }
    }
    List<String> state = new ArrayList<>(Outcome.counters("4", filter.saved(true)));
    state.addAll(Outcome.counters("6", filter.saved(false)));
    if (tracked) {
      state.addAll(Outcome.connections(filter.tracked(true)));
      state.addAll(Outcome.connections(filter.tracked(false)));
    }
    return new Outcome(refusal, passages, state);
  }

  /** What a host has seen of a step: no answer or error of the router's own. */
  private static Step.Seen seen(Step.In in, List<Filter.Out> out) {
    Filter.@Nullable Out came = null;
    byte[] sent = Wire.packet(in.frame());
    for (Filter.Out one : out) {
      byte[] packet = Wire.packet(one.frame());
      boolean whole = packet.length >= (Wire.isV4(packet) ? 20 : 40) + 8;
      if (came == null && whole && goesOn(packet, sent)) {
        came = one;
      }
    }
    return new Step.Seen(in, came == null ? null : came.frame(), came == null ? -1 : came.port());
  }

  private static boolean goesOn(byte[] packet, byte[] sent) {
    if (Wire.isV4(packet) != Wire.isV4(sent) || Wire.protocol(packet) != Wire.protocol(sent)) {
      return false;
    }
    int at = Wire.transport(packet);
    return switch (Wire.protocol(packet)) {
      case Wire.TCP -> packet.length >= at + 14 && (packet[at + 13] & Wire.RST) == 0;
      case Wire.ICMP -> packet[at] != 3 && packet[at] != 11;
      case Wire.ICMP6 -> packet[at] < 0; // 128 and more: no errors
      default -> true;
    };
  }

  /** The same with other rules. */
  Trial with(List<RuleText> newFour, List<RuleText> newSix) {
    return new Trial(seed, tracked, newFour, newSix, steps);
  }

  /** The same with those steps alone, and those that can do without the others. */
  Trial keeping(IntPredicate stays) {
    int[] number = new int[steps.size()];
    List<Step> kept = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      int after = step.after();
      boolean alone = after >= 0 && number[after] < 0;
      number[i] = -1;
      if (stays.test(i) && !(alone && step instanceof Step.Failure)) {
        number[i] = kept.size();
        kept.add(after < 0 ? step : step.after(alone ? -1 : number[after]));
      }
    }
    return new Trial(seed, tracked, four, six, kept);
  }
}
