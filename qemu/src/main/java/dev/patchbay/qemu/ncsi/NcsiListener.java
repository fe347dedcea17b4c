package dev.patchbay.qemu.ncsi;

/** Is told when a guest's use of NC-SI changes; for events, not for the packet path. */
@FunctionalInterface
public interface NcsiListener {

  /** What has changed. */
  enum Change {
    /** Some channel is now enabled and may transmit; before none was. */
    CONFIGURED,
    /** No channel is enabled and may transmit any more. */
    UNCONFIGURED
  }

  /** Called after the answer has been sent. */
  void changed(Change what);

  /** Listens to nothing. */
  NcsiListener NONE = what -> {};
}
