package dev.patchbay.qemu.ncsi;

import org.jspecify.annotations.Nullable;

/**
 * The commands that are known, with type and payload length in bytes (DSP0222, table of command
 * types).
 */
enum NcsiCommand {
  CLEAR_INITIAL_STATE(0x00, 0, "Clear Initial State"),
  SELECT_PACKAGE(0x01, 4, "Select Package"),
  DESELECT_PACKAGE(0x02, 0, "Deselect Package"),
  ENABLE_CHANNEL(0x03, 0, "Enable Channel"),
  DISABLE_CHANNEL(0x04, 4, "Disable Channel"),
  RESET_CHANNEL(0x05, 4, "Reset Channel"),
  ENABLE_TX(0x06, 0, "Enable Channel Network TX"),
  DISABLE_TX(0x07, 0, "Disable Channel Network TX"),
  AEN_ENABLE(0x08, 8, "AEN Enable"),
  SET_LINK(0x09, 8, "Set Link"),
  GET_LINK_STATUS(0x0a, 0, "Get Link Status"),
  SET_VLAN_FILTER(0x0b, 8, "Set VLAN Filter"),
  ENABLE_VLAN(0x0c, 4, "Enable VLAN"),
  DISABLE_VLAN(0x0d, 0, "Disable VLAN"),
  SET_MAC_ADDRESS(0x0e, 8, "Set MAC Address"),
  ENABLE_BROADCAST_FILTER(0x10, 4, "Enable Broadcast Filter"),
  DISABLE_BROADCAST_FILTER(0x11, 0, "Disable Broadcast Filter"),
  ENABLE_MULTICAST_FILTER(0x12, 4, "Enable Global Multicast Filter"),
  DISABLE_MULTICAST_FILTER(0x13, 0, "Disable Global Multicast Filter"),
  SET_FLOW_CONTROL(0x14, 4, "Set NC-SI Flow Control"),
  GET_VERSION_ID(0x15, 0, "Get Version ID"),
  GET_CAPABILITIES(0x16, 0, "Get Capabilities"),
  GET_PARAMETERS(0x17, 0, "Get Parameters"),
  GET_PACKET_STATISTICS(0x18, 0, "Get Controller Packet Statistics"),
  GET_NCSI_STATISTICS(0x19, 0, "Get NC-SI Statistics"),
  GET_PASS_THROUGH_STATISTICS(0x1a, 0, "Get NC-SI Pass-through Statistics"),
  GET_PACKAGE_STATUS(0x1b, 0, "Get Package Status"),
  OEM(0x50, NcsiCommand.ANY_LENGTH, "OEM Command"),
  GET_PACKAGE_UUID(0x52, 0, "Get Package UUID");

  /** The payload's length is the vendor's affair. */
  static final int ANY_LENGTH = -1;

  private static final @Nullable NcsiCommand[] BY_TYPE = new @Nullable NcsiCommand[256];

  static {
    for (NcsiCommand command : values()) {
      BY_TYPE[command.type] = command;
    }
  }

  private final int type;
  private final int payload;
  private final String title;

  NcsiCommand(int type, int payload, String title) {
    this.type = type;
    this.payload = payload;
    this.title = title;
  }

  /** The command of a type (0 to 255), or null where it is not supported. */
  static @Nullable NcsiCommand of(int type) {
    return BY_TYPE[type];
  }

  int type() {
    return type;
  }

  /** Length of the command's payload in bytes, or {@link #ANY_LENGTH}. */
  int payload() {
    return payload;
  }

  String title() {
    return title;
  }

  /** Whether it is about the package as a whole, whatever the channel bits say. */
  boolean ofPackage() {
    return switch (this) {
      case SELECT_PACKAGE, DESELECT_PACKAGE, GET_PACKAGE_STATUS, GET_PACKAGE_UUID -> true;
      default -> false;
    };
  }
}
