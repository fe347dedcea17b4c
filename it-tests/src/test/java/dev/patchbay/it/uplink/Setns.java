package dev.patchbay.it.uplink;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.it.Netns;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Code of a test inside a network namespace: setns(2) in a thread of its own. A socket belongs to
 * the namespace of the thread that made it and can be used from any other afterwards.
 */
public final class Setns {
  private static final int CLONE_NEWNET = 0x4000_0000;

  @SuppressWarnings("restricted")
  private static final MethodHandle SETNS =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("setns"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Setns() {}

  /** Runs it there, for at most a minute. */
  public static <T> T call(Netns netns, Callable<T> action) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(() -> {
          enter(netns);
          return action.call();
        });
    // a virtual thread would take its carrier along
    Thread.ofPlatform().daemon().name("in " + netns.name()).start(task);
    return task.get(60, TimeUnit.SECONDS);
  }

  /** Takes the calling thread there, for good: a platform thread that does nothing else. */
  public static void enter(Netns netns) {
    int fd = Fd.open("/run/netns/" + netns.name(), Linux.O_RDONLY, 0);
    try {
      int result = (int) SETNS.invokeExact(fd, CLONE_NEWNET);
      if (result != 0) {
        throw new IllegalStateException("setns(" + netns.name() + ") failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      Fd.close(fd);
    }
  }
}
