package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.control.ControlModel.ExecResult;
import dev.patchbay.stack.admin.ip.IpCommand.Result;
import dev.patchbay.stack.loop.VirtualLoop;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How long a restore of sets holds the loop up. */
class IpsetWordTest {
  private final VirtualLoop loop = new VirtualLoop();
  private int lines;

  @Test
  void aLineThatTakesLongEndsTheTurn() {
    IpsetWord word =
        new IpsetWord(most -> {
          long until = System.nanoTime() + 2_000_000;
          while (System.nanoTime() < until) {
            Thread.onSpinWait();
          }
          lines += most;
          return lines == 3 ? new Result(0, "all", "") : null;
        });
    CompletableFuture<ExecResult> end = word.run(loop).toCompletableFuture();
    assertThat(lines).isEqualTo(1);
    assertThat(end).isNotDone();
    loop.runForMillis(1);
    assertThat(end).isCompletedWithValue(new ExecResult(0, "all", ""));
    assertThat(lines).isEqualTo(3);
  }
}
