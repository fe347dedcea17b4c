package dev.patchbay.stack.netfilter.log;

/** Takes the lines of LOG, on the loop's thread. */
@FunctionalInterface
public interface LogSink {
  /**
   * A line.
   *
   * @param level as syslog has it, 0 (emergency) to 7 (debug)
   * @param text ASCII but for what a prefix has, without a line feed; valid during the call
   * @param length bytes of it
   */
  void line(int level, byte[] text, int length);
}
