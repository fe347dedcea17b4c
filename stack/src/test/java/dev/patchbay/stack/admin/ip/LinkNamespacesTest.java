package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.device.NetDevice;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Links between namespaces, and commands of many lines. */
class LinkNamespacesTest {
  private final Lab lab = new Lab();
  private final IpCommand ip = new IpCommand();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void ip(String words) {
    assertThat(ip.run(lab.stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private String show(String words) {
    return ip.run(lab.stack, List.of(words.split(" "))).stdout();
  }

  private void refused(String words, int status, String message) {
    assertThat(ip.run(lab.stack, List.of(words.split(" "))))
        .isEqualTo(new IpCommand.Result(status, "", message + "\n"));
  }

  @Test
  void aCableJoinsTwoNamespaces() {
    ip("netns add x");
    ip("link add v0 type veth peer name v1 netns x");
    ip("addr add 10.3.0.1/24 dev v0");
    ip("-n x addr add 10.3.0.2/24 dev v1");
    ip("link set v0 up");
    ip("-n x link set v1 up");
    ip("-n x route add default via 10.3.0.1");
    assertThat(show("link show v1")).isEmpty();
    assertThat(show("-br link show v0")).startsWith("v0@if").contains(" UP ");
    lab.loop.runForMillis(2000);
    lab.introduceA();

    // a guest reaches the other namespace through the appliance's own
    lab.fromA(
        Lab.ethernet(
            Lab.APPLIANCE,
            Lab.GUEST_A,
            0x0800,
            Lab.ipv4("10.0.2.15", "10.3.0.2", 1, 64, Lab.icmp(8, 0, 1, new byte[8]))));
    lab.loop.runForMillis(10);

    byte[] answer = lab.nextToA();
    assertThat(answer[14 + 20]).as("echo reply").isZero();
    assertThat(answer[14 + 8]).as("one router on the way").isEqualTo((byte) 63);
    ip("link del v0");
    assertThat(show("-n x -br link")).doesNotContain("v1");
    ip("netns del x");
  }

  @Test
  void adeviceMovesWithItsOtherEndBehind() {
    ip("netns add x");
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 netns x up");
    NetDevice near = Objects.requireNonNull(lab.stack.device("v0"));
    assertThat(near.hasCarrier()).isTrue();
    assertThat(show("-n x -br link")).contains("v1@if");
    ip("link add d0 type dummy");
    ip("-n x link add d0 type dummy");
    refused("link set d0 netns x", 2, "RTNETLINK answers: File exists");
    refused("link set lo netns x", 2, "RTNETLINK answers: Invalid argument");
    refused("link set br0 netns x", 2, "RTNETLINK answers: Invalid argument");
    refused(
        "link set d0 netns y", 255, "Error: argument \"y\" is wrong: Invalid \"netns\" value\n");
    ip("netns del x");
    assertThat(lab.stack.device("v0")).as("went with its other end").isNull();
    ip("link del d0");
  }

  @Test
  void aBatchSaysAtWhichLineItFailed() {
    String lines =
        """
        # two VLANs
        link add link net0 name net0.5 \\
          type vlan id 5
        link set net0.5 alias "of five"

        link add link net0 name net0.6 type vlan id 4095
        link add link net0 name net0.7 type vlan id 7
        """;
    IpCommand.Result result = ip.run(lab.stack, List.of("-batch", "-"), lines);
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.stderr()).isEqualTo("Error: 8021q: Invalid VLAN id.\nCommand failed -:6\n");
    assertThat(lab.stack.device("net0.7")).isNull();
    assertThat(show("link show net0.5")).endsWith("    alias of five\n");

    result = ip.run(lab.stack, List.of("-force", "-b", "-"), lines);
    assertThat(result.stderr())
        .isEqualTo(
            """
            RTNETLINK answers: File exists
            Command failed -:3
            Error: 8021q: Invalid VLAN id.
            Command failed -:6
            """);
    ip("link del net0.7");
    ip("link del net0.5");
  }
}
