package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import java.util.List;

/** A condition, the class that it names, and what is done with packets that fulfil it. */
public abstract class Filter {
  /** It is fulfilled. */
  static final int YES = 1;

  /** It is not. */
  static final int NO = 0;

  /** The packet is too short to be asked: nor are the filters behind it in its group. */
  static final int CUT_SHORT = -1;

  /** The class that it names, 0 for none. */
  private int classId;

  private boolean namesClass;
  private Action[] actions = {};
  private int handle;

  /** The kind of its group. */
  public abstract FilterKind kind();

  /**
   * Whether a packet fulfils it: {@link #YES}, {@link #NO} or {@link #CUT_SHORT}.
   *
   * @param network where the network header begins
   */
  abstract int matches(Packet packet, int network, FlowKeys keys);

  /** Refuses what the kernel would refuse of a new one in {@code group}. */
  void check(FilterGroup group) throws FilterException {}

  /**
   * The handle that it gets in {@code group} where none was asked for, or 0 where there is none.
   */
  int freeHandle(FilterGroup group) {
    return group.freeHandle(1);
  }

  /**
   * Finds its turn among {@code others} of its group.
   *
   * @param last a turn behind all of theirs
   */
  void join(List<Filter> others, long last) {}

  /** Those of the least turn are asked first, and of one turn that of the least handle. */
  long turn() {
    return 0;
  }

  /** Takes over from the filter in whose place it comes what a change does not change. */
  void inherit(Filter before) {}

  public final int handle() {
    return handle;
  }

  final void handle(int value) {
    handle = value;
  }

  /** Its class, 0 for none. */
  public final int classId() {
    return classId;
  }

  public final boolean namesClass() {
    return namesClass;
  }

  /** Names the class that fulfilling packets are of. */
  public final void classId(int value) {
    classId = value;
    namesClass = true;
  }

  /** Its actions in their order. */
  public final List<Action> actions() {
    return List.of(actions);
  }

  /** Sets its actions, before it is in a chain. */
  public final void actions(List<Action> wanted) {
    actions = wanted.toArray(Action[]::new);
  }

  final void bind(ActionTable table, long now) {
    for (Action action : actions) {
      action.bind(table, now);
    }
  }

  final void release(ActionTable table) {
    for (Action action : actions) {
      action.release(table);
    }
  }

  /** Does what is to be done ({@code tcf_exts_exec}); a {@link Verdict}. */
  final int run(Packet packet, FilterChain chain) {
    int verdict = Verdict.OK;
    for (Action action : actions) {
      verdict = action.execute(packet, chain);
      if (verdict != Verdict.PIPE) {
        break;
      }
    }
    return verdict;
  }
}
