package dev.patchbay.qemu.ftgmac100;

/**
 * Where QEMU's ftgmac100 differs from the data sheet, as Linux's driver, Faraday's own model and
 * IEEE 802.3 tell it. The profile {@code datasheet} has none of them.
 */
public enum Difference {
  /** INS_VLANTAG inserts only the low 8 bits of the tag. */
  VLAN_TAG_CUT(
      "INS_VLANTAG puts only the low 8 bits of the tag into the frame: VLAN 300 goes out as 44",
      "txdes1 bits 15:0 in Linux's ftgmac100.h; seen in 7.2, right in 11.1"),
  /** The FCS in the receive buffer is not the frame's. */
  WRONG_FCS(
      "the 4 bytes after a received frame are a CRC with another initial value",
      "IEEE 802.3 section 3.2.9; seen in 7.2 and 11.1"),
  /** QEMU before 8 computes that CRC over bytes behind the frame, too. */
  FCS_READS_BEYOND(
      "the CRC is computed over 4 bytes behind the frame, too, whose values are not defined",
      "seen in 7.2"),
  /** A removed tag leaves the length as it was. */
  VLAN_REMOVAL_KEEPS_LENGTH(
      "RM_VLAN takes the tag out of the buffer, but VDBC still counts it, and 4 stale bytes stand"
          + " before the FCS",
      "Linux's ftgmac100_rx_packet (its remark on runts with tags); seen in 7.2 and 11.1"),
  /** Frames take one buffer. */
  ONE_BUFFER(
      "of a frame that is longer than RBSR the first buffer is filled, without RPKT_BUF and without"
          + " going on in the ring; the rest is lost",
      "FRS and LRS of rxdes0 in Linux's ftgmac100.h; seen in 7.2 and 11.1"),
  /** Descriptor lengths are or-ed. */
  LENGTH_ORED(
      "VDBC and the status bits are or-ed into what the descriptor held",
      "a field of the hardware is written; seen in 7.2 and 11.1"),
  /** Interrupt mitigation is only stored. */
  NO_MITIGATION("ITC is stored and does nothing", "Linux's ftgmac100_init_hw; seen in 7.2, 11.1"),
  /** No automatic polling. */
  NO_POLLING(
      "APTC is stored, reads 0 and does nothing: a full ring stalls until the guest writes RXPD,"
          + " NPTXPD or MACCR",
      "Linux's ftgmac100_init_hw relies on it; seen in 7.2 and 11.1"),
  /** Nothing is lost on purpose. */
  NO_FIFO(
      "there is no receive FIFO: frames wait outside of the card, RPKT_LOST and NO_RXBUF are"
          + " never raised",
      "FEAR bits 2:0 in Linux's ftgmac100_init_hw; seen in 7.2 and 11.1"),
  /** No checksum bits. */
  NO_RX_CHECKSUM(
      "PROT and the checksum error bits of received frames are 0",
      "rxdes1 in Linux's ftgmac100.h; seen in 7.2 and 11.1"),
  /** Short frames are ordinary. */
  NO_RUNTS(
      "short frames are received whatever RX_RUNT says, and RUNT is never set",
      "MACCR bit 12 and rxdes0 bit 21 in Linux's ftgmac100.h; seen in 7.2 and 11.1"),
  /** QEMU before 8 drops what is no frame. */
  TINY_DROPPED("frames shorter than 10 bytes are dropped", "seen in 7.2, not in 11.1"),
  /** No loopback. */
  NO_LOOPBACK("LOOP_EN does nothing", "MACCR bit 6, Faraday's model; seen in 7.2 and 11.1"),
  /** The FCS is always right. */
  CRC_APD_IGNORED(
      "the FCS is appended (that is, left out of the netdev) whatever CRC_APD says",
      "MACCR bit 10 in Linux's ftgmac100.h; seen in 7.2 and 11.1"),
  /** No pause frames. */
  NO_FLOW_CONTROL(
      "FCR is stored; pause frames are frames like others",
      "Linux's ftgmac100_config_pause; seen in 7.2 and 11.1"),
  /** One transmit ring. */
  NO_HIGH_PRIORITY(
      "HPTXPD, HPTXR_BADR and HPTXR_EN do nothing", "Faraday's model; seen in 7.2 and 11.1"),
  /** Registers that are not there. */
  REGISTERS_MISSING(
      "MACSR, TM, DMAFIFOS, BPR, WOL, the ring pointers and all counters read 0; FEAR and RBSR read"
          + " 0; other registers keep all 32 bits",
      "Linux's ftgmac100.h, Faraday's model; seen in 7.2 and 11.1"),
  /** Other values after a reset. */
  RESET_VALUES(
      "after a reset DBLAC is 22f00, FCR 400, REVR 0",
      "Faraday's model: 22f72, 0, 600; seen in 7.2 and 11.1"),
  /** Words only. */
  WORDS_ONLY("accesses of 1 and 2 bytes do nothing", "AHB; seen in 7.2 and 11.1"),
  /** Registers repeat. */
  REGISTERS_REPEAT("the registers repeat every 256 bytes of the region", "seen in 7.2, not 11.1"),
  /** Bases are refused. */
  UNALIGNED_BASE_REFUSED(
      "a ring base that is not a multiple of 16 is not taken at all",
      "the low bits of a base are not there; seen in 7.2 and 11.1"),
  /** The reset reaches further. */
  RESET_REACHES_PHY(
      "SW_RST resets the PHY, link included, and leaves the MAC address",
      "Linux's ftgmac100_reset_mac (\"reset clears all registers\"); seen in 7.2 and 11.1"),
  /** Frames are lost and sent. */
  LOST_FRAMES_SENT(
      "a frame to send raises XPKT_LOST and is sent: cut where it is longer than 9220 bytes,"
          + " without the tag to be inserted where it is shorter than 14",
      "a lost packet is not sent; seen in 7.2 and 11.1"),
  /** A frame does not outlive the ring. */
  FRAME_ENDS_WITH_RING(
      "what was gathered of a frame is forgotten where the ring has no descriptor with LTS yet",
      "a FIFO keeps it; seen in 7.2 and 11.1"),
  /** Checksums of packets with options. */
  CHECKSUM_IGNORES_OPTIONS(
      "TCP and UDP checksums are put where they are in a packet without IP options",
      "RFC 791 section 3.1; seen in 7.2 and 11.1"),
  /** PHYDATA is one. */
  PHYDATA_CLEARED(
      "a write to PHYDATA clears MIIRDATA, what was read last, and a read by MDIO MIIWDATA",
      "MIIRDATA and MIIWDATA are two fields; seen in 7.2 and 11.1"),
  /** The PHY is everywhere. */
  PHY_EVERYWHERE(
      "the PHY answers at all 32 addresses", "IEEE 802.3 section 22.2.4.5.5; seen in 7.2 and 11.1");

  private final String text;
  private final String source;

  Difference(String text, String source) {
    this.text = text;
    this.source = source;
  }

  /** What QEMU does. */
  public String text() {
    return text;
  }

  /** Who says otherwise, and where QEMU was seen. */
  public String source() {
    return source;
  }
}
