package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.device.Register.readOnly;
import static dev.patchbay.qemu.device.Register.readWrite;
import static dev.patchbay.qemu.device.Register.status;
import static dev.patchbay.qemu.device.Register.writeOnly;

import dev.patchbay.qemu.device.Register;
import dev.patchbay.qemu.device.RegisterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Offsets, bits and tables of the registers, by the names of Linux's {@code ftgmac100.h}. Reset
 * values: Faraday's own model of 2012.
 */
public final class Ftgmac100Registers {
  public static final int ISR = 0x00;
  public static final int IER = 0x04;
  public static final int MAC_MADR = 0x08;
  public static final int MAC_LADR = 0x0c;
  public static final int MAHT0 = 0x10;
  public static final int MAHT1 = 0x14;
  public static final int NPTXPD = 0x18;
  public static final int RXPD = 0x1c;
  public static final int NPTXR_BADR = 0x20;
  public static final int RXR_BADR = 0x24;
  public static final int HPTXPD = 0x28;
  public static final int HPTXR_BADR = 0x2c;
  public static final int ITC = 0x30;
  public static final int APTC = 0x34;
  public static final int DBLAC = 0x38;
  public static final int DMAFIFOS = 0x3c;
  public static final int REVR = 0x40;
  public static final int FEAR = 0x44;
  public static final int TPAFCR = 0x48;
  public static final int RBSR = 0x4c;
  public static final int MACCR = 0x50;
  public static final int MACSR = 0x54;
  public static final int TM = 0x58;
  public static final int PHYCR = 0x60;
  public static final int PHYDATA = 0x64;
  public static final int FCR = 0x68;
  public static final int BPR = 0x6c;
  public static final int WOLCR = 0x70;
  public static final int WOLSR = 0x74;
  public static final int WFCRC = 0x78;
  public static final int WFBM1 = 0x80;
  public static final int WFBM2 = 0x84;
  public static final int WFBM3 = 0x88;
  public static final int WFBM4 = 0x8c;
  public static final int NPTXR_PTR = 0x90;
  public static final int HPTXR_PTR = 0x94;
  public static final int RXR_PTR = 0x98;
  public static final int TX = 0xa0;
  public static final int TX_MCOL_SCOL = 0xa4;
  public static final int TX_ECOL_FAIL = 0xa8;
  public static final int TX_LCOL_UND = 0xac;
  public static final int RX = 0xb0;
  public static final int RX_BC = 0xb4;
  public static final int RX_MC = 0xb8;
  public static final int RX_PF_AEP = 0xbc;
  public static final int RX_RUNT = 0xc0;
  public static final int RX_CRCER_FTL = 0xc4;
  public static final int RX_COL_LOST = 0xc8;

  static final int INT_RPKT_BUF = 1 << 0;
  static final int INT_RPKT_FIFO = 1 << 1;
  static final int INT_NO_RXBUF = 1 << 2;
  static final int INT_RPKT_LOST = 1 << 3;
  static final int INT_XPKT_ETH = 1 << 4;
  static final int INT_XPKT_FIFO = 1 << 5;
  static final int INT_NO_NPTXBUF = 1 << 6;
  static final int INT_XPKT_LOST = 1 << 7;
  static final int INT_AHB_ERR = 1 << 8;
  static final int INT_PHYSTS_CHG = 1 << 9;
  static final int INT_NO_HPTXBUF = 1 << 10;
  private static final int INT_ALL = 0x7ff;

