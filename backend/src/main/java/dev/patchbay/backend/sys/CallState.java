package dev.patchbay.backend.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What one thread needs around a system call: where the linker puts errno, and a small scratch area
 * for arguments passed by pointer. Kept per thread, so that calls from a loop, a test and a
 * start-up thread never share it, and allocated once, so that a call allocates nothing.
 */
final class CallState {
  /**
   * Bytes of {@link #area}: enough for a path of PATH_MAX and for every option structure used here.
   */
  static final int AREA_BYTES = 4352;

  /**
   * Offset in {@link #area} of the value-result lengths (socklen_t), clear of what stands at offset
   * 0.
   */
  static final int LENGTH_AT = 4224;

  /** Bytes at {@link #errnoAddress}. */
  static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();

  /**
   * All memory, of which each call cuts where the linker is to leave errno. A constant, since the
   * linker cuts that segment once more: only where the compiler knows the class of a segment
   * without having to guess it from a profile is every such cut free of an object, in every
   * process. And cut where the call is made, since a method for it need not be inlined.
   */
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ThreadLocal<CallState> CURRENT = ThreadLocal.withInitial(CallState::new);

  private final MemorySegment captured;
  final long errnoAddress;
  final MemorySegment area;
  final long address;

  private CallState() {
    // the arena lives as long as its segments are reachable, that is, as long as the thread
    Arena arena = Arena.ofAuto();
    captured = arena.allocate(Linker.Option.captureStateLayout());
    errnoAddress = captured.address();
    area = arena.allocate(AREA_BYTES, 16);
    address = area.address();
  }

  static CallState get() {
    return CURRENT.get();
  }

  /** The errno of the last failed call of this thread, above 0. */
  int code() {
    return captured.get(ValueLayout.JAVA_INT, 0);
  }

  /**
   * Writes a C string at offset 0. Returns its address, or 0 where it has a NUL or is longer than
   * PATH_MAX.
   */
  long string(String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    if (bytes.length >= 4096 || text.indexOf('\0') >= 0) {
      return 0;
    }
    MemorySegment.copy(bytes, 0, area, ValueLayout.JAVA_BYTE, 0, bytes.length);
    area.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return address;
  }
}
