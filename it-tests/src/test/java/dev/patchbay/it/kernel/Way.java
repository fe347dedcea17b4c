package dev.patchbay.it.kernel;

/** Who sends to whom. */
enum Way {
  /** What the others are held against. */
  KERNEL("kernel to kernel"),
  SENDING("ours to kernel"),
  RECEIVING("kernel to ours");

  private final String words;

  Way(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
