package dev.cistern.common.testing;

import com.arjuna.ats.jta.TransactionManager;
import com.arjuna.ats.jta.UserTransaction;
import io.quarkus.arc.Components;
import io.quarkus.arc.ComponentsProvider;
import io.quarkus.arc.CurrentContextFactory;
import io.quarkus.arc.InjectableBean;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Destroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Default;
import jakarta.inject.Singleton;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The two beans that Quarkus' transactions look up, for tests that need no application around them.
 */
public final class TransactionBeans implements ComponentsProvider {

    @Override
    public Components getComponents(CurrentContextFactory contexts) {
        return new Components(
                List.of(
                        new Found<>(
                                jakarta.transaction.TransactionManager.class,
                                TransactionManager::transactionManager),
                        new Found<>(
                                jakarta.transaction.UserTransaction.class,
                                UserTransaction::userTransaction)),
                List.of(),
                List.of(),
                Set.of(),
                Map.of(),
                List::of,
                Map.of(),
                Set.of(
                        Any.class.getName(),
                        Default.class.getName(),
                        Initialized.class.getName(),
                        BeforeDestroyed.class.getName(),
                        Destroyed.class.getName()),
                Map.of());
    }

    private record Found<T>(Class<T> type, Supplier<T> source) implements InjectableBean<T> {
        @Override
        public String getIdentifier() {
            return type.getName();
        }

        @Override
        public Set<Type> getTypes() {
            return Set.of(type, Object.class);
        }

        @Override
        public Class<? extends Annotation> getScope() {
            return Singleton.class;
        }

        @Override
        public Class<?> getBeanClass() {
            return type;
        }

        @Override
        public T create(CreationalContext<T> context) {
            return source.get();
        }

        @Override
        public T get(CreationalContext<T> context) {
            return source.get();
        }
    }
}
