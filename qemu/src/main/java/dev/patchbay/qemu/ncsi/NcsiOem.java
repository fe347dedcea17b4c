package dev.patchbay.qemu.ncsi;

/**
 * OEM commands (type 0x50). Offsets are from the command's payload, whose first four bytes are the
 * manufacturer's IANA number; the layouts are those that Linux and U-Boot send and read
 * (net/ncsi/ncsi-manage.c, ncsi-rsp.c).
 */
final class NcsiOem {
  private static final int IANA = 4;

  // Mellanox: revision, command, parameter, reserved; then data.
  private static final int MLX_GET_MAC = 0x00;
  private static final int MLX_GET_MAC_PARAMETER = 0x1b;
  private static final int MLX_SET_AFFINITY = 0x01;
  private static final int MLX_SET_AFFINITY_PARAMETER = 0x07;
  private static final int MLX_AFFINITY_MAC = 8;

  // Broadcom: version, command, length; then data.
  private static final int BCM_GET_MAC = 0x01;

  /** Bytes behind Broadcom's command header: 24 of other addresses, 6 of the MAC, 2 of padding. */
  private static final int BCM_DATA = 32;

  private static final int INTEL_GET_MAC = 0x06;
  private static final int INTEL_KEEP_PHY = 0x20;

  private NcsiOem() {}

  /**
   * Carries out one command and writes the answer, error or not.
   *
   * @param length of the payload in bytes, all within the frame
   * @return the result written
   */
  static int execute(
      NcsiConfig config, NcsiChannel channel, byte[] frame, int at, int length, NcsiReply reply) {
    int iana = config.vendor().iana();
    int result;
    if (length < IANA + 1) {
      result = NcsiCode.INVALID_LENGTH;
    } else if (iana == 0 || NcsiWire.u32(frame, at) != iana) {
      result = NcsiCode.UNKNOWN_COMMAND;
    } else {
      result =
          switch (config.vendor()) {
            case MELLANOX -> mellanox(config, channel, frame, at, length, reply);
            case BROADCOM -> broadcom(config, frame, at, length, reply);
            case INTEL -> intel(config, channel, frame, at, length, reply);
            case NONE -> NcsiCode.UNKNOWN_COMMAND;
          };
    }
    if (result != NcsiCode.COMPLETED) {
      reply.result(result);
    }
    return result;
  }

  private static int mellanox(
      NcsiConfig config, NcsiChannel channel, byte[] frame, int at, int length, NcsiReply reply) {
    if (length < IANA + 4) {
      return NcsiCode.INVALID_LENGTH;
    }
    int command = NcsiWire.u8(frame, at + IANA + 1);
    int parameter = NcsiWire.u8(frame, at + IANA + 2);
    if (command == MLX_GET_MAC && parameter == MLX_GET_MAC_PARAMETER) {
      if (config.mac() == NcsiConfig.NO_MAC) {
        return NcsiCode.INFORMATION_NOT_AVAILABLE;
      }
      mellanoxHeader(command, parameter, reply);
      reply.put32(0);
      reply.putMac(config.mac());
      reply.put16(0);
      return NcsiCode.COMPLETED;
    }
    if (command == MLX_SET_AFFINITY && parameter == MLX_SET_AFFINITY_PARAMETER) {
      if (length < MLX_AFFINITY_MAC + 6) {
        return NcsiCode.INVALID_LENGTH;
      }
      channel.affinity = NcsiWire.u48(frame, at + MLX_AFFINITY_MAC);
      mellanoxHeader(command, parameter, reply);
      return NcsiCode.COMPLETED;
    }
    return NcsiCode.UNKNOWN_COMMAND;
  }

  private static void mellanoxHeader(int command, int parameter, NcsiReply reply) {
    reply.result(NcsiCode.COMPLETED);
    reply.put32(NcsiVendor.MELLANOX.iana());
    reply.put8(0);
    reply.put8(command);
    reply.put8(parameter);
    reply.put8(0);
  }

  private static int broadcom(
      NcsiConfig config, byte[] frame, int at, int length, NcsiReply reply) {
    if (length < IANA + 4) {
      return NcsiCode.INVALID_LENGTH;
    }
    if (NcsiWire.u8(frame, at + IANA + 1) != BCM_GET_MAC) {
      return NcsiCode.UNKNOWN_COMMAND;
    }
    if (config.mac() == NcsiConfig.NO_MAC) {
      return NcsiCode.INFORMATION_NOT_AVAILABLE;
    }
    reply.result(NcsiCode.COMPLETED);
    reply.put32(NcsiVendor.BROADCOM.iana());
    reply.put8(0);
    reply.put8(BCM_GET_MAC);
    reply.put16(BCM_DATA);
    for (int i = 0; i < 24; i += 4) {
      reply.put32(0);
    }
    reply.putMac(oneLess(config.mac()));
    reply.put16(0);
    return NcsiCode.COMPLETED;
  }

  private static int intel(
      NcsiConfig config, NcsiChannel channel, byte[] frame, int at, int length, NcsiReply reply) {
    int command = NcsiWire.u8(frame, at + IANA);
    if (command == INTEL_GET_MAC) {
      if (config.mac() == NcsiConfig.NO_MAC) {
        return NcsiCode.INFORMATION_NOT_AVAILABLE;
      }
      intelHeader(command, reply);
      reply.putMac(oneLess(config.mac()));
      return NcsiCode.COMPLETED;
    }
    if (command == INTEL_KEEP_PHY) {
      if (length < IANA + 3) {
        return NcsiCode.INVALID_LENGTH;
      }
      // Linux: one reserved byte, then the attribute "keep the link up".
      channel.keepPhy = (frame[at + IANA + 2] & 1) != 0;
      intelHeader(command, reply);
      return NcsiCode.COMPLETED;
    }
    return NcsiCode.UNKNOWN_COMMAND;
  }

  private static void intelHeader(int command, NcsiReply reply) {
    reply.result(NcsiCode.COMPLETED);
    reply.put32(NcsiVendor.INTEL.iana());
    reply.put8(command);
  }

  /** Linux takes the host's address plus one for the BMC with these vendors. */
  private static long oneLess(long mac) {
    return mac - 1 & 0xffff_ffff_ffffL;
  }
}
