package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.wire.Addresses;
import org.junit.jupiter.api.Test;

class PeersTest {
  private final Peers peers = new Peers();

  private static SockAddr host(int last, int port) {
    return new SockAddr().setInet4(0xc000_0200 + last, port);
  }

  private void speakTo(int last) {
    peers.remember(0, Addresses.v4(0x0a00_0000 + last), host(last, 53));
  }

  @Test
  void theOneUsedLongestAgoGivesWay() {
    for (int i = 0; i < Peers.MAX; i++) {
      speakTo(i);
    }
    speakTo(0);
    for (int i = 200; i < 210; i++) {
      speakTo(i);
    }
    for (int i = 0; i < Peers.MAX; i++) {
      boolean forgotten = i >= 1 && i <= 10;
      assertThat(peers.byHost(host(i, 53)) < 0).as("peer " + i).isEqualTo(forgotten);
    }
    for (int i = 200; i < 210; i++) {
      int at = peers.byHost(host(i, 53));
      assertThat(peers.wireLo(at)).isEqualTo(Addresses.v4(0x0a00_0000 + i));
    }
  }

  @Test
  void anyPortOfAKnownAddressIsHeard() {
    speakTo(1);
    assertThat(peers.byHost(host(1, 4711))).isZero();
    assertThat(peers.byHost(host(2, 53))).isEqualTo(-1);
  }
}
