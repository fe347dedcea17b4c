package dev.patchbay.stack.neighbour;

import static dev.patchbay.stack.neighbour.Neighbour.State.DELAY;
import static dev.patchbay.stack.neighbour.Neighbour.State.FAILED;
import static dev.patchbay.stack.neighbour.Neighbour.State.INCOMPLETE;
import static dev.patchbay.stack.neighbour.Neighbour.State.NOARP;
import static dev.patchbay.stack.neighbour.Neighbour.State.NONE;
import static dev.patchbay.stack.neighbour.Neighbour.State.PERMANENT;
import static dev.patchbay.stack.neighbour.Neighbour.State.PROBE;
import static dev.patchbay.stack.neighbour.Neighbour.State.REACHABLE;
import static dev.patchbay.stack.neighbour.Neighbour.State.STALE;

import dev.patchbay.stack.neighbour.Neighbour.State;

/**
 * Neighbour unreachability detection as data: the state that follows, by state and event (RFC 4861
 * section 7.3.2 and appendix C, with what Linux's {@code neigh_timer_handler} and {@code
 * neigh_update} make of it). What is done with a new state is {@link NudMachine}'s.
 */
final class NudTable {
  private static final State[][] NEXT = new State[State.values().length][];

  static {
    // what the columns are:  SEND  confirmed, used, time out, spent;  ANSWERED  HEARD  other
    // CONFLICT

    // nobody was asked yet
    row(NONE, INCOMPLETE, NONE, NONE, NONE, FAILED, REACHABLE, STALE, STALE, NONE);

    // asked; a second later once more, three times in all (MAX_MULTICAST_SOLICIT)
    row(
        INCOMPLETE,
        INCOMPLETE,
        INCOMPLETE,
        INCOMPLETE,
        INCOMPLETE,
        FAILED,
        REACHABLE,
        STALE,
        STALE,
        INCOMPLETE);

    // "ReachableTime milliseconds have passed since last confirmation": stale; Linux goes on to
    // DELAY at once where a packet went there just now. An advertisement without override that
    // tells of another address makes it stale (section 7.2.5)
    row(REACHABLE, REACHABLE, REACHABLE, DELAY, STALE, FAILED, REACHABLE, REACHABLE, STALE, STALE);

    // "the first time a node sends a packet to a neighbor whose entry is STALE"
    row(STALE, DELAY, STALE, STALE, STALE, FAILED, REACHABLE, STALE, STALE, STALE);

    // DELAY_FIRST_PROBE_TIME for the layers above to confirm
    row(DELAY, DELAY, REACHABLE, DELAY, PROBE, FAILED, REACHABLE, DELAY, STALE, DELAY);

    // unicast probes, three times (MAX_UNICAST_SOLICIT)
    row(PROBE, PROBE, PROBE, PROBE, PROBE, FAILED, REACHABLE, PROBE, STALE, PROBE);

    // nobody answered: the next packet asks again
    row(FAILED, INCOMPLETE, FAILED, FAILED, FAILED, FAILED, REACHABLE, STALE, STALE, FAILED);

    // set by hand, and changed by hand alone
    row(NOARP, NOARP, NOARP, NOARP, NOARP, NOARP, NOARP, NOARP, NOARP, NOARP);
    row(
        PERMANENT, PERMANENT, PERMANENT, PERMANENT, PERMANENT, PERMANENT, PERMANENT, PERMANENT,
        PERMANENT, PERMANENT);
  }

  private NudTable() {}

  private static void row(State state, State... next) {
    if (next.length != NudEvent.values().length) {
      throw new IllegalArgumentException(state + " has " + next.length + " columns");
    }
    NEXT[state.ordinal()] = next;
  }

  /** The state after {@code event} in {@code state}. */
  static State next(State state, NudEvent event) {
    return NEXT[state.ordinal()][event.ordinal()];
  }
}
