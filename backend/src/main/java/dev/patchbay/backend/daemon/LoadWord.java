package dev.patchbay.backend.daemon;

import dev.patchbay.backend.cli.LoadHelp;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ShellWords;
import dev.patchbay.backend.control.ControlModel.ExecResult;
import dev.patchbay.stack.loop.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The word {@code load}: runs the lines of a script of words, as {@code save} prints them, one
 * after the other; a line whose first character but blanks is {@code #} is a comment. It ends at
 * the first that fails and says at which line; what the lines before have done stays, as with a
 * shell. On the loop, of which a long script takes a part of each turn only.
 */
final class LoadWord {
  private static final int USAGE = 2;

  /** Lines of one turn of the loop, of some tens of microseconds each. */
  private static final int LINES = 50;

  private final Function<List<String>, CompletionStage<ExecResult>> exec;
  private final EventLoop loop;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder said = new StringBuilder();
  private final Deque<String> lines = new ArrayDeque<>();
  private final CompletableFuture<ExecResult> end = new CompletableFuture<>();
  private String file = "";
  private int number;

  /**
   * @param exec runs the words of a line, in the namespace of the script
   */
  LoadWord(Function<List<String>, CompletionStage<ExecResult>> exec, EventLoop loop) {
    this.exec = exec;
    this.loop = loop;
  }

  /**
   * Runs a script.
   *
   * @param args the file's name, for messages
   * @param text its lines
   */
  CompletionStage<ExecResult> run(List<String> args, String text) {
    if (args.size() != 1) {
      String usage = "load: expected one FILE\n" + LoadHelp.TEXT;
      return CompletableFuture.completedStage(new ExecResult(USAGE, "", usage));
    }
    file = args.getFirst();
    text.lines().forEach(lines::add);
    turn();
    return end;
  }

  private void turn() {
    try {
      runLines();
    } catch (RuntimeException e) {
      end.completeExceptionally(e); // or whoever asked would wait for ever
    }
  }

  private void runLines() {
    for (int i = 0; i < LINES; i++) {
      String line = lines.poll();
      number++;
      if (line == null) {
        end.complete(new ExecResult(0, out.toString(), said.toString()));
        return;
      }
      if (!line.isBlank() && !line.stripLeading().startsWith("#") && !isDone(line)) {
        return;
      }
    }
    loop.execute(this::turn);
  }

  /** Runs a line; false where the script goes on later, or has ended. */
  private boolean isDone(String line) {
    List<String> words;
    try {
      words = ShellWords.split(line);
    } catch (ConfigException e) {
      fail(USAGE, e.getMessage() + "\n");
      return false;
    }
    CompletableFuture<ExecResult> result = exec.apply(words).toCompletableFuture();
    if (result.isDone()) {
      return isGood(result.join());
    }
    result.whenComplete((answer, failure) -> {
      if (failure != null) {
        end.completeExceptionally(failure);
      } else if (isGood(answer)) {
        loop.execute(this::turn);
      }
    });
    return false;
  }

  private boolean isGood(ExecResult result) {
    out.append(result.stdout());
    if (result.status() == 0) {
      said.append(result.stderr());
      return true;
    }
    fail(result.status(), result.stderr());
    return false;
  }

  private void fail(int status, String message) {
    said.append(file).append(':').append(number).append(": ");
    said.append(message.isEmpty() ? "status " + status + "\n" : message);
    end.complete(new ExecResult(status, out.toString(), said.toString()));
  }
}
