package dev.patchbay.qemu.ftgmac100;

/** Where the MAC is built in. */
public enum Variant {
  /** Faraday's own: the end of a ring is bit 15 of a descriptor's first word. */
  FARADAY(1 << 15),
  /** ASPEED AST2400: bit 30. */
  AST2400(1 << 30),
  /** ASPEED AST2500. */
  AST2500(1 << 30),
  /** ASPEED AST2600, which has its MDIO in a controller of its own ({@link AspeedMdio}). */
  AST2600(1 << 30);

  private final int endOfRing;

  Variant(int endOfRing) {
    this.endOfRing = endOfRing;
  }

  /** The bit of a descriptor's first word that sends the ring back to its base (EDOTR, EDORR). */
  int endOfRing() {
    return endOfRing;
  }
}
