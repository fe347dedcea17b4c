package dev.patchbay.stack.classifier;

import org.jspecify.annotations.Nullable;

/** The kinds of filters, by Linux's names. */
public enum FilterKind {
  MATCHALL("matchall"),
  U32("u32"),
  FLOWER("flower"),
  FW("fw");

  private final String text;

  FilterKind(String text) {
    this.text = text;
  }

  /** Linux's name. */
  public String text() {
    return text;
  }

  /** The kind of that name, or null. */
  public static @Nullable FilterKind of(String name) {
    for (FilterKind kind : values()) {
      if (kind.text.equals(name)) {
        return kind;
      }
    }
    return null;
  }
}