  static final int MACCR_TXDMA_EN = 1 << 0;
  static final int MACCR_RXDMA_EN = 1 << 1;
  static final int MACCR_TXMAC_EN = 1 << 2;
  static final int MACCR_RXMAC_EN = 1 << 3;
  static final int MACCR_RM_VLAN = 1 << 4;
  static final int MACCR_HPTXR_EN = 1 << 5;
  static final int MACCR_LOOP_EN = 1 << 6;
  static final int MACCR_GIGA_MODE = 1 << 9;
  static final int MACCR_CRC_APD = 1 << 10;
  static final int MACCR_RX_RUNT = 1 << 12;
  static final int MACCR_JUMBO_LF = 1 << 13;
  static final int MACCR_RX_ALL = 1 << 14;
  static final int MACCR_HT_MULTI_EN = 1 << 15;
  static final int MACCR_RX_MULTIPKT = 1 << 16;
  static final int MACCR_RX_BROADPKT = 1 << 17;
  static final int MACCR_DISCARD_CRCERR = 1 << 18;
  static final int MACCR_FAST_MODE = 1 << 19;
  static final int MACCR_SW_RST = 1 << 31;

  static final int REVR_NEW_MDIO = 1 << 31;

  static final int FCR_FC_EN = 1 << 0;
  static final int FCR_FCTHR_EN = 1 << 2;

  /** Bytes of the region on an AST2400 and AST2500; the registers take the first 256. */
  static final int SIZE = 0x1000;

  private Ftgmac100Registers() {}

  /** The registers of the data sheet. */
  public static final RegisterTable DATASHEET = new RegisterTable(SIZE, datasheet());

  /** What QEMU has of them. */
  public static final RegisterTable QEMU = new RegisterTable(SIZE, qemu());

  private static List<Register> datasheet() {
    List<Register> all = new ArrayList<>();
    all.addAll(interruptsAndAddresses());
    all.addAll(rings());
    all.addAll(control());
    all.addAll(management());
    all.addAll(counters());
    return all;
  }

  private static Register interrupts(Register register) {
    return register
        .bit("NO_HPTXBUF", 10)
        .bit("PHYSTS_CHG", 9)
        .bit("AHB_ERR", 8)
        .bit("XPKT_LOST", 7)
        .bit("NO_NPTXBUF", 6)
        .bit("XPKT_FIFO", 5)
        .bit("XPKT_ETH", 4)
        .bit("RPKT_LOST", 3)
        .bit("NO_RXBUF", 2)
        .bit("RPKT_FIFO", 1)
        .bit("RPKT_BUF", 0);
  }

  private static List<Register> interruptsAndAddresses() {
    return List.of(
        interrupts(status("ISR", ISR, INT_ALL, "interrupt status")),
        interrupts(readWrite("IER", IER, INT_ALL, "interrupt enable")),
        readWrite("MAC_MADR", MAC_MADR, 0xffff, "MAC address, first 2 octets"),
        readWrite("MAC_LADR", MAC_LADR, -1, "MAC address, last 4 octets"),
        readWrite("MAHT0", MAHT0, -1, "multicast hash table, 0 to 31"),
        readWrite("MAHT1", MAHT1, -1, "multicast hash table, 32 to 63"));
  }

  private static List<Register> rings() {
    return List.of(
        writeOnly("NPTXPD", NPTXPD, "look for frames to send"),
        writeOnly("RXPD", RXPD, "look for receive buffers"),
        readWrite("NPTXR_BADR", NPTXR_BADR, -16, "transmit ring"),
        readWrite("RXR_BADR", RXR_BADR, -16, "receive ring"),
        writeOnly("HPTXPD", HPTXPD, "look for frames of high priority"),
        readWrite("HPTXR_BADR", HPTXR_BADR, -16, "transmit ring of high priority"),
        readWrite("ITC", ITC, 0xffff, "interrupt mitigation")
            .bit("TXINT_TIME_SEL", 15)
            .field("TXINT_THR", 14, 12)
            .field("TXINT_CNT", 11, 8)
            .bit("RXINT_TIME_SEL", 7)
            .field("RXINT_THR", 6, 4)
            .field("RXINT_CNT", 3, 0),
        readWrite("APTC", APTC, 0x1f1f, "automatic polling")
            .withReset(1)
            .bit("TXPOLL_TIME_SEL", 12)
            .field("TXPOLL_CNT", 11, 8)
            .bit("RXPOLL_TIME_SEL", 4)
            .field("RXPOLL_CNT", 3, 0),
        readWrite("DBLAC", DBLAC, 0x00ffff7f, "DMA burst length, descriptor sizes")
            .withReset(0x00022f72)
            .bit("IFG_INC", 23)
            .field("IFG_CNT", 22, 20)
            .field("TXDES_SIZE", 19, 16)
            .field("RXDES_SIZE", 15, 12)
            .field("TXBURST_SIZE", 11, 10)
            .field("RXBURST_SIZE", 9, 8)
            .bit("RX_THR_EN", 6)
            .field("RXFIFO_HTHR", 5, 3)
            .field("RXFIFO_LTHR", 2, 0),
        readOnly("DMAFIFOS", DMAFIFOS, -1, "DMA and FIFO state")
            .withReset(0x0c000000)
            .bit("TXFIFO_EMPTY", 27)
            .bit("RXFIFO_EMPTY", 26));
  }

