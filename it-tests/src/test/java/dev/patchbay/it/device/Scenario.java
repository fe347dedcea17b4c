package dev.patchbay.it.device;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.APTC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.DBLAC;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.IER;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.ISR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAHT0;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAHT1;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.PHYDATA;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RBSR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.REVR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_BADR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.ftgmac100.Difference;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.ftgmac100.Variant;
import dev.patchbay.qemu.phy.Mii;
import dev.patchbay.qemu.phy.Rtl8211e;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Random steps, each into both machines, compared after each. A seed gives the same steps. */
final class Scenario {
  private static final long TX_RING = Subject.RAM + 0x100000;
  private static final long RX_RING = TX_RING + 0x400;
  private static final long TX_BUFFERS = TX_RING + 0x1000;
  private static final long RX_BUFFERS = TX_RING + 0x10000;
  private static final int BUFFER = 0x800;
  private static final int RING = 8;
  private static final int END = 1 << 30;
  private static final int STEPS = 60;

  private final Subject qemu;
  private final Subject.Model model;
  private final Profile profile;
  private final Variant variant;
  private final List<String> log = new ArrayList<>();
  private final Map<String, Integer> covered = new TreeMap<>();
  private Random random = new Random(0);
  private int maccr;

  Scenario(Subject qemu, Subject.Model model, Profile profile, Variant variant) {
    this.qemu = qemu;
    this.variant = variant;
    this.model = model;
    this.profile = profile;
  }

  /** What was done how often. */
  String summary() {
    return covered.toString();
  }

  private void cover(String what) {
    covered.merge(what, 1, Integer::sum);
  }

  /** Fails where the steps never came to what they are there for. */
  void assertCovered() {
    assertThat(covered.keySet())
        .contains(
            "sent", "sent with tag", "received", "received in parts", "raise", "lower", "mdio")
        .contains("received over garbage", "link down", "tiny");
    if (variant == Variant.AST2600) {
      assertThat(covered.keySet()).contains("mdio controller");
    }
  }

  /** Runs the steps of one seed; returns how many. */
  int run(long seed) throws IOException, InterruptedException {
    random = new Random(seed);
    log.clear();
    log.add("seed " + seed);
    begin();
    for (int i = 0; i < STEPS; i++) {
      switch (random.nextInt(10)) {
        case 0 -> anyRegister();
        case 1 -> narrowAccess();
        case 2 -> management();
        case 3 -> control();
        case 4, 5, 6 -> transmit();
        default -> receive();
      }
      compare();
    }
    return STEPS;
  }

  /** What chance comes to seldom, one after the other. */
  void handWritten() throws IOException, InterruptedException {
    begin();
    tinyFrames();
    begin();
    all();
    write(NPTXR_BADR, (int) TX_RING + 4);
    write(RXR_BADR, (int) RX_RING + 8);
    write(DBLAC, 1 << 16 | 2 << 12);
    write(DBLAC, 2 << 16 | 1 << 12);
    all();
    for (int register = 0; register < 32; register++) {
      write(PHYCR, 1 << 26 | register << 21);
      same(PHYDATA);
    }
    // a ring, then a buffer, where no memory is
    write(NPTXR_BADR, 0x48000000);
    kick();
    write(NPTXR_BADR, (int) TX_RING);
    descriptor(0, 0xb0000000 | 60, 0, 0x48000000);
    kick();
    // longer than the MAC can, in three segments; then a short one with a tag, then nothing at all
    write(NPTXR_BADR, (int) TX_RING);
    descriptor(0, 0xa0000000 | 5000, 0, (int) TX_BUFFERS);
    descriptor(1, 0x80000000 | 4000, 0, (int) TX_BUFFERS);
    descriptor(2, 0x90000000 | 500, 1 << 16 | 0x612c, (int) TX_BUFFERS);
    descriptor(3, 0xb0000000 | 9220, 1 << 16 | 0x612c, (int) TX_BUFFERS);
    descriptor(4, 0xb0000000 | 12, 1 << 16 | 0x612c, (int) TX_BUFFERS);
    descriptor(5, 0xa0000000, 0, (int) TX_BUFFERS);
    descriptor(6, 0x90000000 | 64, 0, (int) TX_BUFFERS);
    kick();
    // a frame whose end comes after its begin was worked off
    write(NPTXR_BADR, (int) TX_RING);
    descriptor(0, 0xa0000000 | 60, 1 << 16 | 0x612c, (int) TX_BUFFERS);
    descriptor(1, 0, 0, 0);
    kick();
    descriptor(1, 0x90000000 | 70, 0, (int) TX_BUFFERS);
    kick();
    longFrames();
    write(PHYDATA, 0x0181);
    write(PHYCR, 1 << 27 | 4 << 21);
    write(MACCR, maccr | 1 << 9 | 1 << 31);
    all();
    write(PHYCR, 1 << 26 | 4 << 21);
    same(PHYDATA);
  }

