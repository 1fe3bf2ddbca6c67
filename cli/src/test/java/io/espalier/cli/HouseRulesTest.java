package io.espalier.cli;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The law of the house, as far as a machine can read it. */
class HouseRulesTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.espalier");

    /** What each module may know, besides itself and the JDK. */
    private static final Map<String, String[]> MAY_KNOW = Map.of(
            "core",
            new String[] {},
            "nn",
            new String[] {},
            "policy",
            new String[] {"io.espalier.core..", "io.espalier.nn.."},
            "envs",
            new String[] {"io.espalier.core..", "org.dyn4j.."},
            "algorithms",
            new String[] {"io.espalier.core..", "io.espalier.nn..", "io.espalier.policy..", "org.hipparchus.."},
            "runtime",
            new String[] {
                "io.espalier.core..",
                "io.espalier.nn..",
                "io.espalier.policy..",
                "tools.jackson..",
                "com.fasterxml.jackson.annotation..",
                "org.slf4j..",
                "sun.misc.."
            },
            "cluster",
            new String[] {
                "io.espalier.core..",
                "io.espalier.runtime..",
                "org.apache.pekko..",
                "com.typesafe.config..",
                "scala..",
                "javax.net.ssl..",
                "org.slf4j.."
            },
            "testkit",
            new String[] {
                "io.espalier.core..",
                "io.espalier.nn..",
                "io.espalier.policy..",
                "org.junit..",
                "org.assertj..",
                "org.opentest4j.."
            });

    /** Fewer classes than this in a module would mean that the scan, and with it every rule here, saw nothing. */
    private static final Map<String, Integer> AT_LEAST = Map.of(
            "core",
            30,
            "nn",
            30,
            "policy",
            12,
            "envs",
            10,
            "algorithms",
            8,
            "runtime",
            25,
            "cluster",
            15,
            "testkit",
            4,
            "cli",
            8);

    @ParameterizedTest
    @ValueSource(strings = {"core", "nn", "policy", "envs", "algorithms", "runtime", "cluster", "testkit", "cli"})
    void theScanSawTheModule(String module) {
        long seen = HOUSE.stream()
                .filter(type -> type.getPackageName().startsWith("io.espalier." + module))
                .count();
        assertThat(seen).as("classes of " + module).isGreaterThanOrEqualTo(AT_LEAST.getOrDefault(module, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "nn", "policy", "envs", "algorithms", "runtime", "cluster", "testkit"})
    void aModuleKnowsOnlyWhatTheTableAllows(String module) {
        String[] more = MAY_KNOW.getOrDefault(module, new String[] {});
        String[] allowed = new String[more.length + 6];
        allowed[0] = "java..";
        allowed[1] = "org.jspecify.annotations..";
        allowed[2] = "io.espalier." + module + "..";
        allowed[3] = "jdk.incubator.vector..";
        allowed[4] = "com.sun.management..";
        allowed[5] = "com.google.auto.service..";
        System.arraycopy(more, 0, allowed, 6, more.length);
        classes()
                .that()
                .resideInAPackage("io.espalier." + module + "..")
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.or(
                        JavaClass.Predicates.resideInAnyPackage(allowed),
                        DescribedPredicate.describe(
                                "primitives",
                                type -> type.isPrimitive()
                                        || type.getBaseComponentType().isPrimitive())))
                .check(HOUSE);
    }

    /** What a user sees of the cluster would survive another engine. */
    @Test
    void theClustersEngineShowsNowhere() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.espalier.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pekko..", "scala..")
                .check(HOUSE);
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage("io.espalier.cluster..")
                .should()
                .notHaveRawReturnType(JavaClass.Predicates.resideInAnyPackage("org.apache.pekko..", "scala.."))
                .andShould()
                .notHaveRawParameterTypes(DescribedPredicate.describe(
                        "of the engine",
                        types -> types.stream()
                                .anyMatch(type -> type.getPackageName().startsWith("org.apache.pekko"))))
                .check(HOUSE);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.espalier.(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void onlyTheCommandPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.espalier.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethodWhere(target(nameMatching("printStackTrace"))
                        .and(target(owner(JavaClass.Predicates.assignableTo(Throwable.class)))))
                .check(HOUSE);
    }

    @Test
    void onlyTheCommandEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.espalier.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(HOUSE);
    }

    @Test
    void randomnessComesFromSeeds() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.SplittableRandom")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.random.RandomGeneratorFactory")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(StrictMath.class, "random")
                .orShould()
                .callMethodWhere(target(name("shuffle"))
                        .and(target(owner(JavaClass.Predicates.equivalentTo(java.util.Collections.class)))))
                .orShould()
                .callMethod(java.util.random.RandomGenerator.class, "getDefault");
        rule.check(HOUSE);
    }

    /** The intrinsics behind these differ in their last bits from one JVM or processor to another. */
    @Test
    void resultsDoNotPassThroughPlatformMathematics() {
        Set<String> inexact = Set.of(
                "exp", "log", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "tanh",
                "sinh", "cosh", "pow", "cbrt", "hypot");
        noClasses()
                .should()
                .accessTargetWhere(DescribedPredicate.<JavaAccess<?>>describe(
                        "an inexact function of Math",
                        access -> access.getTargetOwner().isEquivalentTo(Math.class)
                                && inexact.contains(access.getTarget().getName())))
                .check(HOUSE);
    }

    @Test
    void exceptionsHaveANameOfTheirOwn() {
        noClasses()
                .should()
                .callConstructorWhere(target(owner(DescribedPredicate.describe(
                                "a bare exception",
                                type -> Set.of(
                                                "java.lang.RuntimeException",
                                                "java.lang.Exception",
                                                "java.lang.Error",
                                                "java.lang.Throwable")
                                        .contains(type.getName()))))
                        .and(DescribedPredicate.describe(
                                "thrown rather than extended",
                                call -> !call.getOriginOwner().isAssignableTo(Throwable.class))))
                .check(HOUSE);
    }

    @Test
    void nothingIsSerializedByJava() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectOutputStream")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.Externalizable")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.beans.XMLDecoder")
                .check(HOUSE);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses().should().haveSimpleNameEndingWith("Impl").check(HOUSE);
        noClasses().should().haveSimpleNameEndingWith("Manager").check(HOUSE);
        noClasses().should().haveSimpleNameEndingWith("Helper").check(HOUSE);
        noClasses().should().haveSimpleNameEndingWith("Utils").check(HOUSE);
        noClasses().should().haveSimpleNameStartingWith("Base").check(HOUSE);
        noClasses().should().haveSimpleName("Agent").check(HOUSE);
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..helper..", "..manager..", "..impl..")
                .check(HOUSE);
    }
}
