package dev.patchbay.qemu.ncsi;

/**
 * Response and reason codes (DSP0222, tables of response codes, standard and command-specific
 * reason codes). A result is one int: response code in the upper half, reason in the lower; 0 is
 * success.
 */
final class NcsiCode {
  static final int COMPLETED = 0;

  private static final int FAILED = 0x0001_0000;
  private static final int UNSUPPORTED = 0x0003_0000;

  static final int INITIALIZATION_REQUIRED = FAILED | 0x0001;
  static final int INVALID_PARAMETER = FAILED | 0x0002;
  static final int CHANNEL_NOT_READY = FAILED | 0x0003;
  static final int PACKAGE_NOT_READY = FAILED | 0x0004;
  static final int INVALID_LENGTH = FAILED | 0x0005;
  static final int INFORMATION_NOT_AVAILABLE = FAILED | 0x0006;
  static final int LINK_PARAMETER_CONFLICT = FAILED | 0x0903;
  static final int LINK_SPEED_CONFLICT = FAILED | 0x0905;
  static final int VLAN_TAG_INVALID = FAILED | 0x0b07;
  static final int MAC_ADDRESS_ZERO = FAILED | 0x0e08;
  static final int UNKNOWN_COMMAND = UNSUPPORTED | 0x7fff;

  private NcsiCode() {}
}