  private void all() throws IOException {
    for (int offset = 0; offset < 0x100; offset += 4) {
      same(offset);
    }
    compare();
  }

  private void kick() throws IOException {
    write(NPTXPD, 1);
    compare();
  }

  private void descriptor(int index, int status, int flags, int buffer) throws IOException {
    long at = TX_RING + 16L * index;
    word(at + 4, flags);
    word(at + 12, buffer);
    word(at, status);
  }

  private void longFrames() throws IOException {
    write(RBSR, 0x3ff8);
    for (int jumbo = 0; jumbo < 2; jumbo++) {
      write(MACCR, maccr | jumbo << 13);
      for (int length : new int[] {1514, 1515, 1518, 1519, 9212, 9213, 9300}) {
        write(RXR_BADR, (int) RX_RING);
        word(RX_RING, 0);
        word(RX_RING + 12, (int) RX_BUFFERS);
        byte[] frame = frame();
        byte[] whole = new byte[length];
        System.arraycopy(frame, 0, whole, 0, 14);
        Arrays.fill(whole, 0, 6, (byte) -1);
        for (Subject one : List.of(qemu, model)) {
          one.bus().fillMemory(RX_BUFFERS, RING * BUFFER, 0xa5);
          one.arrive(whole);
        }
        compareReceived(16);
        compare();
      }
    }
  }

  private void begin() throws IOException {
    write(MACCR, 1 << 31);
    write(0x08, (int) (Subject.ADDRESS >> 32));
    write(0x0c, (int) Subject.ADDRESS);
    write(NPTXR_BADR, (int) TX_RING);
    write(RXR_BADR, (int) RX_RING);
    write(IER, 0x7ff);
    for (Subject one : List.of(qemu, model)) {
      one.bus().fillMemory(TX_RING, 0x20000, 0);
      one.bus().writeMemory(TX_BUFFERS, pattern());
      one.takeSent();
      one.bus().takeEdges();
    }
    maccr = 0xf | 1 << 17;
    write(MACCR, maccr);
  }

