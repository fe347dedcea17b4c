package dev.patchbay.backend.sys;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;

/**
 * Signals that are to do something else than to end the process.
 *
 * <p>The JDK has a way to hear of signals on a thread of its own, {@code sun.misc.Signal} of the
 * exported module jdk.unsupported; a handler set by sigaction(2) would have to be safe within any
 * instruction, which Java code is not. It is called by reflection since javac warns of any mention
 * of it, and that warning cannot be switched off.
 */
public final class ProcessSignal {
  private ProcessSignal() {}

  /**
   * Calls {@code action} on a thread of its own each time the process gets the signal; what comes
   * meanwhile may be joined into one call. A signal that was ignored when the process began
   * (nohup(1)) stays ignored.
   *
   * @param name without {@code SIG}, as in {@code HUP}
   * @return false where this JVM has no such way, or keeps that signal for itself
   */
  public static boolean handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.publicLookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      Object proxy =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      Object number = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, number, proxy);
      return true;
    } catch (InvocationTargetException e) {
      return false; // IllegalArgumentException: the JVM's own
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
