package dev.patchbay.stack.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTreeTest {
  private static final int BITS = 128;

  private record Prefix(long hi, long lo, int length) implements Comparable<Prefix> {
    static Prefix of(long hi, long lo, int length) {
      return new Prefix(hi & IpAddress.maskHi(length), lo & IpAddress.maskLo(length), length);
    }

    boolean covers(long otherHi, long otherLo) {
      return equals(of(otherHi, otherLo, length));
    }

    @Override
    public int compareTo(Prefix other) {
      return Comparator.comparingLong(Prefix::hi)
          .thenComparingLong(Prefix::lo)
          .thenComparingInt(Prefix::length)
          .compare(this, other);
    }
  }

  @Test
  void longestPrefixComesFirstAndShorterOnesFollow() {
    PrefixTree<String> tree = new PrefixTree<>();
    tree.put(0, 0, 0, "default");
    tree.put(v4(10, 0, 0, 0), 0, 8, "10/8");
    tree.put(v4(10, 1, 0, 0), 0, 16, "10.1/16");
    tree.put(v4(10, 1, 2, 0), 0, 24, "10.1.2/24");
    tree.put(v4(10, 1, 2, 3), 0, 32, "10.1.2.3");
    tree.put(v4(10, 1, 2, 2), 0, 31, "10.1.2.2/31");

    assertThat(tree.first(v4(10, 1, 2, 3), 0)).isEqualTo("10.1.2.3");
    assertThat(tree.next()).isEqualTo("10.1.2.2/31");
    assertThat(tree.next()).isEqualTo("10.1.2/24");
    assertThat(tree.next()).isEqualTo("10.1/16");
    assertThat(tree.next()).isEqualTo("10/8");
    assertThat(tree.next()).isEqualTo("default");
    assertThat(tree.next()).isNull();
    assertThat(tree.next()).as("stays at the end").isNull();
    assertThat(tree.first(v4(11, 1, 2, 3), 0)).isEqualTo("default");
    assertThat(tree.remove(0, 0, 0)).isEqualTo("default");
    assertThat(tree.first(v4(11, 1, 2, 3), 0)).isNull();
  }

  private static long v4(int a, int b, int c, int d) {
    return ((long) a << 24 | b << 16 | c << 8 | d) << 32;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void answersAsAListThatIsSearched(long seed) {
    Random random = new Random(seed);
    // few distinct bits, so that prefixes lie in each other and nodes fill and empty again
    long used = seed % 2 == 0 ? -1 : 0xc300_0401_8010_0203L << seed;
    int longest = seed % 3 == 0 ? 32 : BITS;
    PrefixTree<String> tree = new PrefixTree<>();
    TreeMap<Prefix, String> expected = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      long hi = random.nextLong() & used;
      long lo = longest == 32 ? 0 : random.nextLong() & used;
      Prefix prefix = Prefix.of(hi, lo, random.nextInt(longest + 1));
      if (random.nextInt(3000) < 1600 - i / 20 || expected.isEmpty()) {
        String value = prefix + " " + i;
        assertThat(tree.put(prefix.hi, prefix.lo, prefix.length, value))
            .isEqualTo(expected.put(prefix, value));
      } else {
        Prefix near = expected.ceilingKey(prefix);
        Prefix gone = near == null ? expected.firstKey() : near;
        assertThat(tree.remove(gone.hi, gone.lo, gone.length)).isEqualTo(expected.remove(gone));
        assertThat(tree.get(gone.hi, gone.lo, gone.length)).isNull();
      }
      assertThat(tree.size()).isEqualTo(expected.size());
      if (i % 10 == 0) {
        long atHi = random.nextLong() & used;
        long atLo = longest == 32 ? 0 : random.nextLong() & used;
        assertThat(matches(tree, atHi, atLo)).isEqualTo(matches(expected, atHi, atLo));
      }
    }
    TreeMap<Prefix, String> all = new TreeMap<>();
    tree.forEach((hi, lo, length, value) -> all.put(new Prefix(hi, lo, length), value));
    assertThat(all).isEqualTo(expected);
    expected.forEach((p, value) -> assertThat(tree.get(p.hi, p.lo, p.length)).isEqualTo(value));
    expected.forEach((p, value) -> tree.remove(p.hi, p.lo, p.length));
    assertThat(tree.size()).isZero();
    assertThat(tree.first(0, 0)).isNull();
  }

  private static List<String> matches(PrefixTree<String> tree, long hi, long lo) {
    List<String> found = new ArrayList<>();
    for (String s = tree.first(hi, lo); s != null; s = tree.next()) {
      found.add(s);
    }
    return found;
  }

  private static List<String> matches(TreeMap<Prefix, String> prefixes, long hi, long lo) {
    List<String> found = new ArrayList<>();
    for (int length = BITS; length >= 0; length--) {
      Prefix prefix = Prefix.of(hi, lo, length);
      String value = prefixes.get(prefix);
      if (value != null) {
        assertThat(prefix.covers(hi, lo)).isTrue();
        found.add(value);
      }
    }
    return found;
  }

  /** In pieces all are visited, though the tree changes between them. */
  @Test
  void inPieces() {
    PrefixTree<Integer> tree = new PrefixTree<>();
    Random random = new Random(4);
    List<Prefix> stay = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      Prefix prefix =
          Prefix.of(random.nextLong() >>> 40 << 44, random.nextLong(), random.nextInt(65));
      tree.put(prefix.hi(), prefix.lo(), prefix.length(), 1);
      stay.add(prefix);
    }
    List<Prefix> seen = new ArrayList<>();
    PrefixTree.Cursor cursor = new PrefixTree.Cursor();
    int pieces = 0;
    for (; !cursor.isDone(); pieces++) {
      tree.visitSome(cursor, 10, (hi, lo, length, value) -> seen.add(new Prefix(hi, lo, length)));
      Prefix more = Prefix.of(random.nextLong(), 0, 1 + random.nextInt(40));
      if (!stay.contains(more)) {
        tree.put(more.hi(), more.lo(), more.length(), 2);
        tree.remove(more.hi(), more.lo(), more.length());
      }
    }
    assertThat(pieces).isGreaterThan(20);
    assertThat(seen).containsAll(stay);
  }

  /** Room is used again: a table whose routes come and go for ever does not grow. */
  @Test
  void comingAndGoingNeedsNoMoreRoom() {
    PrefixTree<Integer> tree = new PrefixTree<>();
    Random random = new Random(9);
    long[] keys = random.longs(5000).toArray();
    long after = 0;
    for (int round = 0; round < 40; round++) {
      for (long key : keys) {
        tree.put(key & IpAddress.maskHi(24), 0, 24, round);
      }
      for (long key : keys) {
        tree.remove(key & IpAddress.maskHi(24), 0, 24);
      }
      if (round == 2) {
        after = tree.bytes();
      }
    }
    assertThat(tree.bytes()).isEqualTo(after);
  }

  /** As many as the internet has, uniform over a quarter of all /24. */
  @Test
  void aMillionPrefixesNeedFewBytesEach() {
    PrefixTree<String> tree = new PrefixTree<>();
    Random random = new Random(3);
    while (tree.size() < 1_000_000) {
      long key = random.nextLong() & IpAddress.maskHi(24) & 0x3fff_ffff_ffff_ffffL;
      tree.put(key, 0, 24, "");
    }
    assertThat(tree.bytes() / 1_000_000.0).isLessThan(32);
  }
}
