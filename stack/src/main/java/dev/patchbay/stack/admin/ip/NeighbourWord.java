package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.neighbour.Neighbour.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words of {@code ip neighbour} that several of its commands have. */
final class NeighbourWord {
  /** Bit of {@link State#NONE} in masks of states, of which it has none itself. */
  static final int NONE_BIT = 0x100;

  private static final String USAGE =
      """
      Usage: ip neigh { add | del | change | replace }
                      { ADDR [ lladdr LLADDR ] [ nud STATE ] | proxy ADDR } [ dev DEV ]
                      [ router ] [ use ] [ protocol PROTO ]
             ip neigh { show | flush } [ proxy ] [ to PREFIX ] [ dev DEV ] [ nud STATE ]
                      [ master DEV | nomaster ] [ unused ] [ protocol PROTO ]
             ip neigh get { ADDR | proxy ADDR } dev DEV

      STATE := { delay | failed | incomplete | noarp | none |
                 permanent | probe | reachable | stale }\
      """;

  private NeighbourWord() {}

  static RefusedException usage() {
    return new RefusedException(RefusedException.SYNTAX, USAGE);
  }

  /** {@code nud_state_a2n}: a name, some of them cut short, or one bit; null where it is none. */
  static @Nullable State state(String word) {
    for (State state : List.of(State.PERMANENT, State.REACHABLE, State.FAILED)) {
      if (IpOptions.matches(word, name(state))) {
        return state;
      }
    }
    for (State state : State.values()) {
      if (name(state).equals(word)) {
        return state;
      }
    }
    long bits = Numbers.unsigned(word, 0xff);
    for (State state : State.values()) {
      if (state.bit() == bits) {
        return state;
      }
    }
    return null;
  }

  private static String name(State state) {
    return state.name().toLowerCase(java.util.Locale.ROOT);
  }
}
