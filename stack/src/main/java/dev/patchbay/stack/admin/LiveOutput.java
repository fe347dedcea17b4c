package dev.patchbay.stack.admin;

/** Who reads what a word tells as long as it runs. On the loop. */
public interface LiveOutput {
  /** Whether it has not read for so long that nothing more is worth to be told. */
  boolean isFull();

  /** Takes complete lines of standard output. */
  void out(String line);

  /** Takes a line of standard error. */
  void err(String line);
}
