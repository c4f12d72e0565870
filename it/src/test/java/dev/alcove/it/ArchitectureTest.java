package dev.alcove.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which part of the house may know which, and what only one place may do. */
@DisplayName("architecture")
class ArchitectureTest {
    private static final String LINUX = "dev.alcove.linux..";
    private static final String SPEC = "dev.alcove.spec..";
    private static final String RUNTIME = "dev.alcove.runtime..";
    private static final String LENS = "dev.alcove.lens..";
    private static final String NETWORK = "dev.alcove.network..";
    private static final String CLI = "dev.alcove.cli..";
    private static final String OCI = "dev.alcove.oci..";
    private static final String MAIN = "dev.alcove.cli.Main";

    /** Runs while the command is built, as a program of its own. */
    private static final String TRAINING = "dev.alcove.cli.Training";

    private static final String[] JSON = {"io.avaje.json..", "io.avaje.jsonb.."};

    /** The product's classes; read once, when the first test asks. */
    private static final class Product {
        static final JavaClasses CLASSES = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(
                        "dev.alcove.linux",
                        "dev.alcove.spec",
                        "dev.alcove.runtime",
                        "dev.alcove.network",
                        "dev.alcove.lens",
                        "dev.alcove.cli",
                        "dev.alcove.oci");
    }

    private static String[] and(String[] more, String... packages) {
        String[] all = java.util.Arrays.copyOf(packages, packages.length + more.length);
        System.arraycopy(more, 0, all, packages.length, more.length);
        return all;
    }

    @Test
    void theKernelsInterfaceUsesTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(LINUX, "java..", "org.jspecify..")
                .check(Product.CLASSES);
    }

    @Test
    void theSpecificationsDataUseTheJdkAndJson() {
        classes()
                .that()
                .resideInAPackage(SPEC)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(and(JSON, SPEC, "java..", "org.jspecify.."))
                .check(Product.CLASSES);
    }

    @Test
    void kernelAndSpecificationDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SPEC)
                .check(Product.CLASSES);
        noClasses()
                .that()
                .resideInAPackage(SPEC)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(LINUX)
                .check(Product.CLASSES);
    }

    @Test
    void theRuntimeUsesThemAndNothingAbove() {
        classes()
                .that()
                .resideInAPackage(RUNTIME)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(and(JSON, RUNTIME, LINUX, SPEC, "java..", "org.jspecify.."))
                .check(Product.CLASSES);
    }

    @Test
    void theLensLooksAtContainersAndPrintsNothing() {
        classes()
                .that()
                .resideInAPackage(LENS)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(LENS, RUNTIME, LINUX, SPEC, "java..", "org.jspecify..")
                .check(Product.CLASSES);
    }

    /** Networks know nothing of containers but their ids, their namespaces and the locks of their monitors. */
    @Test
    void networksUseTheKernelAndTheSpecification() {
        classes()
                .that()
                .resideInAPackage(NETWORK)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(and(JSON, NETWORK, LINUX, SPEC, "java..", "org.jspecify..", "org.xbill.DNS.."))
                .check(Product.CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(LINUX, SPEC, RUNTIME, LENS, OCI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(NETWORK)
                .check(Product.CLASSES);
    }

    @Test
    void nothingKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLI)
                .check(Product.CLASSES);
    }

    @Test
    void theOciRuntimeKnowsTheRuntimeAndWhatLiesBelow() {
        classes()
                .that()
                .resideInAPackage(OCI)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(OCI, RUNTIME, LINUX, SPEC, "java..", "sun.misc", "org.jspecify..")
                .check(Product.CLASSES);
    }

    @Test
    void onlyOneModuleIsNative() {
        noClasses()
                .that()
                .resideOutsideOfPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(MemorySegment.class.getPackageName())
                .check(Product.CLASSES);
    }

    @Test
    void noModuleHasACircle() {
        com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices()
                .matching("dev.alcove.(*)..")
                .should()
                .beFreeOfCycles()
                .check(Product.CLASSES);
    }

    @Test
    void commandsAreFunctions() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(MAIN)
                .and()
                .doNotHaveFullyQualifiedName(TRAINING)
                .and()
                .doNotHaveFullyQualifiedName("dev.alcove.oci.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .accessField(System.class, "in")
                .check(Product.CLASSES);
    }

    @Test
    void noNamesThatSayNothing() {
        classes()
                .should(new ArchCondition<JavaClass>("say what they are") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        for (String word : new String[] {"Manager", "Util", "Utils", "Helper", "Impl"}) {
                            if (type.getSimpleName().endsWith(word)) {
                                events.add(SimpleConditionEvent.violated(type, type.getName() + " is called " + word));
                            }
                        }
                    }
                })
                .check(Product.CLASSES);
    }
}
