package dev.patchbay.stack.qdisc;

import org.jspecify.annotations.Nullable;

/**
 * The distributions of netem's delays, as quantiles of a variable with mean 0 and deviation about 1
 * in units of 1/8192, computed from their formulas.
 */
public enum Distribution {
  UNIFORM("uniform"),

  /** Of the normal distribution. */
  NORMAL("normal"),

  /** Of Pareto's with exponent 3, whose mean is 1.5: heavy above, cut at 4. */
  PARETO("pareto"),

  /** A quarter normal, three quarters Pareto. */
  PARETONORMAL("paretonormal");

  /** One deviation in a table ({@code NETEM_DIST_SCALE}). */
  static final int SCALE = 8192;

  private static final int SIZE = 4096;
  private static final double EXPONENT = 3;

  private final String text;
  private short @Nullable [] table;

  Distribution(String text) {
    this.text = text;
  }

  /** iproute2's name. */
  public String text() {
    return text;
  }

  /** That of the name, or null. */
  public static @Nullable Distribution of(String name) {
    for (Distribution one : values()) {
      if (one.text.equals(name)) {
        return one;
      }
    }
    return null;
  }

  /** Its quantiles, or null for the uniform one, which needs none. Made when first asked for. */
  short @Nullable [] table() {
    if (table == null && this != UNIFORM) {
      table = make();
    }
    return table;
  }

  private short[] make() {
    double[] normal = normal();
    short[] made = new short[SIZE];
    for (int i = 0; i < SIZE; i++) {
      double pareto = (Math.pow(1 - (double) i / SIZE, -1 / EXPONENT) - 1.5) * 4 / 3;
      double value =
          switch (this) {
            case NORMAL -> normal[i];
            case PARETO -> pareto;
            default -> (normal[i] + 3 * Math.min(pareto, 4)) / 4;
          };
      made[i] =
          (short) Math.clamp(Math.rint(value * SCALE), (double) Short.MIN_VALUE, Short.MAX_VALUE);
    }
    return made;
  }

  /** The normal distribution's quantiles in the middle of each part, by integrating its density. */
  private static double[] normal() {
    double[] quantiles = new double[SIZE];
    double step = 1e-4;
    double x = -6;
    double below = 0;
    for (int i = 0; i < SIZE; i++) {
      while (below < (i + 0.5) / SIZE) {
        double middle = x + step / 2;
        below += Math.exp(-middle * middle / 2) / Math.sqrt(2 * Math.PI) * step;
        x += step;
      }
      quantiles[i] = x;
    }
    return quantiles;
  }
}
