package dev.patchbay.stack.admin.ethtool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.packet.DropReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code ethtool} of what Linux does not have: ports and the uplink. */
class EthtoolTest {
  private final Lab lab = new Lab();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private IpCommand.Result ethtool(String words) {
    return new EthtoolCommand().run(lab.stack, List.of(words.split(" ")));
  }

  private String shown(String words) {
    IpCommand.Result result = ethtool(words);
    assertThat(result.stderr()).isEmpty();
    assertThat(result.status()).isZero();
    return result.stdout();
  }

  @Test
  void portAndUplinkSayWhatTheyAre() {
    assertThat(shown("net0")).contains("\tSpeed: 10000Mb/s\n", "\tLink detected: yes\n");
    assertThat(shown("host0")).contains("\tLink detected: yes\n");
    assertThat(shown("-i net0")).startsWith("driver: patchbay\nversion: patchbay\n");
    assertThat(shown("-P net0")).isEqualTo("Permanent address: 52:54:00:00:00:fe\n");
    lab.portA.carrier(false);
    assertThat(shown("net0")).contains("\tLink detected: no\n");
    assertThat(shown("br0")).contains("\tSpeed: 10000Mb/s\n", "\tDuplex: Unknown! (255)\n");
    lab.portB.carrier(false);
    assertThat(shown("br0")).contains("\tSpeed: Unknown!\n");
    lab.portA.carrier(true);
    lab.portB.carrier(true);
  }

  @Test
  void framesOfAPortAreMergedOrNot() {
    assertThat(lab.portA.takesMerged(Lab.APPLIANCE)).isTrue();
    assertThat(shown("-k net0")).contains("\ngeneric-receive-offload: on\n");

    assertThat(shown("-K net0 gro off")).isEmpty();
    assertThat(lab.portA.takesMerged(Lab.APPLIANCE)).isFalse();
    assertThat(shown("-k net0")).contains("\ngeneric-receive-offload: off\n");

    assertThat(shown("-K net0 rx-gro on lro off")).isEmpty();
    assertThat(lab.portA.takesMerged(Lab.APPLIANCE)).isTrue();
  }

  @Test
  void ofSeveralFeaturesNoneIsChangedWhereOneCannotBe() {
    assertThat(ethtool("-K net0 gro off tso off"))
        .isEqualTo(
            new IpCommand.Result(
                1,
                """
                Actual changes:
                tx-tcp-segmentation: on [requested off]
                tx-tcp-ecn-segmentation: on [requested off]
                tx-tcp6-segmentation: on [requested off]
                """,
                "Could not change any device features\n"));
    assertThat(lab.portA.takesMerged(Lab.APPLIANCE)).isTrue();
  }

  @Test
  void dropsOfAPortAreItsStatistics() {
    assertThat(shown("-S net0")).doesNotContain("drop_");
    lab.portA.statistics.dropped(DropReason.PORT_BACKLOG);
    assertThat(shown("-S net0"))
        .startsWith("NIC statistics:\n     rx_errors: 0\n")
        .endsWith("     drop_PORT_BACKLOG: 1\n");
  }

  @Test
  void usageAndVersionNeedNoNetwork() {
    assertThat(EthtoolCommand.withoutNetwork(List.of("-h"))).isNotNull();
    assertThat(EthtoolCommand.withoutNetwork(List.of("--version"))).isNotNull();
    assertThat(EthtoolCommand.withoutNetwork(List.of("net0"))).isNull();
  }
}
