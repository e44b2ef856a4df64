package dev.cistern.common.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;

/**
 * The rules that hold in every module. A module applies them to itself with a class of its own:
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "dev.cistern")
 * class HouseTest {
 *     @ArchTest static final ArchTests rules = ArchTests.in(HouseRules.class);
 * }
 * }</pre>
 */
public final class HouseRules {
    private static final String[] SERVICES = {"pool", "volume", "worker"};

    /** A message that tells of a change leaves through the outbox, or with the worker's results. */
    @ArchTest
    public static final ArchRule ONLY_OUTBOX_AND_RESULTS_MAKE_PRODUCERS =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "dev.cistern.common.outbox..",
                                            "dev.cistern.worker.messaging..",
                                            "dev.cistern.embedded..")))
                    .should()
                    .callConstructorWhere(
                            target(
                                    owner(
                                            nameMatching(
                                                    "org\\.apache\\.kafka\\.clients\\.producer\\.\\w*Producer"))))
                    .because("no other way to Kafka shares a transaction with the change")
                    .allowEmptyShould(true);

    /** Services speak to each other in messages only. */
    @ArchTest public static final ArchRule POOL_SERVICE_STANDS_ALONE = standsAlone(0);

    /** Services speak to each other in messages only. */
    @ArchTest public static final ArchRule VOLUME_SERVICE_STANDS_ALONE = standsAlone(1);

    /** Services speak to each other in messages only. */
    @ArchTest public static final ArchRule WORKER_STANDS_ALONE = standsAlone(2);

    /** The published language and its mechanism know no service. */
    @ArchTest
    public static final ArchRule COMMON_KNOWS_NO_SERVICE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.cistern.common..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.cistern.pool..",
                            "dev.cistern.volume..",
                            "dev.cistern.worker..",
                            "dev.cistern.image..")
                    .allowEmptyShould(true);

    /** Engine and NBD are plain libraries. */
    @ArchTest
    public static final ArchRule THE_ENGINE_IS_PLAIN_JAVA =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.cistern.image..", "dev.cistern.nbd..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.quarkus..",
                            "io.smallrye..",
                            "jakarta..",
                            "com.fasterxml..",
                            "org.jboss..",
                            "org.apache.kafka..",
                            "dev.cistern.common..",
                            "dev.cistern.worker..")
                    .allowEmptyShould(true);

    /** HTTP and messages are two ways to the same rules, not to each other. */
    @ArchTest
    public static final ArchRule HTTP_KNOWS_NO_MESSAGING =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.cistern.pool.rest..", "dev.cistern.volume.rest..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.cistern.*.messaging..")
                    .allowEmptyShould(true);

    /** A package says what it is for. */
    @ArchTest
    public static final ArchRule NO_PACKAGE_IS_NAMED_UTIL =
            noClasses()
                    .that()
                    .resideInAPackage("dev.cistern..")
                    .should()
                    .resideInAnyPackage("..util..", "..utils..", "..helper..", "..helpers..")
                    .allowEmptyShould(true);

    /** Tests stand on real parts and on fakes written by hand. */
    @ArchTest
    public static final ArchRule NOTHING_IS_MOCKED =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.mockito..", "org.easymock..", "io.mockk..")
                    .allowEmptyShould(true);

    /** What an entity allows has a name of its own. */
    @ArchTest
    public static final ArchRule ENTITIES_HAVE_NO_SETTERS =
            methods()
                    .that()
                    .areDeclaredInClassesThat(annotatedWith("jakarta.persistence.Entity"))
                    .should()
                    .haveNameNotMatching("set[A-Z].*")
                    .allowEmptyShould(true);

    /** Constructors say what a bean needs. */
    @ArchTest
    public static final ArchRule NO_FIELD_IS_INJECTED =
            noFields()
                    .that()
                    .areDeclaredInClassesThat(resideInAPackage("dev.cistern.."))
                    .should()
                    .beAnnotatedWith("jakarta.inject.Inject")
                    .allowEmptyShould(true);

    private HouseRules() {}

    private static ArchRule standsAlone(int service) {
        var others = new ArrayList<String>();
        for (var other = 0; other < SERVICES.length; other++) {
            if (other != service) {
                others.add("dev.cistern." + SERVICES[other] + "..");
            }
        }
        return noClasses()
                .that()
                .resideInAPackage("dev.cistern." + SERVICES[service] + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others.toArray(String[]::new))
                .allowEmptyShould(true);
    }
}
