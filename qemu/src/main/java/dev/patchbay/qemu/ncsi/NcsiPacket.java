package dev.patchbay.qemu.ncsi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One control packet taken apart, for captures, traces and tests; the answering of commands does
 * not use it.
 *
 * @param mcId management controller id, 0 to 255
 * @param iid instance id, 0 to 255 (0 in events)
 * @param type command type; with 0x80 set an answer; 0xff an event
 * @param packageId 0 to 7
 * @param channelId 0 to 31 (31: the package itself)
 * @param payload without padding and checksum; of an answer the first four bytes are response and
 *     reason code
 */
public record NcsiPacket(
    int mcId, int iid, int type, int packageId, int channelId, byte[] payload) {

  /** Copies the payload and checks the ranges of all else. */
  public NcsiPacket {
    if (((mcId | iid | type) & ~0xff) != 0
        || (packageId & ~7) != 0
        || (channelId & ~NcsiWire.CHANNEL_MASK) != 0
        || payload.length > NcsiWire.LENGTH_MASK) {
      throw new IllegalArgumentException("NC-SI packet: a field is out of range");
    }
    payload = payload.clone();
  }

  @Override
  public byte[] payload() {
    return payload.clone();
  }

  /**
   * The packet in an Ethernet frame, or null if there is none: too short, another EtherType or
   * revision, a payload longer than the frame, a checksum that is neither right nor 0.
   */
  public static @Nullable NcsiPacket parse(byte[] frame, int offset, int length) {
    int payload = check(frame, offset, length);
    if (payload < 0 || !checksumRight(frame, offset + NcsiWire.ETHERNET_HEADER, payload)) {
      return null;
    }
    int at = offset + NcsiWire.ETHERNET_HEADER;
    int wireId = NcsiWire.u8(frame, at + NcsiWire.AT_CHANNEL);
    return new NcsiPacket(
        NcsiWire.u8(frame, at + NcsiWire.AT_MC_ID),
        NcsiWire.u8(frame, at + NcsiWire.AT_IID),
        NcsiWire.u8(frame, at + NcsiWire.AT_TYPE),
        wireId >> NcsiWire.PACKAGE_SHIFT,
        wireId & NcsiWire.CHANNEL_MASK,
        Arrays.copyOfRange(frame, at + NcsiWire.HEADER, at + NcsiWire.HEADER + payload));
  }

  /** The whole Ethernet frame, broadcast to broadcast, padded to 60 bytes, checksum set. */
  public byte[] emit() {
    int covered = NcsiWire.HEADER + NcsiWire.aligned(payload.length);
    int length = NcsiWire.ETHERNET_HEADER + covered + NcsiWire.CHECKSUM;
    byte[] frame = new byte[Math.max(NcsiWire.MIN_FRAME, length)];
    int at = NcsiWire.ETHERNET_HEADER;
    Arrays.fill(frame, 0, 12, (byte) 0xff);
    NcsiWire.u16(frame, 12, NcsiWire.ETHER_TYPE);
    frame[at + NcsiWire.AT_MC_ID] = (byte) mcId;
    frame[at + NcsiWire.AT_REVISION] = NcsiWire.REVISION;
    frame[at + NcsiWire.AT_IID] = (byte) iid;
    frame[at + NcsiWire.AT_TYPE] = (byte) type;
    frame[at + NcsiWire.AT_CHANNEL] = (byte) (packageId << NcsiWire.PACKAGE_SHIFT | channelId);
    NcsiWire.u16(frame, at + NcsiWire.AT_LENGTH, payload.length);
    System.arraycopy(payload, 0, frame, at + NcsiWire.HEADER, payload.length);
    NcsiWire.u32(frame, at + covered, NcsiWire.checksum(frame, at, covered));
    return frame;
  }

  /** Response code of an answer, 0 for success; -1 if this is none. */
  public int responseCode() {
    return isAnswer() ? NcsiWire.u16(payload, 0) : -1;
  }

  /** Reason code of an answer; -1 if this is none. */
  public int reasonCode() {
    return isAnswer() ? NcsiWire.u16(payload, 2) : -1;
  }

  private boolean isAnswer() {
    return type != NcsiWire.AEN && (type & NcsiWire.RESPONSE) != 0 && payload.length >= 4;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NcsiPacket that
        && mcId == that.mcId
        && iid == that.iid
        && type == that.type
        && packageId == that.packageId
        && channelId == that.channelId
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(payload) * 31 + (iid << 16 | type << 8 | packageId << 5 | channelId);
  }

  /** One line: {@code NC-SI Get Link Status 0.1 iid 7, length 0}, answers with their codes. */
  @Override
  public String toString() {
    String where = " " + packageId + "." + channelId + " iid " + iid;
    if (type == NcsiWire.AEN) {
      int kind = payload.length >= 4 ? NcsiWire.u8(payload, 3) : -1;
      return "NC-SI AEN " + kind + where + ", length " + payload.length;
    }
    String name = title(type & ~NcsiWire.RESPONSE);
    if (!isAnswer()) {
      return "NC-SI " + name + where + ", length " + payload.length;
    }
    String result =
        responseCode() == 0 ? "ok" : String.format("code %d/0x%04x", responseCode(), reasonCode());
    return "NC-SI " + name + where + " " + result + ", length " + payload.length;
  }

  static String title(int type) {
    NcsiCommand command = NcsiCommand.of(type);
    return command != null ? command.title() : String.format("command 0x%02x", type);
  }

  /**
   * Length of the payload if header and lengths are right, else -1; the checksum is not looked at.
   */
  static int check(byte[] frame, int offset, int length) {
    int least = NcsiWire.ETHERNET_HEADER + NcsiWire.HEADER + NcsiWire.CHECKSUM;
    if (offset < 0 || length < least || length > frame.length - offset) {
      return -1;
    }
    int at = offset + NcsiWire.ETHERNET_HEADER;
    if (NcsiWire.u16(frame, offset + 12) != NcsiWire.ETHER_TYPE
        || frame[at + NcsiWire.AT_REVISION] != NcsiWire.REVISION) {
      return -1;
    }
    int payload = NcsiWire.u16(frame, at + NcsiWire.AT_LENGTH) & NcsiWire.LENGTH_MASK;
    return least + NcsiWire.aligned(payload) <= length ? payload : -1;
  }

  /** Whether the checksum is right, or 0: not computed by the sender. */
  static boolean checksumRight(byte[] frame, int at, int payload) {
    int covered = NcsiWire.HEADER + NcsiWire.aligned(payload);
    int sent = NcsiWire.u32(frame, at + covered);
    return sent == 0 || sent == NcsiWire.checksum(frame, at, covered);
  }
}
