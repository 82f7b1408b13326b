"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# Timing belongs in benchmarks: a busy machine must not make a property false.
settings.register_profile("podhosts", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podhosts")