  private static List<Register> control() {
    return List.of(
        readWrite("REVR", REVR, REVR_NEW_MDIO, "revision")
            .withMasks(-1, REVR_NEW_MDIO)
            .withReset(0x600)
            .bit("NEW_MDIO_INTERFACE", 31),
        readOnly("FEAR", FEAR, -1, "features")
            .withReset(0x1b)
            .field("TFIFO_RSIZE", 5, 3)
            .field("RFIFO_RSIZE", 2, 0),
        readWrite("TPAFCR", TPAFCR, 0x3f0000ff, "transmit priority, FIFO sizes")
            .withReset(0xf1)
            .field("TFIFO_SIZE", 29, 27)
            .field("RFIFO_SIZE", 26, 24),
        readWrite("RBSR", RBSR, 0x3ff8, "receive buffer size").withReset(0x640),
        maccr(),
        readOnly("MACSR", MACSR, -1, "MAC status"),
        readWrite("TM", TM, -1, "test mode"));
  }

  private static Register maccr() {
    return readWrite("MACCR", MACCR, 0x800fffff, "MAC control")
        .bit("SW_RST", 31)
        .bit("FAST_MODE", 19)
        .bit("DISCARD_CRCERR", 18)
        .bit("RX_BROADPKT", 17)
        .bit("RX_MULTIPKT", 16)
        .bit("HT_MULTI_EN", 15)
        .bit("RX_ALL", 14)
        .bit("JUMBO_LF", 13)
        .bit("RX_RUNT", 12)
        .bit("PHY_LINK_LEVEL", 11)
        .bit("CRC_APD", 10)
        .bit("GIGA_MODE", 9)
        .bit("FULLDUP", 8)
        .bit("ENRX_IN_HALFTX", 7)
        .bit("LOOP_EN", 6)
        .bit("HPTXR_EN", 5)
        .bit("RM_VLAN", 4)
        .bit("RXMAC_EN", 3)
        .bit("TXMAC_EN", 2)
        .bit("RXDMA_EN", 1)
        .bit("TXDMA_EN", 0);
  }

