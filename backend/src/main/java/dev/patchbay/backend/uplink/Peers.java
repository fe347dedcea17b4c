package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.SockAddr;
import java.util.Arrays;

/**
 * To whom a datagram socket has spoken: for each peer's address as the guest knows it ({@code
 * wire}) the one on the host's side, which differs for our own addresses (10.0.2.2 is 127.0.0.1).
 * Replies are let in from these addresses only (RFC 4787 REQ-8, address-dependent filtering). At
 * most {@link #MAX} peers, of which the one used longest ago gives way.
 */
final class Peers {
  static final int MAX = 128;

  private long[] words = new long[5 * 2];
  private int count;

  /** Remembers that the guest sends to this wire address. Returns the peer's index. */
  int remember(long wireHi, long wireLo, SockAddr host) {
    int i = find(0, wireHi, wireLo);
    if (i < 0) {
      i = place();
      int at = i * 5;
      words[at] = wireHi;
      words[at + 1] = wireLo;
      words[at + 2] = host.hi();
      words[at + 3] = host.lo();
    }
    words[i * 5 + 4] = host.port();
    if (i > 0) {
      moveToFront(i);
    }
    return 0;
  }

  private int place() {
    if (count == MAX) {
      return MAX - 1;
    }
    if ((count + 1) * 5 > words.length) {
      words = Arrays.copyOf(words, Math.min(words.length * 2, MAX * 5));
    }
    return count++;
  }

  /** The order is that of use, so that the last one may give way. */
  private void moveToFront(int i) {
    int at = i * 5;
    long wireHi = words[at];
    long wireLo = words[at + 1];
    long hostHi = words[at + 2];
    long hostLo = words[at + 3];
    long port = words[at + 4];
    System.arraycopy(words, 0, words, 5, at);
    words[0] = wireHi;
    words[1] = wireLo;
    words[2] = hostHi;
    words[3] = hostLo;
    words[4] = port;
  }

  private int find(int column, long hi, long lo) {
    for (int i = 0; i < count; i++) {
      if (words[i * 5 + column + 1] == lo && words[i * 5 + column] == hi) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The peer with this host-side address, if possible the one whose port was spoken to last; -1 if
   * there is none.
   */
  int byHost(SockAddr host) {
    int found = -1;
    for (int i = 0; i < count; i++) {
      int at = i * 5;
      if (words[at + 3] == host.lo() && words[at + 2] == host.hi()) {
        if (words[at + 4] == host.port()) {
          return i;
        }
        found = found < 0 ? i : found;
      }
    }
    return found;
  }

  long wireHi(int i) {
    return words[i * 5];
  }

  long wireLo(int i) {
    return words[i * 5 + 1];
  }
}
