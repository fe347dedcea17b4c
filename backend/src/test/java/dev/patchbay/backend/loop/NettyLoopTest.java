package dev.patchbay.backend.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class NettyLoopTest {
  private final NettyLoop loop = new NettyLoop("loop-test");

  @AfterEach
  void end() {
    loop.close();
  }

  @Test
  void theEndOfATurnRunsDeferredWorkThenFlushes() throws Exception {
    CompletableFuture<List<String>> done = new CompletableFuture<>();
    List<String> order = new ArrayList<>();
    TurnTask flush =
        TurnTask.of(() -> {
          order.add("flush");
          done.complete(order);
        });
    TurnTask deferred = TurnTask.of(() -> order.add("deferred"));
    loop.execute(() -> {
      loop.atFlush(flush);
      loop.atFlush(flush);
      loop.atEndOfTurn(deferred);
      order.add("task");
    });
    assertThat(done.get()).containsExactly("task", "deferred", "flush");
  }

  @Test
  void tasksThatBringTasksDoNotKeepCablesWaiting() throws Exception {
    CompletableFuture<Integer> ran = new CompletableFuture<>();
    loop.execute(
        new Runnable() {
          private int count;

          @Override
          public void run() {
            if (count++ == 0) {
              // runs in the next round, that is, once descriptors were looked at
              loop.netty().schedule(() -> ran.complete(count), 0, TimeUnit.NANOSECONDS);
            }
            long end = System.nanoTime() + 200_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            if (!ran.isDone()) {
              loop.execute(this);
            }
          }
        });
    // of Netty's default, a second, there would be thousands
    assertThat(ran.get()).isLessThanOrEqualTo(64);
  }

  @Test
  void timersExpireInOrderAndNotEarly() throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    List<Integer> order = new ArrayList<>();
    List<Long> late = new ArrayList<>();
    loop.execute(() -> {
      long start = loop.now();
      for (int ms : new int[] {30, 10, 20}) {
        Timer timer =
            loop.timer(() -> {
              order.add(ms);
              late.add(loop.now() - start - ms * 1_000_000L);
              if (order.size() == 3) {
                done.complete(null);
              }
            });
        timer.arm(start + ms * 1_000_000L);
      }
    });
    done.get(10, TimeUnit.SECONDS);
    assertThat(order).containsExactly(10, 20, 30);
    assertThat(late).allMatch(n -> n >= 0);
  }

  @Test
  void aFailingTimerDoesNotStopTheLoop() throws Exception {
    CompletableFuture<Long> done = new CompletableFuture<>();
    loop.execute(() -> {
      loop.timer(
              () -> {
                throw new IllegalStateException("wanted by the test");
              })
          .arm(loop.now());
      loop.timer(() -> done.complete(loop.failures())).arm(loop.now() + 5_000_000);
    });
    assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void anIdleLoopHasNoTurns() throws Exception {
    loop.submit(loop::turns).get();
    long before = loop.submit(loop::turns).get();
    CompletableFuture<Long> after = new CompletableFuture<>();
    loop.execute(() -> loop.timer(() -> after.complete(loop.turns())).arm(loop.now() + 50_000_000));
    // the task's own turn, and that of the submit
    assertThat(after.get(10, TimeUnit.SECONDS) - before).isLessThanOrEqualTo(3);
  }
}