  private static List<Register> management() {
    return List.of(
        readWrite("PHYCR", PHYCR, -1, "MDIO: old interface, or new one (REVR)")
            .bit("MIIWR", 27)
            .bit("MIIRD", 26)
            .field("REGAD", 25, 21)
            .field("PHYAD", 20, 16)
            .field("MDC_CYCTHR", 5, 0),
        readWrite("PHYDATA", PHYDATA, 0xffff, "MDIO: data")
            .withMasks(-1, 0xffff)
            .field("MIIRDATA", 31, 16)
            .field("MIIWDATA", 15, 0),
        readWrite("FCR", FCR, -1, "flow control")
            .field("PAUSE_TIME", 31, 16)
            .bit("FCTHR_EN", 2)
            .bit("FC_EN", 0),
        readWrite("BPR", BPR, -1, "back pressure"),
        readWrite("WOLCR", WOLCR, -1, "wake-on-LAN control"),
        status("WOLSR", WOLSR, -1, "wake-on-LAN status"),
        readWrite("WFCRC", WFCRC, -1, "wake-up frame's CRC"),
        readWrite("WFBM1", WFBM1, -1, "wake-up frame's byte mask, 1st word"),
        readWrite("WFBM2", WFBM2, -1, "wake-up frame's byte mask, 2nd word"),
        readWrite("WFBM3", WFBM3, -1, "wake-up frame's byte mask, 3rd word"),
        readWrite("WFBM4", WFBM4, -1, "wake-up frame's byte mask, 4th word"),
        readOnly("NPTXR_PTR", NPTXR_PTR, -1, "transmit ring, next descriptor"),
        readOnly("HPTXR_PTR", HPTXR_PTR, -1, "high priority ring, next descriptor"),
        readOnly("RXR_PTR", RXR_PTR, -1, "receive ring, next descriptor"));
  }

  private static List<Register> counters() {
    return List.of(
        readOnly("TX", TX, -1, "frames sent"),
        readOnly("TX_MCOL_SCOL", TX_MCOL_SCOL, -1, "sent after several collisions, after one"),
        readOnly("TX_ECOL_FAIL", TX_ECOL_FAIL, -1, "excessive collisions, frames not sent")
            .field("ECOL", 31, 16)
            .field("FAIL", 15, 0),
        readOnly("TX_LCOL_UND", TX_LCOL_UND, -1, "late collisions, FIFO underruns"),
        readOnly("RX", RX, -1, "frames received"),
        readOnly("RX_BC", RX_BC, -1, "broadcast frames received"),
        readOnly("RX_MC", RX_MC, -1, "multicast frames received"),
        readOnly("RX_PF_AEP", RX_PF_AEP, -1, "pause frames, alignment errors")
            .field("PF", 31, 16)
            .field("AEP", 15, 0),
        readOnly("RX_RUNT", RX_RUNT, -1, "runts").field("RUNT", 15, 0),
        readOnly("RX_CRCER_FTL", RX_CRCER_FTL, -1, "wrong FCS, too long")
            .field("CRCER", 31, 16)
            .field("FTL", 15, 0),
        readOnly("RX_COL_LOST", RX_COL_LOST, -1, "collisions, lost for want of room in the FIFO")
            .field("COL", 31, 16)
            .field("LOST", 15, 0));
  }

  /** QEMU keeps most registers as 32 bits of storage, knows no others, and takes words only. */
  private static List<Register> qemu() {
    Set<Integer> storage =
        Set.of(IER, MAHT0, MAHT1, ITC, DBLAC, REVR, FEAR, TPAFCR, MACCR, PHYCR, FCR, MAC_LADR);
    Set<Integer> bases = Set.of(NPTXR_BADR, RXR_BADR);
    Set<Integer> hidden = Set.of(APTC, RBSR, NPTXPD, RXPD);
    Map<Integer, Integer> reset = Map.of(DBLAC, 0x22f00, REVR, 0, FEAR, 0, FCR, 0x400);
    List<Register> known = new ArrayList<>();
    for (Register one : datasheet()) {
      Register qemu = null;
      if (one.offset() == ISR || one.offset() == MAC_MADR || one.offset() == PHYDATA) {
        qemu = one;
      } else if (storage.contains(one.offset()) || bases.contains(one.offset())) {
        qemu = one.withMasks(-1, -1);
      } else if (hidden.contains(one.offset())) {
        qemu = one.withMasks(0, -1);
      }
      if (qemu != null) {
        int first = reset.getOrDefault(one.offset(), one.reset());
        known.add(qemu.withReset(first).withNarrowest(4));
      }
    }
    return known;
  }
}
