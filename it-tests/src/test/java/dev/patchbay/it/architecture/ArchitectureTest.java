package dev.patchbay.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The one direction of dependence between modules, and what the stack must not know. */
@AnalyzeClasses(
    packages = "dev.patchbay",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestKits.class})
class ArchitectureTest {
  /** Leaves out the tests of other modules, which come as archives. */
  static final class NoTestKits implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule STACK_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.stack..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.patchbay.qemu..",
              "dev.patchbay.backend..",
              "dev.patchbay.sockets..",
              "dev.patchbay.it..",
              "io.netty..",
              "java.nio.channels..",
              "java.lang.foreign..",
              "tools.jackson..");

  @ArchTest
  static final ArchRule QEMU_KNOWS_THE_STACK_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.qemu..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.patchbay.backend..",
              "dev.patchbay.sockets..",
              "dev.patchbay.it..",
              "io.netty..");

  @ArchTest
  static final ArchRule BACKEND_KNOWS_NEITHER_ITS_SOCKETS_NOR_TESTS =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.backend..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.patchbay.sockets..", "dev.patchbay.it..");

  @ArchTest
  static final ArchRule SOCKETS_KNOW_NO_TESTS =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.sockets..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.patchbay.it..");

  @ArchTest
  static final ArchRule STACK_HAS_NO_THREADS_OR_LOCKS =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.stack..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.concurrent.locks..",
              "java.util.concurrent.atomic..",
              "java.util.concurrent");

  @ArchTest
  static final ArchRule STACK_HAS_NO_CLOCK =
      noClasses()
          .that()
          .resideInAPackage("dev.patchbay.stack..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("java.time..");

  @ArchTest
  static final ArchRule BACKEND_HAS_NO_PACKAGE_CYCLES =
      slices().matching("dev.patchbay.backend.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule QEMU_HAS_NO_PACKAGE_CYCLES =
      slices().matching("dev.patchbay.qemu.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule SOCKETS_HAVE_NO_PACKAGE_CYCLES =
      slices().matching("dev.patchbay.sockets.(*)..").should().beFreeOfCycles();
}
