package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.sys.Descendants;
import java.io.BufferedReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How what a command has started ends with the daemon, on real processes. */
@Timeout(60)
class CommandTreeTest {
  private static final int PATIENCE = 30;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void leaveNoProcess() {
    started.forEach(process -> {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    });
  }

  private Process shell(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(process);
    return process;
  }

  /** One that SIGTERM does not end; it has said so when this returns. */
  private Process deaf() throws Exception {
    Process process = shell("trap '' TERM; echo deaf; exec sleep 1000");
    assertThat(process.inputReader().readLine()).isEqualTo("deaf");
    return process;
  }

  private static Supplier<List<ProcessHandle>> living(Process... processes) {
    return () ->
        List.of(processes).stream().map(Process::toHandle).filter(ProcessHandle::isAlive).toList();
  }

  private static void ends(Process process) throws Exception {
    assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aClosingThatFailsLeavesNoProcess() throws Exception {
    Process deaf = deaf();
    CommandTree tree = new CommandTree(deaf, living(deaf));
    Runnable closing =
        () -> {
          throw new IllegalStateException("a closing that fails");
        };
    assertThatThrownBy(() -> tree.endBeside(false, closing)).hasMessage("a closing that fails");
    assertThat(deaf.isAlive()).isFalse();
    assertThat(deaf.exitValue()).as("128 and SIGKILL").isEqualTo(137);
  }

  @Test
  void aClosingThatHangsHoldsUpNoKilling() throws Exception {
    Process deaf = deaf();
    Process meek = shell("exec sleep 1000");
    CommandTree tree = new CommandTree(deaf, living(deaf, meek));
    List<Integer> statuses = new ArrayList<>();
    tree.endBeside(
        false,
        () -> {
          try {
            for (Process process : List.of(meek, deaf)) {
              ends(process);
              statuses.add(process.exitValue());
            }
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertThat(statuses).as("SIGTERM, SIGKILL").containsExactly(143, 137);
  }

  /** A process of a command that has ended, once the daemon has ended, too. */
  private Process leftBy(int status, boolean asked) throws Exception {
    Process command = shell("exit " + status);
    Process left = shell("exec sleep 1000");
    ends(command);
    new CommandTree(command, living(left)).endBeside(asked, () -> {});
    return left;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 128, 193, 255})
  void aStatusOfItsOwnLeavesTheRestAlone(int status) throws Exception {
    assertThat(leftBy(status, false).waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void butNotWhereASignalToUsAskedForTheEnd(int status) throws Exception {
    ends(leftBy(status, true));
  }

  @ParameterizedTest
  @ValueSource(ints = {129, 130, 143, 192})
  void aStatusOfASignalEndsTheRest(int status) throws Exception {
    ends(leftBy(status, false));
  }

  /** A process appears in the list once another was killed: forked before, not seen until now. */
  @Test
  void whatWasForkedBesideTheKillingIsKilledToo() throws Exception {
    Process first = deaf();
    Queue<Process> unseen = new ArrayDeque<>(List.of(deaf(), deaf()));
    List<Process> seen = new ArrayList<>(List.of(first));
    Supplier<List<ProcessHandle>> living =
        () -> {
          if (!seen.getLast().isAlive() && !unseen.isEmpty()) {
            seen.add(unseen.remove());
          }
          return living(seen.toArray(new Process[0])).get();
        };
    new CommandTree(first, living).endBeside(false, () -> {});
    assertThat(unseen).isEmpty();
    assertThat(seen).hasSize(3).noneMatch(Process::isAlive);
  }

  @Test
  void aZombieOfALivingParentDoesNotLive() throws Exception {
    Process parent = shell("sleep 0.1 & echo $!; exec sleep 1000");
    BufferedReader words = parent.inputReader();
    long child = Long.parseLong(words.readLine());
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (Descendants.living(parent.pid()).stream().anyMatch(p -> p.pid() == child)) {
      if (System.nanoTime() > patience) {
        throw new TimeoutException("the zombie is counted as living");
      }
      Thread.sleep(10);
    }
    assertThat(ProcessHandle.of(child)).as("not reaped").isPresent();
    assertThat(Descendants.living(parent.pid())).contains(parent.toHandle());
  }
}
