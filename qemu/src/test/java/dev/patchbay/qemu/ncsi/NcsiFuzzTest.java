package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random and mutated frames: at most one answer and one event each, always well-formed, never an
 * exception.
 */
class NcsiFuzzTest {
  private final Random random = new Random(20_250_711);
  private int outgoing;
  private long total;

  private void sent(byte[] buffer, int offset, int length) {
    outgoing++;
    total++;
    // Cheap form of what the other tests check on each frame.
    int payload = NcsiPacket.check(buffer, offset, length);
    if (payload < 0 || !NcsiPacket.checksumRight(buffer, offset + 14, payload)) {
      throw new AssertionError("malformed frame to the guest");
    }
  }

  @Test
  void survives() {
    NcsiVendor[] vendors = NcsiVendor.values();
    for (int round = 0; round < 16; round++) {
      NcsiConfig config =
          NcsiConfig.DEFAULT
              .withCounts(1 + random.nextInt(8), 1 + random.nextInt(31))
              .withVendor(vendors[round % vendors.length])
              .withProfile(round % 3 == 0 ? NcsiProfile.STRICT : NcsiProfile.FAST)
              .withMac(round % 2 == 0 ? 0x525400123456L : NcsiConfig.NO_MAC);
      NcsiController card = new NcsiController(config, this::sent);
      for (int i = 0; i < 25_000; i++) {
        byte[] frame = frame();
        int offset = random.nextInt(3);
        byte[] buffer = new byte[offset + frame.length];
        System.arraycopy(frame, 0, buffer, offset, frame.length);
        outgoing = 0;
        card.receive(buffer, offset, frame.length - random.nextInt(5));
        assertThat(outgoing).isLessThanOrEqualTo(2);
        if (i % 512 == 0) {
          card.link(random.nextBoolean());
          assertThat(card.snapshot().packages()).hasSize(config.packages());
        }
      }
      NcsiSnapshot.Statistics seen = card.snapshot().statistics();
      assertThat(seen.frames()).isEqualTo(25_000);
      assertThat(seen.answered() + seen.unanswered() + seen.malformed() + seen.checksumErrors())
          .isEqualTo(25_000);
      assertThat(seen.answered()).isGreaterThan(100);
      assertThat(seen.malformed()).isGreaterThan(1000);
    }
    assertThat(total).isGreaterThan(100_000);
  }

  @Test
  void absurdBounds() {
    NcsiController card = new NcsiController(NcsiConfig.DEFAULT, this::sent);
    byte[] frame = new NcsiPacket(0, 1, 0, 0, 0, new byte[0]).emit();
    int[] values = {Integer.MIN_VALUE, -1, 0, 1, 30, 59, 60, 61, Integer.MAX_VALUE};
    for (int offset : values) {
      for (int length : values) {
        card.receive(frame, offset, length);
      }
    }
    assertThat(card.receive(new byte[0], 0, 0)).isFalse();
    assertThat(card.snapshot().statistics().frames()).isEqualTo(82);
  }

  private byte[] frame() {
    if (random.nextInt(8) == 0) {
      byte[] noise = new byte[random.nextInt(128)];
      random.nextBytes(noise);
      return noise;
    }
    NcsiCommand[] known = NcsiCommand.values();
    NcsiCommand command = known[random.nextInt(known.length)];
    int size = command.payload() >= 0 ? command.payload() : random.nextInt(24);
    byte[] payload = new byte[random.nextInt(16) == 0 ? random.nextInt(64) : size];
    if (random.nextBoolean()) {
      random.nextBytes(payload);
    }
    int iana = NcsiVendor.values()[random.nextInt(4)].iana();
    if (command == NcsiCommand.OEM && payload.length >= 4) {
      NcsiWire.u32(payload, 0, iana);
    }
    int type = random.nextInt(16) == 0 ? random.nextInt(256) : command.type();
    byte[] frame =
        new NcsiPacket(0, random.nextInt(256), type, random.nextInt(8), random.nextInt(32), payload)
            .emit();
    if (random.nextInt(4) == 0) {
      frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return frame;
  }
}
