package dev.patchbay.backend.daemon;

import dev.patchbay.backend.control.ControlModel.ExecResult;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.admin.ipset.IpsetCommand;
import dev.patchbay.stack.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A command of {@code ipset}: done at once, but for a restore, of whose lines each turn of the loop
 * runs some. What others do between them they do, as on Linux.
 */
final class IpsetWord {
  /** Ns of one turn of the loop, after which no line is begun. */
  private static final long TURN = 1_000_000;

  private final IpsetCommand.Call call;
  private final CompletableFuture<ExecResult> end = new CompletableFuture<>();

  IpsetWord(IpsetCommand.Call call) {
    this.call = call;
  }

  /** Runs it. On the loop. */
  CompletionStage<ExecResult> run(EventLoop loop) {
    try {
      long begun = System.nanoTime();
      Result result = call.step(1);
      while (result == null && System.nanoTime() - begun < TURN) {
        result = call.step(1);
      }
      if (result == null) {
        loop.execute(() -> run(loop));
      } else {
        end.complete(new ExecResult(result.status(), result.stdout(), result.stderr()));
      }
    } catch (RuntimeException e) {
      end.completeExceptionally(e); // or whoever asked would wait for ever
    }
    return end;
  }
}
