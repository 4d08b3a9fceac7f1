"""The pre-forked prober: a parent locked in before it forks (`zygote`), a fresh child per file, and our side of it."""
