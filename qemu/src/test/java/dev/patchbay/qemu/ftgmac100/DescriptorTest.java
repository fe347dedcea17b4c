package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which the MAC touches a descriptor and its data. */
class DescriptorTest {
  private final List<String> accesses = new ArrayList<>();
  private final Rig rig =
      new Rig(
              Ftgmac100Config.DEFAULT.withMac(Rig.MAC),
              (write, address, length) -> {
                accesses().add((write ? "w" : "r") + Long.toHexString(address) + "." + length);
                return true;
              })
          .started(0);

  private List<String> accesses() {
    return accesses;
  }

  @Test
  void aFrameToSendIsOursByTheFirstWordAndGivenBackByIt() {
    rig.queue(0, Rig.frame(Rig.OURS, 0x88b5, 60), 0);
    accesses.clear();
    rig.kick();
    assertThat(accesses).startsWith("r80001000.4", "r80001004.12", "r80010000.60", "w80001000.4");
  }

  @Test
  void aFrameThatCameIsGivenByTheFirstWordAtTheEnd() {
    rig.buffers(2);
    accesses.clear();
    rig.arrive(Rig.frame(Rig.OURS, 0x88b5, 60));
    assertThat(accesses)
        .containsExactly(
            "r80003000.4", "r80003004.12", "w80040000.64", "w80003004.4", "w80003000.4");
  }
}
