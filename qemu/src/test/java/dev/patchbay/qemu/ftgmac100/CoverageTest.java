package dev.patchbay.qemu.ftgmac100;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.Register;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * {@code coverage.txt} names a test for each register and each of its bits; the tests are there,
 * and nothing else is named.
 */
class CoverageTest {

  private static Map<String, String> table() throws IOException {
    Map<String, String> table = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(CoverageTest.class.getResourceAsStream("coverage.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.split("\n", 0)) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ", 2);
          assertThat(table.put(words[0], words[1])).as("%s is named twice", words[0]).isNull();
        }
      }
    }
    return table;
  }

  private static List<String> registersAndBits() {
    List<String> names = new ArrayList<>();
    for (Register register : Ftgmac100Registers.DATASHEET.registers()) {
      names.add(register.name());
      register.bits().forEach(bit -> names.add(register.name() + "." + bit.name()));
    }
    return names;
  }

  @Test
  void eachRegisterAndEachBitHasATest() throws IOException {
    assertThat(table().keySet()).containsExactlyInAnyOrderElementsOf(registersAndBits());
  }

  @Test
  void eachTestIsThere() throws Exception {
    for (Map.Entry<String, String> row : table().entrySet()) {
      String[] place = row.getValue().split("\\.", 2);
      Class<?> type = Class.forName(CoverageTest.class.getPackageName() + "." + place[0]);
      Method test = type.getDeclaredMethod(place[1]);
      assertThat(test.isAnnotationPresent(Test.class)).as("%s: %s", row.getKey(), test).isTrue();
    }
  }
}
