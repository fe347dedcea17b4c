package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.random.RandomSource;

/**
 * What becomes of each packet. Every kind of decision has a stream of its own and draws from it for
 * each packet that comes, whatever became of it otherwise: the n-th packet meets the same fate
 * whenever it comes.
 */
final class NetemFate {
  final NetemDraw duplicate;
  final NetemDraw loss;
  final NetemDraw corrupt;
  final NetemDraw place;
  final NetemDraw reorder;
  final NetemDraw delay;
  final NetemDraw slot;

  /** State of a loss model, from 1. */
  private int state = 1;

  NetemFate(RandomSource source) {
    duplicate = new NetemDraw(source.derive("duplicate"));
    loss = new NetemDraw(source.derive("loss"));
    corrupt = new NetemDraw(source.derive("corrupt"));
    place = new NetemDraw(source.derive("place"));
    reorder = new NetemDraw(source.derive("reorder"));
    delay = new NetemDraw(source.derive("delay"));
    slot = new NetemDraw(source.derive("slot"));
  }

  /** Begins the loss model anew. */
  void restart() {
    state = 1;
  }

  boolean isLost(NetemOptions options) {
    NetemOptions.Loss model = options.lossModel;
    if (model instanceof NetemOptions.FourStates four) {
      return four(four, loss.next(0));
    } else if (model instanceof NetemOptions.GilbertElliott two) {
      return two(two, loss.next(0), loss.next(0));
    }
    NetemOptions.Correlations known = options.correlations;
    return loss.happens(options.loss, known == null ? 0 : known.loss());
  }

  /** {@code loss_4state}. */
  private boolean four(NetemOptions.FourStates p, long drawn) {
    switch (state) {
      case 1 -> {
        if (drawn < p.p14()) {
          state = 4;
        } else if (drawn < p.p13() + p.p14()) {
          state = 3;
        }
      }
      case 2 -> state = drawn < p.p23() ? 3 : 2;
      case 3 -> {
        if (drawn < p.p32()) {
          state = 2;
        } else if (drawn < p.p31() + p.p32()) {
          state = 1;
        }
      }
      default -> state = 1;
    }
    return state >= 3;
  }

  /** {@code loss_gilb_ell}: 1 is the good state, 2 the bad one. */
  private boolean two(NetemOptions.GilbertElliott p, long change, long lost) {
    if (state == 1) {
      state = change < p.p() ? 2 : 1;
      return lost < p.k();
    }
    state = change < p.r() ? 1 : 2;
    return lost > p.h();
  }
}
