package dev.patchbay.stack.bridge;

import java.util.Locale;

/** The state of a bridge port (IEEE 802.1D section 8.4), in the order of Linux's numbers. */
public enum PortState {
  DISABLED,
  LISTENING,
  LEARNING,
  FORWARDING,
  BLOCKING;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The word of {@code bridge link}. */
  public String text() {
    return text;
  }
}
