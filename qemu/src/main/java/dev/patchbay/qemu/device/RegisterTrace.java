package dev.patchbay.qemu.device;

import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sees each access to a device's registers. */
@FunctionalInterface
public interface RegisterTrace {
  /**
   * An access, after a read and before a write has its effects.
   *
   * @param write whether the guest stores
   * @param register null where there is none
   * @param value what the guest gets or gives, in the low bits
   */
  void access(boolean write, @Nullable Register register, int offset, int width, int value);

  /** Sees nothing, and costs nothing. */
  RegisterTrace NONE = (write, register, offset, width, value) -> {};

  /** Gives lines for people, as {@code R 50 MACCR=0x3 RXDMA_EN|TXDMA_EN}. */
  static RegisterTrace lines(Consumer<String> to) {
    return (write, register, offset, width, value) -> {
      String text =
          register == null
              ? "?=0x" + Integer.toHexString(value)
              : width == 4
                  ? register.describe(value)
                  : register.name() + "." + width + "=0x" + Integer.toHexString(value);
      to.accept(String.format(Locale.ROOT, "%s %02x %s", write ? "W" : "R", offset, text));
    };
  }
}
