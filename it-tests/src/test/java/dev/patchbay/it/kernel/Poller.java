package dev.patchbay.it.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** ppoll(2) on two descriptors with a time-out in ns; one thread. */
final class Poller implements AutoCloseable {
  private static final int POLLIN = 1;
  private static final int SCHED_FIFO = 1;

  /** Offsets in the memory of the call: two struct pollfd of 8 bytes, a struct timespec. */
  private static final int TIME_AT = 16;

  private static final int BYTES = 32;

  private static final MethodHandle PPOLL =
      bind(
          "ppoll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
  private static final MethodHandle SCHED_SETSCHEDULER =
      bind(
          "sched_setscheduler",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS));

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment area = arena.allocate(BYTES, 8);
  private final MemorySegment time = area.asSlice(TIME_AT);

  Poller(int first, int second) {
    area.set(ValueLayout.JAVA_INT, 0, first);
    area.set(ValueLayout.JAVA_SHORT, 4, (short) POLLIN);
    area.set(ValueLayout.JAVA_INT, 8, second);
    area.set(ValueLayout.JAVA_SHORT, 12, (short) POLLIN);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bind(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
  }

  /** Waits until one of them can be read, at most {@code ns}, below a second. */
  void await(long ns) {
    time.set(ValueLayout.JAVA_LONG, 0, 0);
    time.set(ValueLayout.JAVA_LONG, 8, ns);
    try {
      int ignored = (int) PPOLL.invokeExact(area, 2L, time, MemorySegment.NULL);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts the calling thread before all ordinary ones; root. */
  static void beFirst() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment priority = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      int result = (int) SCHED_SETSCHEDULER.invokeExact(0, SCHED_FIFO, priority);
      if (result != 0) {
        throw new IllegalStateException("sched_setscheduler failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
