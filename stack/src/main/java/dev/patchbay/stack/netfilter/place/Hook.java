package dev.patchbay.stack.netfilter.place;

/** Where packets are looked at ({@code enum nf_inet_hooks}). */
public enum Hook {
  /** All that came in, before it is routed. */
  PREROUTING,
  /** What is for us. */
  INPUT,
  /** What goes on to others, after it was routed. */
  FORWARD,
  /** What was made here. */
  OUTPUT,
  /** All that leaves, before it is cut into fragments. */
  POSTROUTING;

  /** How many there are. */
  public static final int COUNT = values().length;
}
