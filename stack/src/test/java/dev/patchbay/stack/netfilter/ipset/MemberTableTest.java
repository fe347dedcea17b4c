package dev.patchbay.stack.netfilter.ipset;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table behind the hash types, held against a map of Java's. */
class MemberTableTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void holdsWhatAMapHolds(boolean wide) {
    Random random = new Random(wide ? 1 : 2);
    MemberTable table = new MemberTable(new RandomSource(3).hash("test"), wide);
    Map<List<Long>, Integer> places = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      long hi = wide ? random.nextInt(3) : 0;
      long lo = random.nextInt(1_000);
      int rest = random.nextInt(3);
      List<Long> key = List.of(hi, lo, (long) rest);
      int place = table.find(hi, lo, rest);
      assertThat(place).isEqualTo(places.getOrDefault(key, -1));
      if (random.nextInt(step % 50_000 < 25_000 ? 3 : 1) > 0 && place < 0) {
        places.put(key, table.add(hi, lo, rest));
      } else if (place >= 0) {
        assertThat(table.lo(place)).isEqualTo(lo);
        assertThat(table.rest(place)).isEqualTo(rest);
        table.remove(place);
        places.remove(key);
      } else {
        places.put(key, table.add(hi, lo, rest));
      }
      assertThat(table.size()).isEqualTo(places.size());
    }
    table.clear();
    assertThat(table.size()).isZero();
    assertThat(table.find(0, 1, 1)).isEqualTo(-1);
  }

  @Test
  void aHundredThousandMembersCostOneLookUpThatAllocatesNothing() {
    MemberTable many = new MemberTable(new RandomSource(3).hash("test"), false);
    for (int i = 0; i < 100_000; i++) {
      many.add(0, Addresses.v4(i), 0);
    }
    long steps = 0;
    int most = 0;
    for (int i = 0; i < 200_000; i++) { // half of them are no members
      int those = many.steps(0, Addresses.v4(i), 0);
      steps += those;
      most = Math.max(most, those);
    }
    assertThat(steps).isLessThan(2 * 200_000L);
    assertThat(most).isLessThan(50);

    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 20 && allocated > 0; round++) {
      long before = bean.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        many.find(0, Addresses.v4(i), 0);
      }
      allocated = bean.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).isZero();
  }
}
