package dev.patchbay.stack.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.Lab;
import dev.patchbay.stack.netfilter.expression.AddressCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.VerdictTarget;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for the next rule finds what a walk would find, at any number of rules. */
class ChainIndexTest {
  private static final Rule.Description NOTHING = new Rule.Description() {};
  private static final long V4 = 0xffff_0000_0000L;

  private final PacketPool pool = new PacketPool();

  private static List<Condition> conditions(Random random) {
    List<Condition> all = new ArrayList<>();
    int protocol = random.nextBoolean() ? 6 : 17;
    if (random.nextInt(4) > 0) {
      all.add(new NumberCondition(Field.PROTOCOL, protocol, protocol, random.nextInt(9) == 0));
    }
    for (boolean source : new boolean[] {true, false}) {
      if (random.nextInt(3) == 0) {
        int bits = random.nextInt(8) == 0 ? random.nextInt(33) : 8 * (1 + random.nextInt(4));
        long mask = bits == 0 ? 0 : -1L << 32 - bits;
        all.add(
            new AddressCondition(
                source, 0, V4 | address(random), -1, mask, random.nextInt(6) == 0));
      }
    }
    if (all.isEmpty() || random.nextInt(2) == 0) {
      int low = random.nextInt(40);
      int high = random.nextInt(3) > 0 ? low : Math.min(low + random.nextInt(20), 0xffff);
      Field field = random.nextBoolean() ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
      all.add(new NumberCondition(field, low, high, random.nextInt(6) == 0));
    }
    return all;
  }

  private static long address(Random random) {
    return 0x0a00_0000L | random.nextInt(3) << 16 | random.nextInt(3) << 8 | random.nextInt(4);
  }

  private Packet packet(Random random) {
    byte[] body = new byte[20];
    body[1] = (byte) random.nextInt(45);
    body[3] = (byte) random.nextInt(45);
    body[12] = 0x50;
    int length = random.nextInt(10) == 0 ? random.nextInt(20) : 20;
    int flags = random.nextInt(12) == 0 ? 5 : 0;
    byte[] ip =
        Lab.ipv4(
            text(address(random)),
            text(address(random)),
            random.nextBoolean() ? 6 : 17,
            64,
            flags,
            1,
            Arrays.copyOf(body, length));
    Packet packet = pool.acquire(ip.length);
    assertThat(packet).isNotNull();
    System.arraycopy(ip, 0, packet.data, packet.append(ip.length), ip.length);
    packet.l3 = packet.head;
    return packet;
  }

  private static String text(long address) {
    return (address >>> 24 & 255)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void findsWhatAWalkFinds(long seed) {
    Random random = new Random(seed);
    Rule[] rules = new Rule[1 + random.nextInt(300)];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = Rule.of(conditions(random), VerdictTarget.NONE, NOTHING, new Counter());
    }
    // some at once, the others one after the other
    int some = random.nextInt(rules.length + 1);
    ChainIndex index = new ChainIndex(Arrays.copyOf(rules, some));
    for (int i = some; i < rules.length; i++) {
      index.append(Arrays.copyOf(rules, i + 1));
    }
    assertThat(index.size()).isEqualTo(rules.length);
    PacketFields fields = new PacketFields();
    int met = 0;
    for (int n = 0; n < 500; n++) {
      Packet packet = packet(random);
      fields.load(packet, Hook.FORWARD, null, null, 0);
      List<Integer> walked = new ArrayList<>();
      for (int i = 0; i < rules.length && !fields.hotDrop; i++) {
        if (rules[i].meets(fields) || fields.hotDrop) {
          walked.add(i);
        }
      }
      boolean hot = fields.hotDrop;
      fields.hotDrop = false;
      List<Integer> searched = new ArrayList<>();
      for (int i = index.next(fields, 0); i >= 0; i = index.next(fields, i + 1)) {
        if (rules[i].meets(fields) || fields.hotDrop) {
          searched.add(i);
        }
        if (fields.hotDrop) {
          break;
        }
      }
      assertThat(searched).isEqualTo(walked);
      assertThat(fields.hotDrop).isEqualTo(hot);
      met += walked.size();
      fields.clear();
      packet.release();
    }
    assertThat(met).as("rules were met at all").isGreaterThan(100);
  }

  @Test
  void aListOfAnyLengthIsOneGroupAndALookUpAllocatesNothing() {
    Rule[] rules = new Rule[10_000];
    for (int i = 0; i < rules.length; i++) {
      rules[i] =
          Rule.of(
              List.of(new AddressCondition(true, 0, V4 | 0xc600_0000L | i, -1, -1, false)),
              VerdictTarget.DROP,
              NOTHING,
              new Counter());
    }
    ChainIndex index = new ChainIndex(rules);
    assertThat(index.groups()).isEqualTo(1);
    PacketFields fields = new PacketFields();
    Packet packet = packet(new Random(1));
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 20 && allocated > 0; round++) {
      long before = bean.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        fields.load(packet, Hook.FORWARD, null, null, 0);
        if (index.next(fields, 0) >= 0) {
          throw new AssertionError("no rule is for this packet");
        }
      }
      allocated = bean.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).isZero();
    packet.release();
  }

  @Test
  void aDraftThatIsGivenUpAddsNothing() {
    Firewall wall = new Firewall();
    for (int i = 0; i < 20; i++) {
      wall.rule("iptables -A FORWARD -p udp --dport " + (100 + i) + " -j ACCEPT");
    }
    // the last line is wrong, after one that would drop
    wall.restoreUpon("*filter\n-A FORWARD -p udp --dport 7 -j DROP\n-A FORWARD -j GONE\nCOMMIT\n");
    wall.fromGuest(Firewall.udp(Firewall.GUEST, Firewall.WORLD, 7));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.rule("iptables -A FORWARD -p udp --dport 8 -j DROP");
    wall.rule("iptables -A FORWARD -p udp --dport 9 -j DROP");
    for (int port : new int[] {7, 8, 9, 119}) {
      wall.fromGuest(Firewall.udp(Firewall.GUEST, Firewall.WORLD, port));
    }
    assertThat(wall.reachedWorld()).isEqualTo(2);
    wall.close();
  }
}
