package dev.patchbay.stack.admin.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RecordedWords;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.vxlan.FakeHost;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code ip tuntap}, word for word: each command of {@code tuntap/commands.txt}. */
class TuntapWordsTest implements RecordedWords.Ours {
  private final IpCommand ip = new IpCommand();
  private FakeHost host = new FakeHost();
  private NetworkStack stack = fresh();

  private NetworkStack fresh() {
    NetworkStack made = new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    host = new FakeHost();
    made.namespaces().host(host);
    return made;
  }

  @Test
  void asRecorded() {
    new RecordedWords("tuntap").compare(this, List.of("answers.txt"), 66);
  }

  @Override
  public void begin() {
    stack = fresh();
    words("netns add bay");
    words(
        "-n bay link add v0 address 02:00:00:00:00:01 type veth peer name v1"
            + " address 02:00:00:00:00:02");
    NetworkStack bay = Objects.requireNonNull(stack.namespaces().find("bay"));
    bay.setUp(bay.loopback(), false);
  }

  private void words(String words) {
    assertThat(ip.run(stack, List.of(words.split(" ")))).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  @Override
  public IpCommand.Result run(List<String> argv) {
    return ip.run(stack, argv.subList(1, argv.size()));
  }

  @Test
  void leavesTheHostsInterfaceWithItsPort() {
    begin();
    words("tuntap add dev t0 mode tap");
    words("-n bay tuntap add dev t1 mode tap");
    words("link set t0 netns bay name tap0");
    assertThat(host.taps).containsExactly("t0", "t1");
    words("-n bay link del tap0");
    assertThat(host.taps).containsExactly("t1");
    words("netns del bay");
    assertThat(host.taps).isEmpty();
  }

  @Test
  void saysWhatTheHostRefuses() {
    begin();
    assertThat(ip.run(stack, List.of("tuntap", "add", "dev", "t3", "mode", "tap")))
        .isEqualTo(new IpCommand.Result(1, "", "ioctl(TUNSETIFF): t3: busy\n"));
    assertThat(stack.device("t3")).isNull();
  }
}
