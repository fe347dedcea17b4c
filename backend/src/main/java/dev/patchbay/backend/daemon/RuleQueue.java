package dev.patchbay.backend.daemon;

import dev.patchbay.backend.control.ControlModel.ExecResult;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.admin.iptables.RuleWork;
import dev.patchbay.stack.loop.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commands of iptables, one after the other in the order in which they came: a small one at once, a
 * big one compiled on another thread while the loop goes on. On the loop.
 */
final class RuleQueue {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  /** One command and who waits for it. */
  private record Waiting(RuleWork work, CompletableFuture<ExecResult> answer) {}

  private final EventLoop loop;
  private final Executor elsewhere;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** The one that is being compiled elsewhere. */
  private @Nullable Waiting busy;

  /**
   * @param elsewhere runs what takes long
   */
  RuleQueue(EventLoop loop, Executor elsewhere) {
    this.loop = loop;
    this.elsewhere = elsewhere;
  }

  /** Runs a command when those before it are done. */
  CompletionStage<ExecResult> run(RuleWork work) {
    CompletableFuture<ExecResult> answer = new CompletableFuture<>();
    waiting.add(new Waiting(work, answer));
    next();
    return answer;
  }

  private void next() {
    while (busy == null) {
      Waiting first = waiting.poll();
      if (first == null) {
        return;
      }
      first.work.begin();
      if (first.work.isBig()) {
        begin(first);
      } else {
        guarded(
            first,
            () -> {
              first.work.compile();
              finish(first);
            });
      }
    }
  }

  /** A defect must not leave anybody waiting. */
  private static void guarded(Waiting one, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      one.answer.completeExceptionally(e);
    }
  }

  private void begin(Waiting one) {
    busy = one;
    CompletableFuture.runAsync(one.work::compile, elsewhere)
        .whenComplete((done, failure) -> loop.execute(() -> compiled(one, failure)));
  }

  private void compiled(Waiting one, @Nullable Throwable failure) {
    busy = null;
    if (failure != null) {
      one.answer.completeExceptionally(failure);
    } else {
      guarded(one, () -> finish(one));
    }
    next();
  }

  private void finish(Waiting one) {
    Result result = one.work.finish();
    if (result == null) {
      // somebody else has changed the tables; all words come by this queue, so that this is rare
      one.work.begin();
      begin(one);
      return;
    }
    String warning = one.work.warning();
    if (!warning.isEmpty()) {
      LOG.warn(warning);
    }
    String said = warning.isEmpty() ? "" : "Warning: " + warning + "\n";
    one.answer.complete(new ExecResult(result.status(), result.stdout(), result.stderr() + said));
  }
}