  private byte[] pattern() {
    byte[] bytes = new byte[RING * BUFFER];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private void write(int offset, int value) throws IOException {
    log.add(String.format("write %02x %08x", offset, value));
    qemu.register(offset, value);
    model.register(offset, value);
  }

  private void same(int offset) throws IOException {
    int expected = qemu.register(offset);
    int actual = model.register(offset);
    if (expected != actual) {
      fail(String.format("register %02x: QEMU %08x, model %08x", offset, expected, actual));
    }
  }

  private void fail(String text) {
    int from = Math.max(0, log.size() - 40);
    throw new AssertionError(text + "\n" + String.join("\n", log.subList(from, log.size())));
  }

  private void anyRegister() throws IOException {
    int offset = 4 * random.nextInt(64);
    if (offset == MACCR || offset == NPTXR_BADR || offset == RXR_BADR) {
      same(offset);
      return;
    }
    int value = random.nextInt(4) == 0 ? random.nextInt() : 1 << random.nextInt(32);
    if (offset == RBSR) {
      value = 64 + random.nextInt(0x700) & ~7;
    } else if (offset == PHYCR) {
      value &= ~(3 << 26);
    } else if (offset == DBLAC) {
      value = (2 + random.nextInt(3)) << 12 | (2 + random.nextInt(3)) << 16 | value & 0xfff;
      // a ring of another stride is another ring
      write(offset, value);
      write(NPTXR_BADR, (int) TX_RING);
      write(RXR_BADR, (int) RX_RING);
      return;
    } else if (offset == 0x08 || offset == 0x0c) {
      return;
    }
    write(offset, value);
    same(offset);
    cover("register");
  }

  private void narrowAccess() throws IOException {
    int offset = random.nextInt(256);
    int width = 1 + random.nextInt(2);
    offset &= -width;
    long at = Subject.MAC + offset;
    log.add("narrow " + offset + " " + width);
    long expected = qemu.bus().read(at, width);
    long actual = model.bus().read(at, width);
    if (expected != actual) {
      fail("narrow: QEMU " + expected + ", model " + actual);
    }
    qemu.bus().write(at, width, 0xff);
    model.bus().write(at, width, 0xff);
    same(random.nextInt(64) * 4);
    if (profile.differences().contains(Difference.REGISTERS_REPEAT)) {
      same(0x100 + 4 * random.nextInt(32));
    }
  }

  private void management() throws IOException, InterruptedException {
    if (random.nextInt(8) == 0) {
      cable();
    } else if (variant == Variant.AST2600 && random.nextBoolean()) {
      mdioController();
    } else {
      mdio();
    }
  }

  /** Accesses, a frame out and frames in while the cable is pulled. */
  private void cable() throws IOException, InterruptedException {
    carrier(false);
    mdio();
    transmit();
    compare();
    receive();
    compare();
    carrier(true);
    readPhy(Mii.BMSR);
    cover("link down");
  }

  private void carrier(boolean plugged) throws IOException, InterruptedException {
    log.add("carrier " + plugged);
    qemu.carrier(plugged);
    model.carrier(plugged);
    readPhy(Mii.BMSR);
    readPhy(Rtl8211e.INSR);
  }

  private void readPhy(int register) throws IOException {
    write(REVR, 0);
    write(PHYCR, 1 << 26 | register << 21);
    same(PHYDATA);
  }

  /** The AST2600's own way to the PHY. */
  private void mdioController() throws IOException {
    boolean store = random.nextInt(3) == 0;
    long command = 1L << 31 | 1 << 28 | (store ? 1 : 2) << 26 | random.nextInt(32) << 16;
    command |= store ? random.nextInt(0x10000) : 0;
    log.add(String.format("mdio %08x", command));
    for (Subject one : List.of(qemu, model)) {
      one.bus().write(Subject.MDIO, 4, command);
    }
    for (int offset = 0; offset < 8; offset += 4) {
      long expected = qemu.bus().read(Subject.MDIO + offset, 4);
      long actual = model.bus().read(Subject.MDIO + offset, 4);
      if (expected != actual) {
        fail(String.format("mdio %d: QEMU %08x, model %08x", offset, expected, actual));
      }
    }
    cover("mdio controller");
  }

  /**
   * Frames that end before their EtherType: QEMU before 8 drops them, later ones take what the
   * frame before has left behind for it, which here is no tag.
   */
  private void tinyFrames() throws IOException {
    for (int length : new int[] {60, 9, 60, 8, 60, 7, 60, 6}) {
      write(RXR_BADR, (int) RX_RING);
      word(RX_RING, 0);
      word(RX_RING + 12, (int) RX_BUFFERS);
      byte[] frame = new byte[length];
      Arrays.fill(frame, 0, 6, (byte) -1);
      for (Subject one : List.of(qemu, model)) {
        one.bus().fillMemory(RX_BUFFERS, RING * BUFFER, 0xa5);
        one.arrive(frame);
      }
      compareReceived(16);
      compare();
      cover(length < 10 ? "tiny" : "short");
    }
  }

  private void mdio() throws IOException {
    boolean isNew = random.nextBoolean();
    write(REVR, isNew ? 1 << 31 : 0);
    int phy = random.nextInt(32);
    int register = random.nextInt(32);
    boolean store = random.nextInt(3) == 0;
    int value = random.nextInt(0x10000);
    if (isNew) {
      int op = store ? 1 : 2;
      write(PHYCR, value << 16 | 1 << 15 | 1 << 12 | op << 10 | phy << 5 | register);
    } else {
      write(PHYDATA, value);
      write(PHYCR, (store ? 1 << 27 : 1 << 26) | register << 21 | phy << 16 | 0x20);
    }
    same(PHYCR);
    same(PHYDATA);
    cover("mdio");
  }

  private void control() throws IOException {
    maccr = 0xf;
    for (int bit : new int[] {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}) {
      maccr |= random.nextInt(3) == 0 ? 1 << bit : 0;
    }
    if (random.nextInt(10) == 0) {
      maccr &= ~(1 << random.nextInt(4));
    }
    write(MACCR, maccr);
    write(MAHT0, random.nextInt());
    write(MAHT1, random.nextInt());
    write(IER, random.nextInt(0x800));
    write(APTC, random.nextInt());
    write(RBSR, random.nextInt(3) == 0 ? 64 + 8 * random.nextInt(100) : 0x640);
    cover("control");
  }

  private void word(long at, int value) throws IOException {
    log.add(String.format("memory %08x %08x", at, value));
    qemu.bus().write(at, 4, value & 0xffffffffL);
    model.bus().write(at, 4, value & 0xffffffffL);
  }

  /** Fills the transmit ring from its start with one frame or several, and kicks. */
  private void transmit() throws IOException {
    write(NPTXR_BADR, (int) TX_RING);
    int stride = 8 * (model.register(DBLAC) >>> 16 & 15);
    int filled = random.nextInt(RING);
    boolean first = true;
    for (int i = 0; i < RING; i++) {
      boolean last = random.nextInt(3) != 0 || i == filled - 1;
      long at = TX_RING + (long) i * stride;
      long buffer = TX_BUFFERS + (long) i * BUFFER;
      int length = 60 + random.nextInt(random.nextBoolean() ? 100 : 1400);
      if (first) {
        byte[] head = head();
        log.add("frame " + HexFormat.of().formatHex(head));
        qemu.bus().writeMemory(buffer, head);
        model.bus().writeMemory(buffer, head);
      }
      word(at + 4, random.nextInt() & 0xc00fffff | random.nextInt() & 1 << 16);
      word(at + 12, (int) buffer);
      int status = (first ? 1 << 29 : 0) | (last ? 1 << 28 : 0) | length;
      word(at, (i < filled ? 1 << 31 : 0) | (i == RING - 1 ? END : 0) | status);
      first = last;
    }
    write(NPTXPD, 1);
    cover("transmit");
  }

  /** The begin of a frame: addresses, now and then a tag, an IPv4 packet, or anything. */
  private byte[] head() {
    byte[] head = new byte[64];
    random.nextBytes(head);
    head[0] &= (byte) 0xfe;
    int ip = 14;
    if (random.nextInt(3) == 0) {
      head[12] = (byte) 0x81;
      head[13] = 0;
      ip = 18;
    }
    if (random.nextInt(4) != 0) {
      head[ip - 2] = 8;
      head[ip - 1] = 0;
      head[ip] = (byte) (random.nextInt(6) == 0 ? 0x46 : 0x45);
      head[ip + 2] = 0;
      head[ip + 3] = (byte) (28 + random.nextInt(18));
      head[ip + 6] = (byte) (random.nextInt(8) == 0 ? 0x20 : 0x40);
      head[ip + 7] = 0;
      head[ip + 9] = (byte) (random.nextBoolean() ? 6 : 17);
    }
    return head;
  }

  private void receive() throws IOException {
    write(RXR_BADR, (int) RX_RING);
    int garbage = 0;
    if (random.nextInt(3) == 0) {
      // where the bytes behind the frame are not defined the length tells which they are
      boolean length = !profile.differences().contains(Difference.FCS_READS_BEYOND);
      garbage = random.nextInt() & (length ? 0x0fffffff : 0x0fffc000);
      cover("received over garbage");
    }
    int stride = 8 * (model.register(DBLAC) >>> 12 & 15);
    for (int i = 0; i < RING; i++) {
      long at = RX_RING + (long) i * stride;
      word(at + 4, 0);
      word(at + 12, (int) RX_BUFFERS + i * BUFFER);
      word(at, (i == RING - 1 ? END : 0) | garbage);
    }
    for (Subject one : List.of(qemu, model)) {
      one.bus().fillMemory(RX_BUFFERS, RING * BUFFER, 0xa5);
    }
    int frames = 1 + random.nextInt(3);
    for (int i = 0; i < frames; i++) {
      byte[] frame = frame();
      if (!model.ready()) {
        // QEMU would hold it back outside of the card
        cover("held back");
        break;
      }
      log.add(
          "arrive "
              + frame.length
              + " "
              + HexFormat.of().formatHex(frame, 0, Math.min(20, frame.length)));
      qemu.arrive(frame);
      model.arrive(frame);
    }
    cover("receive");
    compareReceived(stride);
  }

  private byte[] frame() {
    byte[] frame = new byte[14 + random.nextInt(random.nextInt(4) == 0 ? 1600 : 200)];
    random.nextBytes(frame);
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int i = 0; i < 6; i++) {
          frame[i] = -1;
        }
      }
      case 1 -> frame[0] |= 1;
      default -> {
        for (int i = 0; i < 6; i++) {
          frame[i] = (byte) (Subject.ADDRESS >> 40 - 8 * i);
        }
      }
    }
    if (random.nextInt(3) == 0) {
      frame[12] = (byte) 0x81;
      frame[13] = 0;
    }
    return frame;
  }

  private void compareReceived(int stride) throws IOException {
    byte[] expected = qemu.bus().readMemory(RX_BUFFERS, RING * BUFFER);
    byte[] actual = model.bus().readMemory(RX_BUFFERS, RING * BUFFER);
    for (int i = 0; i < RING; i++) {
      int status = (int) model.bus().read(RX_RING + (long) i * stride, 4);
      if (status < 0) {
        boolean last = (status & 1 << 28) != 0;
        boolean first = (status & 1 << 29) != 0;
        cover(first && last ? "received" : "received in parts");
        if (profile.differences().contains(Difference.FCS_READS_BEYOND)) {
          int bytes = status & 0x3fff;
          blank(expected, actual, i * BUFFER + bytes, Math.min(bytes, 4));
        }
      }
    }
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != actual[i]) {
        fail(
            String.format(
                "receive buffer %d, byte %d: QEMU %02x, model %02x",
                i / BUFFER, i % BUFFER, expected[i], actual[i]));
      }
    }
  }

  /** What nobody defines is not compared. */
  private static void blank(byte[] a, byte[] b, int end, int length) {
    for (int i = end - length; i < end; i++) {
      a[i] = 0;
      b[i] = 0;
    }
  }

  private void compare() throws IOException {
    same(ISR);
    same(MACCR);
    same(DBLAC);
    String expected = HexFormat.of().formatHex(qemu.bus().readMemory(TX_RING, 0x800));
    String actual = HexFormat.of().formatHex(model.bus().readMemory(TX_RING, 0x800));
    for (int i = 0; i < expected.length(); i += 32) {
      if (!expected.regionMatches(i, actual, i, 32)) {
        String place = String.format("ring memory %03x: ", i / 2);
        fail(place + expected.substring(i, i + 32) + " model " + actual.substring(i, i + 32));
      }
    }
    frames();
    List<String> edges = qemu.bus().takeEdges();
    List<String> ours = model.bus().takeEdges();
    if (!edges.equals(ours)) {
      fail("interrupts: QEMU " + edges + ", model " + ours);
    }
    edges.forEach(edge -> cover(edge.split(" ", -1)[0]));
    int isr = qemu.register(ISR);
    if (random.nextBoolean()) {
      write(ISR, isr);
    }
  }

  private void frames() throws IOException {
    List<byte[]> expected = qemu.takeSent();
    List<byte[]> actual = model.takeSent();
    if (expected.size() != actual.size()) {
      fail("frames: QEMU " + expected.size() + ", model " + actual.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      String theirs = HexFormat.of().formatHex(expected.get(i));
      String ours = HexFormat.of().formatHex(actual.get(i));
      if (!theirs.equals(ours)) {
        fail("frame " + i + ":\nQEMU  " + theirs + "\nmodel " + ours);
      }
      cover(theirs.startsWith("8100", 24) ? "sent with tag" : "sent");
    }
  }
}
